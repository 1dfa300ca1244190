import type { Kysely } from 'kysely';
import { marksReached } from '../domain/billing/outlook.ts';
import { nextOpen, USUAL_HOURS } from '../domain/business-hours.ts';
import { monthStart } from '../domain/calendar.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * Writes down that a count reached 80 or 100 % of its plan, in the transaction that counted, so that no crash forgets
 * it; the clock tells the client (`warn-usage.ts`). Below 80 % this does nothing, and a mark on record stays as it is,
 * so an entry pays at most one insert. Due at once within usual hours, else at the next opening: nobody is woken for it.
 */
export async function markUsage(
  trx: Kysely<Schema>,
  o: {
    readonly clientId: string;
    /** JST, `YYYY-MM`. */
    readonly month: string;
    readonly counted: number;
    readonly included: number | null;
    readonly now: Date;
  },
): Promise<void> {
  const reached = marksReached(o.counted, o.included ?? 0);
  if (reached.length === 0) return;
  const due = nextOpen(o.now, USUAL_HOURS);
  await trx
    .insertInto('usage_warnings')
    .values(
      reached.map((percent) => ({
        client_id: o.clientId,
        month: monthStart(o.month),
        percent,
        state: 'waiting' as const,
        due_at: due,
        figures: null,
        ended_at: null,
      })),
    )
    .onConflict((conflict) => conflict.columns(['client_id', 'month', 'percent']).doNothing())
    .execute();
}
