import type { Logger } from 'pino';
import type { StatementRuns } from '../src/billing/runs/statement-runs.ts';
import type { UsageWatch } from '../src/billing/warn-usage.ts';
import type { Digests } from '../src/delivery/digest/cut-digests.ts';
import { createLoop, type Loop } from '../src/delivery/loop.ts';
import type { NoticePump } from '../src/delivery/notices.ts';
import type { Reconciler } from '../src/delivery/reconcile.ts';
import type { Sweeper } from '../src/delivery/sweep.ts';
import type { CaseWatch } from '../src/followup/cases/watch-cases.ts';
import type { DisputeWatch } from '../src/followup/disputes/watch-disputes.ts';
import type { Reminders } from '../src/followup/remind.ts';
import type { CardPump } from '../src/operator/cases/card-pump.ts';

/**
 * What time brings about by itself: leases that are over, second looks, reminders, harassment cases, used-up plans, what
 * clients dispute, digests, statements, the bot's own messages, old drafts.
 */
export function createClockLoops(
  parts: {
    readonly sweeper: Sweeper;
    readonly reconciler: Reconciler;
    readonly notices: NoticePump;
    readonly reminders: Reminders;
    readonly caseWatch: CaseWatch;
    readonly usageWatch: UsageWatch;
    readonly disputeWatch: DisputeWatch;
    readonly digests: Digests;
    readonly cards: CardPump;
    readonly statements: StatementRuns;
    readonly purgeDrafts: () => Promise<unknown>;
  },
  o: {
    readonly sweepEveryMs: number;
    readonly noticePollMs: number;
    readonly cardPollMs: number;
    readonly purgeEveryMs: number;
    readonly log: Logger;
  },
): Readonly<
  Record<
    | 'sweep'
    | 'reconcile'
    | 'notices'
    | 'reminders'
    | 'cases'
    | 'usage'
    | 'disputes'
    | 'digests'
    | 'cards'
    | 'statements'
    | 'purge',
    Loop
  >
> {
  const { log } = o;
  return {
    sweep: createLoop({ name: 'sweep', everyMs: o.sweepEveryMs, run: () => parts.sweeper.sweep(), log }),
    reconcile: createLoop({
      name: 'reconcile',
      everyMs: o.sweepEveryMs,
      run: () => parts.reconciler.look(),
      log,
    }),
    notices: createLoop({ name: 'notices', everyMs: o.noticePollMs, run: () => parts.notices.pump(), log }),
    reminders: createLoop({
      name: 'reminders',
      everyMs: o.sweepEveryMs,
      run: () => parts.reminders.remind(),
      log,
    }),
    cases: createLoop({
      name: 'cases',
      everyMs: o.sweepEveryMs,
      run: () => parts.caseWatch.watch(),
      log,
    }),
    usage: createLoop({
      name: 'usage',
      everyMs: o.sweepEveryMs,
      run: () => parts.usageWatch.watch(),
      log,
    }),
    disputes: createLoop({
      name: 'disputes',
      everyMs: o.sweepEveryMs,
      run: () => parts.disputeWatch.watch(),
      log,
    }),
    digests: createLoop({
      name: 'digests',
      everyMs: o.sweepEveryMs,
      run: () => parts.digests.cut(),
      log,
    }),
    cards: createLoop({ name: 'cards', everyMs: o.cardPollMs, run: () => parts.cards.pump(), log }),
    statements: createLoop({
      name: 'statements',
      everyMs: o.sweepEveryMs,
      run: () => parts.statements.work(),
      log,
    }),
    purge: createLoop({
      name: 'purge',
      everyMs: o.purgeEveryMs,
      run: async () => {
        await parts.purgeDrafts();
        return false;
      },
      log,
    }),
  };
}
