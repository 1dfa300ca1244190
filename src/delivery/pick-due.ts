import { type Kysely, sql } from 'kysely';
import type { Schema } from '../storage/schema.ts';
import type { Spender } from './budgets.ts';
import type { DeliverySettings } from './settings.ts';

/** A delivery handed out. A queue job carries its id and generation only (P7). */
export interface HandedOut extends Spender {
  readonly id: string;
  readonly generation: number;
}

/**
 * Takes due deliveries to `queued`, urgent first, then one of each client in turn (P8), so that a client with
 * five thousand waiting delays nobody.
 *
 * - `waiting_clients` walks index `deliveries_due` from client to client (a loose index scan): its cost is the
 *   number of clients that wait, not of their deliveries.
 * - `turn` is the delivery's place in its own client's line; ordering by it is the round-robin.
 * - Blocked scopes are left out one by one: a blocked room does not hold back its client's other rooms.
 * - SKIP LOCKED lets several relays pick at once; the caps may then be passed by one round's worth.
 */
export async function pickDue(
  db: Kysely<Schema>,
  now: Date,
  settings: Pick<DeliverySettings, 'queueDepth' | 'clientInFlight' | 'queuedLeaseMs'>,
): Promise<readonly HandedOut[]> {
  const leaseUntil = new Date(now.getTime() + settings.queuedLeaseMs);
  const { rows } = await sql<HandedOut>`
    with recursive waiting_clients as (
      (select client_id from deliveries where state = 'due' order by client_id limit 1)
      union all
      select (
        select next.client_id from deliveries next
        where next.state = 'due' and next.client_id > waiting_clients.client_id
        order by next.client_id limit 1
      )
      from waiting_clients where waiting_clients.client_id is not null
    ),
    in_flight as (
      select client_id, count(*) as taken, count(*) filter (where state = 'queued') as queued
      from deliveries where state in ('queued', 'sending') group by client_id
    ),
    candidates as (
      select due.id, due.urgent, due.next_attempt_at,
        row_number() over (partition by due.client_id, due.urgent order by due.next_attempt_at, due.id) as turn
      from waiting_clients
      left join in_flight on in_flight.client_id = waiting_clients.client_id
      cross join lateral (
        select id, client_id, urgent, next_attempt_at from deliveries d
        where d.client_id = waiting_clients.client_id and d.state = 'due' and d.next_attempt_at <= ${now}
          and not exists (
            select 1 from blocked_scopes blocked
            where blocked.until > ${now}
              and blocked.scope in (
                'destination:' || d.channel || ':' || d.address,
                'client:' || d.credential || ':' || d.client_id,
                'credential:' || d.credential,
                case when d.urgent then null else 'not-urgent:' || d.credential end
              )
          )
        order by d.urgent desc, d.next_attempt_at, d.id
        limit greatest(${settings.clientInFlight} - coalesce(in_flight.taken, 0), 0)
      ) due
      where waiting_clients.client_id is not null
    ),
    picked as (
      select id from candidates
      order by urgent desc, turn, next_attempt_at, id
      limit greatest(${settings.queueDepth} - coalesce((select sum(queued) from in_flight), 0), 0)
    ),
    taken as (
      select d.id from deliveries d join picked on picked.id = d.id
      where d.state = 'due'
      for update of d skip locked
    )
    update deliveries d
    set state = 'queued', generation = d.generation + 1, lease_until = ${leaseUntil}, updated_at = ${now}
    from taken where d.id = taken.id
    returning d.id, d.generation, d.urgent, d.channel, d.credential, d.address, d.client_id
  `.execute(db);
  return rows;
}

/**
 * Puts deliveries back that were not handed to the queue after all, or perhaps were: a job that got there finds
 * its generation gone.
 */
export async function putBack(
  db: Kysely<Schema>,
  handedOut: readonly Pick<HandedOut, 'id' | 'generation'>[],
  now: Date,
): Promise<void> {
  for (const { id, generation } of handedOut) {
    await db
      .updateTable('deliveries')
      .set({ state: 'due', generation: generation + 1, lease_until: null, updated_at: now })
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('state', '=', 'queued')
      .execute();
  }
}
