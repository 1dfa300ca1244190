import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { openStatementRuns } from '../src/billing/runs/open-runs.ts';
import { createUsageWatch } from '../src/billing/warn-usage.ts';
import type { Channels } from '../src/channels/channel.ts';
import type { Config } from '../src/config.ts';
import type { Delivery } from '../src/delivery/assemble.ts';
import type { DeliverySettings } from '../src/delivery/settings.ts';
import type { Clock, NewId } from '../src/domain/ports.ts';
import { createCases } from '../src/followup/cases/create-cases.ts';
import { createCaseWatch } from '../src/followup/cases/watch-cases.ts';
import { createDisputeWatch } from '../src/followup/disputes/watch-disputes.ts';
import { createReminders } from '../src/followup/remind.ts';
import { openCards } from '../src/operator/cases/open-cards.ts';
import { purgeDrafts } from '../src/operator/entry-modal/draft-store.ts';
import type { Schema } from '../src/storage/schema.ts';
import { createClockLoops } from './clock.ts';

const PURGE_EVERY_MS = 3_600_000;
/** An unfinished form is forgotten after a day. */
const DRAFTS_KEPT_MS = 86_400_000;

/** The clock's loops, not started, with all they work on. `close` lets go of the connections the messages to supervisors have. */
export function openClock(deps: {
  readonly db: Kysely<Schema>;
  readonly config: Pick<Config, 'slack'>;
  readonly channels: Channels;
  readonly delivery: Delivery;
  readonly settings: DeliverySettings;
  readonly clock: Clock;
  readonly newId: NewId;
  /** There may be something to send. A hint (P7). */
  readonly wake: () => void;
  readonly log: Logger;
}): { readonly loops: ReturnType<typeof createClockLoops>; close(): Promise<void> } {
  const { db, clock, newId, delivery, settings, log } = deps;
  const { addReport } = delivery;
  const cases = createCases({ ...deps, addReport });
  const { channels, config } = deps;
  const cards = openCards({ db, cases, channels, slack: config.slack, clock, newId, log });
  const statements = openStatementRuns({ ...deps, ...delivery, slack: config.slack });
  const loops = createClockLoops(
    {
      ...delivery,
      reminders: createReminders({ ...deps, addReport }),
      caseWatch: createCaseWatch({ ...deps, addReport }),
      digests: delivery.digests(deps.wake),
      usageWatch: createUsageWatch({ ...deps, addReport }),
      disputeWatch: createDisputeWatch({ ...deps, addReport, remindMs: settings.disputeRemindMs }),
      cards: cards.pump,
      statements: statements.runs,
      purgeDrafts: () => purgeDrafts(db, new Date(clock().getTime() - DRAFTS_KEPT_MS)),
    },
    {
      sweepEveryMs: settings.sweepEveryMs,
      noticePollMs: settings.noticePollMs,
      cardPollMs: settings.cardPollMs,
      purgeEveryMs: PURGE_EVERY_MS,
      log,
    },
  );
  return { loops, close: async () => void (await Promise.all([cards.close(), statements.close()])) };
}
