import { type Kysely, sql } from 'kysely';
import { monthStart } from '../domain/calendar.ts';
import type { Schema } from '../storage/schema.ts';

/** The newest closed JST month, `YYYY-MM`: every month up to it is closed (P5). Null before the first closing. */
export async function lastClosedMonth(db: Kysely<Schema>): Promise<string | null> {
  const { month } = await db
    .selectFrom('billing_months')
    .select((eb) => eb.fn.max('month').as('month'))
    .executeTakeFirstOrThrow();
  return month === null ? null : month.slice(0, 7);
}

/** Where an event is booked: as the columns `month` and `of_month` have it. */
export interface Booking {
  /** First day of the month it is charged in. */
  readonly month: string;
  /** First day of the closed month it is about; null when that is the same. */
  readonly of_month: string | null;
}

/**
 * The month an event about a JST month (`YYYY-MM`) is booked in: that month, or the first open one when it is closed
 * (`billingMonth`). It stays open until the transaction ends; a closing waits, and whoever comes while one is under way
 * waits for that and books in the next month.
 */
export async function bookingFor(trx: Kysely<Schema>, ofMonth: string): Promise<Booking> {
  const wanted = monthStart(ofMonth);
  const { rows } = await sql<{ month: string }>`select open_month(${wanted}::date) as month`.execute(trx);
  const month = rows[0]?.month ?? wanted;
  return { month, of_month: month === wanted ? null : wanted };
}
