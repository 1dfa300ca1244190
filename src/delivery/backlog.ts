import { type Kysely, sql } from 'kysely';
import type { DeliveryState } from '../domain/delivery.ts';
import type { ChannelName } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';
import { barred } from './barred.ts';

/*
 * What waits, in numbers, for whoever watches. Each reads one partial index, so that its cost is what is open
 * now, not what has ever been delivered.
 */

/** Deliveries of one channel in one state. */
export interface OpenDeliveries {
  readonly state: DeliveryState;
  readonly channel: ChannelName;
  readonly count: number;
  /** Since when the client of the oldest one has been without its report. */
  readonly oldest: Date;
}

/** `held` and `due`, by index `deliveries_waiting`; without what waits for a digest, as it should. */
export async function waitingDeliveries(db: Kysely<Schema>): Promise<readonly OpenDeliveries[]> {
  const { rows } = await sql<OpenDeliveries>`
    select state, channel, count(*) as count, min(waiting_since) as oldest
    from deliveries where state in ('held', 'due') and reason is distinct from 'digest' group by state, channel
  `.execute(db);
  return rows;
}

/** `queued` and `sending`, by index `deliveries_leased` or `deliveries_open_by_client`. */
export async function deliveriesInFlight(db: Kysely<Schema>): Promise<readonly OpenDeliveries[]> {
  const { rows } = await sql<OpenDeliveries>`
    select state, channel, count(*) as count, min(waiting_since) as oldest
    from deliveries where state in ('queued', 'sending') group by state, channel
  `.execute(db);
  return rows;
}

/** `uncertain`, by index `deliveries_uncertain`. */
export async function uncertainDeliveries(db: Kysely<Schema>): Promise<readonly OpenDeliveries[]> {
  const { rows } = await sql<OpenDeliveries>`
    select state, channel, count(*) as count, min(waiting_since) as oldest
    from deliveries where state = 'uncertain' group by state, channel
  `.execute(db);
  return rows;
}

/**
 * How long the relay has left a delivery lying whose time has come and which nothing bars, in ms; 0 when there is
 * none. A client that floods waits for its own turn, and raises it. By index `deliveries_waiting`; 34 ms with 10,000
 * due among 510,000 and 300 rooms barred.
 */
export async function relayLagMs(db: Kysely<Schema>, now: Date): Promise<number> {
  const { rows } = await sql<{ oldest: Date | null }>`
    select min(d.next_attempt_at) as oldest from deliveries d
    where d.state = 'due' and d.next_attempt_at <= ${now} and not ${barred(now)}
  `.execute(db);
  const oldest = rows[0]?.oldest;
  return oldest ? Math.max(0, now.getTime() - oldest.getTime()) : 0;
}

/** Messages of the bot that wait, by index `notices_open`. */
export async function waitingNotices(
  db: Kysely<Schema>,
): Promise<
  readonly { readonly audience: 'staff' | 'person'; readonly count: number; readonly oldest: Date }[]
> {
  const { rows } = await sql<{ audience: 'staff' | 'person'; count: number; oldest: Date }>`
    select case target when 'staff' then 'staff' else 'person' end as audience,
      count(*) as count, min(created_at) as oldest
    from notices where state in ('due', 'sending') group by 1
  `.execute(db);
  return rows;
}

/** What is barred now, by kind of scope and by who barred it: the names of scopes are nobody's business (P10). */
export async function barredScopes(
  db: Kysely<Schema>,
  now: Date,
): Promise<readonly { readonly kind: string; readonly by: 'budget' | 'far_side'; readonly count: number }[]> {
  const { rows } = await sql<{ kind: string; by: 'budget' | 'far_side'; count: number }>`
    select split_part(scope, ':', 1) as kind,
      case reason when 'budget' then 'budget' else 'far_side' end as by, count(*) as count
    from blocked_scopes where until > ${now} group by 1, 2
  `.execute(db);
  return rows;
}
