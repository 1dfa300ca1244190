import type { Kysely, Transaction } from 'kysely';
import { afterOutcome, type Transition } from '../domain/delivery.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock } from '../domain/ports.ts';
import { workspaceOfCredential } from '../domain/slack-place.ts';
import { endsWorkspace } from '../domain/workspace-token.ts';
import type { Schema } from '../storage/schema.ts';
import { cancelReturned, lockReminded } from './cancel-reminders.ts';
import type { Claimed } from './claim.ts';
import type { Affected, Consequences } from './consequences.ts';
import type { DeliverySettings } from './settings.ts';
import { type Arrival, settleDelivered } from './settle-delivered.ts';
import { shareCommits } from './share-commits.ts';
import { SUPERSEDED } from './withdraw.ts';

/** Writes what an attempt came to, with everything that follows from it, in one transaction. */
export type Settle = (
  attempt: Pick<Claimed, 'deliveryId' | 'generation' | 'attemptId'>,
  outcome: Outcome,
) => Promise<void>;

/** The delivery an outcome belongs to, as locked for settling. */
export interface Settling extends Affected {
  readonly failures: number;
  readonly plainest: boolean;
  /** Its call was corrected or taken back while it was on its way. */
  readonly superseded: boolean;
}

export function createSettle(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly settings: DeliverySettings;
  readonly consequences: Pick<Consequences, 'apply' | 'endWorkspace'>;
}): Settle {
  const arrive = shareCommits(async (arrivals: readonly Arrival[]) => {
    await settleDelivered(deps.db, arrivals, deps.clock());
    return arrivals.map(() => undefined);
  }, deps.settings.shareCommitsOf);

  return async (attempt, outcome) => {
    const now = deps.clock();
    if (outcome.type === 'delivered') {
      await arrive({ ...attempt, receipt: outcome.receipt });
      return;
    }
    await deps.db.transaction().execute(async (trx) => {
      const reminded = await lockReminded(trx, attempt.deliveryId);
      const delivery = await lockForSettling(trx, attempt);
      if (delivery === undefined) return;
      const teamId = endedWorkspace(delivery, outcome);
      const afterwards = afterOutcome(delivery, outcome, now.getTime(), deps.settings, deps.random());
      // Nothing to wait for: what is due for the workspace, this one with it, goes elsewhere below.
      const usual = teamId === undefined ? afterwards : { ...afterwards, effects: [] };
      const transition = delivery.superseded ? sentNoMore(usual) : usual;
      await writeTransition(trx, delivery, attempt, transition, outcome, now, deps.settings);
      const reason = transition.reason ?? { code: 'none' };
      const needless = reminded?.done === true;
      for (const effect of transition.effects) {
        // What was learnt of the far side holds for others; nothing stands in for a reminder nobody needs.
        if (needless && effect.type === 'fall-back') continue;
        await deps.consequences.apply(trx, delivery, effect, reason, now);
      }
      if (needless) await cancelReturned(trx, delivery.id, now);
      if (teamId !== undefined) {
        const { started_at: happenedAt } = await trx
          .selectFrom('attempts')
          .select('started_at')
          .where('id', '=', attempt.attemptId)
          .executeTakeFirstOrThrow();
        await deps.consequences.endWorkspace(trx, { teamId, reason: reason.code, happenedAt });
      }
    });
  };
}

/** The client's workspace that cannot be sent to any more, when that is what the far side said. */
function endedWorkspace({ credential }: Settling, outcome: Outcome): string | undefined {
  const gone =
    outcome.type === 'rejected' && outcome.scope === 'credential' && endsWorkspace(outcome.reason.code);
  return gone ? workspaceOfCredential(credential) : undefined;
}

/** What becomes of a delivery that may not be tried again. */
type Stopped = Omit<Transition, 'state'> & { readonly state: 'cancelled' };

/** Surely not sent, and something else took its place: it ends here. What it taught about its destination holds. */
function sentNoMore(transition: Transition): Transition | Stopped {
  const effects = transition.effects.filter(({ type }) => type !== 'render-plainest');
  return transition.state === 'due'
    ? { ...transition, state: 'cancelled', effects, reason: { code: SUPERSEDED } }
    : transition;
}

/** Locked while its attempt is the newest; see `settleDelivered` about answers that come late. */
async function lockForSettling(
  trx: Transaction<Schema>,
  attempt: Pick<Claimed, 'deliveryId' | 'generation'>,
): Promise<Settling | undefined> {
  return await trx
    .selectFrom('deliveries')
    .select([
      'id',
      'superseded',
      'report_id',
      'client_id',
      'destination_id',
      'channel',
      'credential',
      'address',
      'failures',
      'plainest',
    ])
    .where('id', '=', attempt.deliveryId)
    .where('generation', '=', attempt.generation)
    .where('state', 'in', ['sending', 'uncertain'])
    .forUpdate()
    .executeTakeFirst();
}

async function writeTransition(
  trx: Transaction<Schema>,
  delivery: Settling,
  attempt: Pick<Claimed, 'attemptId'>,
  transition: Transition | Stopped,
  outcome: Outcome,
  now: Date,
  settings: DeliverySettings,
): Promise<void> {
  const nextAttempt =
    transition.state === 'uncertain'
      ? new Date(now.getTime() + settings.firstLookMs)
      : new Date(transition.nextAttemptMs ?? now.getTime());
  await trx
    .updateTable('deliveries')
    .set({
      state: transition.state,
      next_attempt_at: nextAttempt,
      failures: delivery.failures + (transition.failed ? 1 : 0),
      lease_until: null,
      reason: transition.reason?.code ?? null,
      said: transition.reason?.said ?? null,
      ended_at: transition.state === 'failed' || transition.state === 'cancelled' ? now : null,
      updated_at: now,
    })
    .where('id', '=', delivery.id)
    .execute();
  await trx
    .updateTable('attempts')
    .set({
      finished_at: now,
      outcome: outcome.type === 'rejected' ? `rejected:${outcome.scope}` : outcome.type,
      reason: transition.reason?.code ?? null,
      said: transition.reason?.said ?? null,
    })
    .where('id', '=', attempt.attemptId)
    .execute();
}
