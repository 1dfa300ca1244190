import { type Kysely, sql } from 'kysely';
import { formatReceiptNumber } from '../domain/receipt.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * The next receipt number of a JST day (`YYYY-MM-DD`), for the whole agency: per-client numbers would betray
 * how many sales calls were refused. Gaps are allowed.
 *
 * One sequence serves all days, so that entries never wait for each other's row: a day remembers where it
 * began, and a number is the distance from there.
 */
export async function nextReceiptNumber(trx: Kysely<Schema>, day: string): Promise<string> {
  const known = await numberOn(trx, day);
  if (known !== undefined) return known;
  await sql`
    insert into receipt_days (day, first) values (${day}::date, nextval('receipt_numbers'))
    on conflict (day) do nothing
  `.execute(trx);
  const number = await numberOn(trx, day);
  if (number === undefined) throw new Error('the day of a receipt number vanished');
  return number;
}

async function numberOn(trx: Kysely<Schema>, day: string): Promise<string | undefined> {
  const { rows } = await sql<{ number: number }>`
    select nextval('receipt_numbers') - first as number from receipt_days where day = ${day}::date
  `.execute(trx);
  return rows[0] && formatReceiptNumber(day, rows[0].number);
}
