import type { Kysely } from 'kysely';
import { jstMonth } from '../domain/calendar.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import { bookingFor } from './months.ts';

/**
 * Books an amount by hand: what is given back below zero, what is charged on top above. Of the month of its call, or
 * the present one; in the first open month where that is closed (P5). Who, when and why is in the audit log, too.
 * @returns the month it is charged in, `YYYY-MM`
 * @throws RangeError unless the amount is whole yen and not 0
 */
export async function correctUsage(
  trx: Kysely<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  o: {
    readonly clientId: string;
    readonly call: { readonly id: string; readonly occurredAt: Date } | null;
    /** With tax. */
    readonly amountYen: number;
    /** As the statement shows it. */
    readonly reason: string;
    readonly actor: string;
  },
): Promise<string> {
  if (!Number.isSafeInteger(o.amountYen) || o.amountYen === 0) {
    throw new RangeError(`a correction is a whole amount of yen, not ${o.amountYen}`);
  }
  const now = deps.clock();
  const booking = await bookingFor(trx, jstMonth(o.call?.occurredAt ?? now));
  await trx
    .insertInto('usage_events')
    .values({
      id: deps.newId(),
      client_id: o.clientId,
      call_id: o.call?.id ?? null,
      type: 'correction',
      ...booking,
      amount_yen: o.amountYen,
      reverses: null,
      reason: o.reason,
      actor: o.actor,
      at: now,
    })
    .execute();
  await trx
    .insertInto('audit_log')
    .values({
      id: deps.newId(),
      at: now,
      actor: o.actor,
      action: 'usage.corrected',
      subject_type: 'client',
      subject_id: o.clientId,
      detail: JSON.stringify({ yen: o.amountYen, reason: o.reason, call: o.call?.id ?? null }),
    })
    .execute();
  return booking.month.slice(0, 7);
}
