import { type Kysely, sql } from 'kysely';
import { monthStart } from '../domain/calendar.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * Live counts of a client's calls of a JST month (`YYYY-MM`), also of those booked later because the month was closed.
 * By index `usage_events_client_month`. Called under the client's row lock right after counting a call of the month, it
 * is that call's ordinal: the 18 of 「今月 18/20回」.
 */
export async function runningCount(trx: Kysely<Schema>, clientId: string, month: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from usage_events counted
    where counted.client_id = ${clientId} and counted.month >= ${monthStart(month)}::date
      and coalesce(counted.of_month, counted.month) = ${monthStart(month)}::date
      and counted.type = 'count'
      and not exists (select 1 from usage_events reversal where reversal.reverses = counted.id)
  `.execute(trx);
  return Number(rows[0]?.count ?? 0);
}
