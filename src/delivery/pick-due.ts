import { type Kysely, sql } from 'kysely';
import type { Schema } from '../storage/schema.ts';
import { barred } from './barred.ts';
import type { Spender } from './budgets.ts';
import type { DeliverySettings } from './settings.ts';

/** A delivery handed out. A queue job carries its id and generation only (P7). */
export interface HandedOut extends Spender {
  readonly id: string;
  readonly generation: number;
}

/** One round's worth. */
export interface Picked {
  readonly handedOut: readonly HandedOut[];
  /** Every free place was taken, so that more may be due. */
  readonly full: boolean;
}

/**
 * Takes due deliveries to `queued`, urgent first, then one of each client in turn (P8), so that a client with
 * five thousand waiting delays nobody.
 *
 * - `waiting_clients` walks index `deliveries_due` from client to client (a loose index scan): its cost is the
 *   number of clients that wait, not of their deliveries. With no place free it does not begin.
 * - `share` is how many of each client a round can take when all get the same. Looking at `clientInFlight` of
 *   each instead cost 25 ms a round with 500 clients waiting, for 100 places; the share costs 4 ms. A client with
 *   something urgent is looked at in full.
 * - `turn` is the delivery's place in its own client's line, behind what that client has in flight; ordering by
 *   it is the round-robin.
 * - Blocked scopes are left out one by one: a blocked room does not hold back its client's other rooms.
 * - SKIP LOCKED lets several relays pick at once; the caps may then be passed by one round's worth.
 */
export async function pickDue(
  db: Kysely<Schema>,
  now: Date,
  settings: Pick<DeliverySettings, 'queueDepth' | 'clientInFlight' | 'queuedLeaseMs'>,
): Promise<Picked> {
  const leaseUntil = new Date(now.getTime() + settings.queuedLeaseMs);
  const { rows } = await sql<HandedOut & { readonly places: number }>`
    with recursive in_flight as (
      select client_id, count(*) as taken, count(*) filter (where state = 'queued') as queued
      from deliveries where state in ('queued', 'sending') group by client_id
    ),
    free as (
      select greatest(${settings.queueDepth}::integer - coalesce(sum(queued), 0), 0)::integer as places
      from in_flight
    ),
    waiting_clients as (
      select first.client_id, first.urgent from free cross join lateral (
        select client_id, urgent from deliveries d
        where d.state = 'due' order by d.client_id, d.urgent desc limit 1
      ) first
      where free.places > 0
      union all
      select next.client_id, next.urgent from waiting_clients cross join lateral (
        select client_id, urgent from deliveries d
        where d.state = 'due' and d.client_id > waiting_clients.client_id
        order by d.client_id, d.urgent desc limit 1
      ) next
    ),
    share as (
      select ceil((select places from free)::numeric / greatest(count(*), 1)) as places from waiting_clients
    ),
    candidates as (
      select due.id, due.urgent, due.next_attempt_at, coalesce(in_flight.taken, 0) + row_number()
        over (partition by due.client_id, due.urgent order by due.next_attempt_at, due.id) as turn
      from waiting_clients
      cross join share
      left join in_flight on in_flight.client_id = waiting_clients.client_id
      cross join lateral (
        select id, client_id, urgent, next_attempt_at from deliveries d
        where d.client_id = waiting_clients.client_id and d.state = 'due' and d.next_attempt_at <= ${now}
          and not ${barred(now)}
        order by d.urgent desc, d.next_attempt_at, d.id
        limit greatest(0, least(
          ${settings.clientInFlight}::integer - coalesce(in_flight.taken, 0),
          case when waiting_clients.urgent then ${settings.clientInFlight}::integer else share.places end
        ))
      ) due
    ),
    picked as (
      select id from candidates
      order by urgent desc, turn, next_attempt_at, id
      limit (select places from free)
    ),
    taken as (
      select d.id from deliveries d join picked on picked.id = d.id
      where d.state = 'due'
      for update of d skip locked
    )
    update deliveries d
    set state = 'queued', generation = d.generation + 1, lease_until = ${leaseUntil}, updated_at = ${now}
    from taken where d.id = taken.id
    returning d.id, d.generation, d.urgent, d.channel, d.credential, d.address, d.client_id,
      (select places from free) as places
  `.execute(db);
  return { handedOut: rows, full: rows.length > 0 && rows.length === rows[0]?.places };
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
