import type { Kysely } from 'kysely';
import { worthOfCall } from '../domain/billing/late.ts';
import { jstMonth } from '../domain/calendar.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { SurchargeReason } from '../rulebook/surcharges.ts';
import type { Schema } from '../storage/schema.ts';
import { markUsage } from './mark-usage.ts';
import { bookingFor } from './months.ts';
import { closedPrice, openPrice } from './price-of-month.ts';
import { runningCount } from './running-count.ts';

/** The running count a report shows: 「今月 18/20回」. Taken once, never rendered anew. */
export interface MonthCount {
  /** The call's ordinal among the live counts of its JST month. */
  readonly ordinal: number;
  /** Calls the client's plan of that month includes; null without a plan. */
  readonly included: number | null;
}

/**
 * Counts a call in the JST month it came in, with its surcharge as an event of its own. Where that month is closed, it
 * is booked in the first open one, at what it would have cost in its own (P5). The database itself refuses a second live
 * count of one call, and anything in a closed month. To be called under the client's row lock: the ordinal is taken
 * there.
 */
export async function countCall(
  trx: Kysely<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  o: {
    readonly callId: string;
    readonly clientId: string;
    readonly occurredAt: Date;
    /** Slack id of whoever entered it. */
    readonly actor: string;
    readonly surcharge: SurchargeReason | null;
  },
): Promise<MonthCount> {
  const month = jstMonth(o.occurredAt);
  const booking = await bookingFor(trx, month);
  const ordinal = (await runningCount(trx, o.clientId, month)) + 1;
  const event = {
    client_id: o.clientId,
    call_id: o.callId,
    ...booking,
    reverses: null,
    actor: o.actor,
    at: deps.clock(),
  };
  const late = booking.of_month !== null;
  const price = await (late ? closedPrice : openPrice)(trx, o.clientId, month);
  await trx
    .insertInto('usage_events')
    .values([
      {
        ...event,
        id: deps.newId(),
        type: 'count' as const,
        amount_yen: late ? worthOfCall(price, ordinal) : 0,
        reason: null,
      },
      ...(o.surcharge
        ? [
            {
              ...event,
              id: deps.newId(),
              type: 'surcharge' as const,
              amount_yen: o.surcharge.amountYen,
              reason: o.surcharge.label,
            },
          ]
        : []),
    ])
    .execute();
  const included = price?.includedCalls ?? null;
  // A closed month has its statement; there is nothing left to warn of.
  if (!late) {
    await markUsage(trx, { clientId: o.clientId, month, counted: ordinal, included, now: event.at });
  }
  return { ordinal, included };
}
