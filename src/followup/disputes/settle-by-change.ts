import { type Kysely, sql } from 'kysely';
import { addNotice } from '../../delivery/notice.ts';
import type { DisputeDecision } from '../../domain/dispute.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { decidedNotice } from './dispute-notice.ts';

/**
 * Settles what waits about a call that was just changed, in the same transaction, so that the client who asked is
 * answered whichever way the call was put right: taken out of the count by whoever may, or corrected by a supervisor.
 * Any other change leaves it waiting.
 */
export async function settleByChange(
  trx: Kysely<Schema>,
  change: {
    readonly callId: string;
    readonly type: 'corrected' | 'retracted' | 'reclassified';
    /** Whether the call counts now. */
    readonly counted: boolean;
    /** When the change began: what it credits is booked from then on. */
    readonly since: Date;
    readonly by: { readonly id: string; readonly name: string; readonly supervisor: boolean };
  },
  deps: { readonly clock: Clock; readonly newId: NewId },
): Promise<void> {
  const { callId, by } = change;
  const decision: DisputeDecision | null =
    !change.counted || change.type === 'retracted'
      ? 'credited'
      : change.type === 'corrected' && by.supervisor
        ? 'corrected'
        : null;
  if (decision === null) return;
  const now = deps.clock();
  const credit = decision === 'credited' ? await creditOf(trx, callId, change.since) : undefined;
  const settled = await trx
    .updateTable('disputes')
    .set({
      decision,
      decided_at: now,
      decided_by: by.id,
      decided_name: by.name,
      credit_month: credit?.month ?? null,
      credit_yen: credit?.yen ?? 0,
    })
    .where('call_id', '=', callId)
    .where('decision', 'is', null)
    .returning('id')
    .execute();
  for (const { id } of settled) {
    await trx
      .insertInto('audit_log')
      .values({
        id: deps.newId(),
        at: now,
        actor: by.id,
        action: `dispute.${decision}`,
        subject_type: 'call',
        subject_id: callId,
        detail: JSON.stringify({ dispute: id }),
      })
      .execute();
    await addNotice(trx, await decidedNotice(trx, id), deps);
  }
}

/** Where what a change credited is booked, and what of a closed month it gives back. Index: usage_events_call. */
async function creditOf(
  trx: Kysely<Schema>,
  callId: string,
  since: Date,
): Promise<{ readonly month: string; readonly yen: number } | undefined> {
  const { rows } = await sql<{ month: string; yen: number }>`
    select to_char(e.month, 'YYYY-MM-DD') as month,
      sum(case when e.of_month is null then 0
        when taken.type = 'surcharge' then taken.amount_yen else -e.amount_yen end)::integer as yen
    from usage_events e
    join usage_events taken on taken.id = e.reverses
    where e.call_id = ${callId} and e.type = 'credit' and e.at >= ${since}
    group by e.month
    order by e.month desc
    limit 1
  `.execute(trx);
  return rows[0];
}
