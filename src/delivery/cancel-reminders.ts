import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/*
 * A reminder is needless once its call is marked done. Whoever marks locks the call's row first and cancels what
 * waits; what is on its way at that moment is cancelled when it comes back without having arrived.
 */

/** Takes back the reminders of a call that have not gone out, in the transaction that makes them needless. */
export async function cancelReminders(trx: Kysely<Schema>, callId: string, now: Date): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set(cancelled(now))
    .where('state', 'in', ['held', 'due', 'queued', 'uncertain'])
    .where('report_id', 'in', (eb) =>
      eb.selectFrom('reports').select('id').where('call_id', '=', callId).where('purpose', '=', 'reminder'),
    )
    .execute();
}

/**
 * Locks the call a delivery reminds of, and says whether it is done; undefined for every other delivery. Must come
 * before the delivery's own lock, in the order whoever marks takes them.
 */
export async function lockReminded(
  trx: Transaction<Schema>,
  deliveryId: string,
): Promise<{ readonly done: boolean } | undefined> {
  const call = await trx
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select('r.call_id')
    .where('d.id', '=', deliveryId)
    .where('r.purpose', '=', 'reminder')
    .executeTakeFirst();
  if (call === undefined) return undefined;
  await trx.selectFrom('calls').select('id').where('id', '=', call.call_id).forNoKeyUpdate().execute();
  const mark = await trx
    .selectFrom('done_marks')
    .select('call_id')
    .where('call_id', '=', call.call_id)
    .executeTakeFirst();
  return { done: mark !== undefined };
}

/** Ends a needless reminder that came back, in the transaction that wrote how. */
export async function cancelReturned(trx: Transaction<Schema>, deliveryId: string, now: Date): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set(cancelled(now))
    .where('id', '=', deliveryId)
    .where('state', 'in', ['due', 'uncertain'])
    .execute();
}

/** Those whose worker was lost with them: they are uncertain for longer than this is apart, and never sent again. */
export async function cancelLost(db: Kysely<Schema>, now: Date): Promise<void> {
  await sql`
    update deliveries d
    set state = 'cancelled', reason = 'done', ended_at = ${now}, updated_at = ${now}
    where d.state = 'uncertain' and exists (
      select 1 from reports r join done_marks m on m.call_id = r.call_id
      where r.id = d.report_id and r.purpose = 'reminder'
    )
  `.execute(db);
}

function cancelled(now: Date) {
  return { state: 'cancelled' as const, reason: 'done', lease_until: null, ended_at: now, updated_at: now };
}
