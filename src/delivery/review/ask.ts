import { type Kysely, sql } from 'kysely';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { ReviewReason } from '../../domain/review.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AddReport } from '../add-report.ts';
import { addNotice, STAFF } from '../notice.ts';
import type { ReportText } from '../report-text.ts';
import type { DeliverySettings } from '../settings.ts';
import { type Occasion, questionBody } from './question.ts';

/**
 * Asks supervisors about what is held of a call, in the transaction that holds it. What was asked before of the same
 * call is out of date from then on.
 */
export type AskReview = (
  trx: Kysely<Schema>,
  o: {
    readonly callId: string;
    readonly why: ReviewReason;
    /** Since when the client waits; from now on unless given. */
    readonly since?: Date;
    readonly occasion: Extract<Occasion['type'], 'new' | 'changed' | 'submitted'>;
  },
) => Promise<void>;

export interface ReviewDeps {
  readonly reportText: ReportText;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: Pick<DeliverySettings, 'reviewRemindMs' | 'reviewAgainMs' | 'reviewLateMs'>;
}

export function createAskReview(deps: ReviewDeps): AskReview {
  return async (trx, { callId, why, since, occasion }) => {
    const now = deps.clock();
    const nextAt = new Date(now.getTime() + deps.settings.reviewRemindMs);
    const { rows } = await sql<{ round: number }>`
      insert into reviews (call_id, state, round, why, since, next_at)
      values (${callId}, 'waiting', 1, ${why}, ${since ?? now}, ${nextAt})
      on conflict (call_id) do update set
        state = 'waiting', round = reviews.round + 1, why = excluded.why, since = excluded.since,
        next_at = excluded.next_at, reminders = 0,
        decided_by = null, decided_name = null, decided_at = null, reason = null
      returning round
    `.execute(trx);
    const round = rows[0]?.round ?? 1;
    const body = await questionBody(deps, trx, { callId, round }, why, { type: occasion });
    if (body === undefined) throw new Error('a review without a held delivery');
    await noteQuestion(deps, trx, callId, { key: `review:${callId}:${round}:0`, target: STAFF, body });
  };
}

/** Sends a question and keeps its id, so that it can be shown as decided. */
export async function noteQuestion(
  deps: Pick<ReviewDeps, 'clock' | 'newId'>,
  trx: Kysely<Schema>,
  callId: string,
  notice: Parameters<typeof addNotice>[1],
): Promise<void> {
  const id = deps.newId();
  const added = await addNotice(trx, notice, { clock: deps.clock, newId: () => id });
  if (!added) return;
  await sql`update reviews set messages = messages || ${id}::uuid where call_id = ${callId}`.execute(trx);
}

/** A report that is held is asked about at once. */
export function askingFor(addReport: AddReport, ask: AskReview): AddReport {
  return async (trx, report) => {
    const made = await addReport(trx, report);
    if (report.review && made > 0) {
      await ask(trx, { callId: report.callId, why: report.review, occasion: 'new' });
    }
    return made;
  };
}
