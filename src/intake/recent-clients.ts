import { type Kysely, sql } from 'kysely';
import type { ClientSummary } from '../clients/directory.ts';
import type { Schema } from '../storage/schema.ts';

/** How far back an operator's own entries are looked through, in calls. */
const ENTRIES_AT_MOST = 100;

/** The clients an operator took calls for last, newest first; ended ones left out. Index: calls_operator_recorded. */
export async function recentClients(
  db: Kysely<Schema>,
  o: { readonly operatorId: string; readonly limit: number },
): Promise<readonly ClientSummary[]> {
  const { rows } = await sql<ClientSummary>`
    select client.id, client.code, client.name, client.kana, client.status
    from (
      select client_id, max(recorded_at) as last
      from (
        select client_id, recorded_at from calls
        where operator_id = ${o.operatorId}
        order by recorded_at desc
        limit ${ENTRIES_AT_MOST}
      ) entered
      group by client_id
    ) taken
    join clients client on client.id = taken.client_id
    where client.status <> 'ended'
    order by taken.last desc, client.code
    limit ${o.limit}
  `.execute(db);
  return rows;
}
