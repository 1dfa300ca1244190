import { type Kysely, sql } from 'kysely';
import { atJst, monthStart, nextMonth } from '../domain/calendar.ts';
import type { Schema } from '../storage/schema.ts';

/** The kind of call that is refused for the client, silently and free [seed]. */
const SALES = 'sales';

/**
 * How many sales calls were refused for clients in a JST month (`YYYY-MM`), by client; those with none are not there.
 * Only ever asked for clients who chose to be told, and told as one number (P2). Index: calls_client_time.
 */
export async function refusedSales(
  db: Kysely<Schema>,
  month: string,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (clientIds.length === 0) return new Map();
  const from = atJst(monthStart(month), '00:00');
  const until = atJst(monthStart(nextMonth(month)), '00:00');
  const { rows } = await sql<{ clientId: string; refused: number }>`
    select client_id as "clientId", count(*) as refused from calls
    where client_id = any(${clientIds}::uuid[]) and occurred_at >= ${from} and occurred_at < ${until}
      and kind = ${SALES} and (rule ->> 'reported') = 'false' and retracted_at is null
    group by client_id
  `.execute(db);
  return new Map(rows.map(({ clientId, refused }) => [clientId, Number(refused)]));
}
