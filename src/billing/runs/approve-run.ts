import type { Kysely } from 'kysely';
import { monthStart } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { type Refusal, shutMonth } from '../close-month.ts';
import { refreshRun } from './prepare-run.ts';
import { runStanding } from './run-standing.ts';

export type ApproveResult =
  | { readonly type: 'approved' }
  /** Somebody was first; nothing is sent twice. */
  | { readonly type: 'already' }
  | { readonly type: 'unknown' }
  /** `changed`: the run has new figures now, to be looked at. */
  | { readonly type: 'refused'; readonly why: Refusal };

/**
 * A supervisor's word on a month's run: closes the month and starts the run in one transaction (P5). Pressed twice, or
 * by two at once, it is approved once.
 * @param o.events booked in the month as its figures were shown; refuses when others are booked by now
 */
export async function approveRun(
  db: Kysely<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  o: { readonly month: string; readonly events: number; readonly by: string },
): Promise<ApproveResult> {
  const run = await runStanding(db, o.month);
  if (run === undefined) return { type: 'unknown' };
  if (run.approvedAt !== null) return { type: 'already' };
  let approved = false;
  const why = await shutMonth(db, deps, {
    month: o.month,
    by: o.by,
    seenEvents: o.events,
    async alongside(trx) {
      const now = deps.clock();
      const changed = await trx
        .updateTable('statement_runs')
        .set({ approved_at: now, approved_by: o.by })
        .where('month', '=', monthStart(o.month))
        .where('approved_at', 'is', null)
        .returning('month')
        .execute();
      approved = changed.length > 0;
      if (!approved) return;
      await trx
        .insertInto('audit_log')
        .values({
          id: deps.newId(),
          at: now,
          actor: o.by,
          action: 'statements.approved',
          subject_type: 'month',
          subject_id: o.month,
          detail: JSON.stringify({}),
        })
        .execute();
    },
  });
  if (why === null) return { type: approved ? 'approved' : 'already' };
  if (why.type === 'changed') await refreshRun(db, o.month);
  return { type: 'refused', why };
}
