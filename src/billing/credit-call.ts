import { type Kysely, sql } from 'kysely';
import { worthOfCall } from '../domain/billing/late.ts';
import { jstMonth } from '../domain/calendar.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { SurchargeReason } from '../rulebook/surcharges.ts';
import type { Schema } from '../storage/schema.ts';
import { bookingFor } from './months.ts';
import { closedPrice } from './price-of-month.ts';
import { runningCount } from './running-count.ts';

type Deps = { readonly clock: Clock; readonly newId: NewId };
type Change = {
  readonly callId: string;
  /** Slack id of whoever changed the call. */
  readonly actor: string;
  /** Why, for the statement; null when nothing was said. */
  readonly reason: string | null;
};

/**
 * Takes back everything a call still counts for: its count and its surcharge, each by an event that reverses it. The
 * database refuses a second reversal of one event. Nothing is done for a call that counts for nothing. To be called
 * under the client's row lock.
 *
 * A credit is booked in the month of the call. Where that is closed, it is booked in the first open one, at what the
 * call had cost: a closed month never changes (P5).
 * @returns how many events were reversed
 */
export async function creditCall(trx: Kysely<Schema>, deps: Deps, change: Change): Promise<number> {
  return await reverse(trx, deps, change, ['count', 'surcharge']);
}

/** Books another surcharge for a call in place of the one it has; null for none. To be called for a counted call. */
export async function replaceSurcharge(
  trx: Kysely<Schema>,
  deps: Deps,
  change: Change & { readonly clientId: string; readonly occurredAt: Date },
  surcharge: Pick<SurchargeReason, 'label' | 'amountYen'> | null,
): Promise<void> {
  await reverse(trx, deps, change, ['surcharge']);
  if (surcharge === null) return;
  await trx
    .insertInto('usage_events')
    .values({
      id: deps.newId(),
      client_id: change.clientId,
      call_id: change.callId,
      type: 'surcharge',
      ...(await bookingFor(trx, jstMonth(change.occurredAt))),
      amount_yen: surcharge.amountYen,
      reverses: null,
      reason: surcharge.label,
      actor: change.actor,
      at: deps.clock(),
    })
    .execute();
}

async function reverse(
  trx: Kysely<Schema>,
  deps: Deps,
  change: Change,
  types: readonly ('count' | 'surcharge')[],
): Promise<number> {
  // Index: usage_events_call.
  const { rows: live } = await sql<{
    id: string;
    clientId: string;
    type: 'count' | 'surcharge';
    ofMonth: string;
  }>`
    select e.id, e.client_id as "clientId", e.type, to_char(coalesce(e.of_month, e.month), 'YYYY-MM') as "ofMonth"
    from usage_events e
    where e.call_id = ${change.callId} and e.type = any(${types}::text[])
      and not exists (select 1 from usage_events reversal where reversal.reverses = e.id)
    order by e.type, e.id
  `.execute(trx);
  for (const { id, clientId, type, ofMonth } of live) {
    const booking = await bookingFor(trx, ofMonth);
    const worth =
      type === 'count' && booking.of_month !== null
        ? worthOfCall(await closedPrice(trx, clientId, ofMonth), await runningCount(trx, clientId, ofMonth))
        : 0;
    await trx
      .insertInto('usage_events')
      .values({
        id: deps.newId(),
        client_id: clientId,
        call_id: change.callId,
        type: 'credit',
        ...booking,
        amount_yen: worth === 0 ? 0 : -worth,
        reverses: id,
        reason: change.reason,
        actor: change.actor,
        at: deps.clock(),
      })
      .execute();
  }
  return live.length;
}
