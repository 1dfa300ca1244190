import { type Kysely, sql } from 'kysely';
import { groupBy } from '../domain/group-by.ts';
import type { ChannelName, Receipt } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';
import type { Recipient } from './add-deliveries.ts';
import { type DroppedReview, dropReview } from './review/standing.ts';

/** `reason` of a delivery that ended because its call was corrected, taken back or given another kind. */
export const SUPERSEDED = 'superseded';

/** Who knew of a call when its reports were withdrawn. Places taken out of the client's file since are left out. */
export interface Withdrawn {
  /** Where a report arrived, or may have: it was being sent, or nobody knows. Stand-ins included. */
  readonly informed: readonly Recipient[];
  /** Where one was still to go, now cancelled; never a place that is `informed`. */
  readonly unsent: readonly Recipient[];
  /** What everybody who was told had been told of at least, be it at places that are the client's no more; null: nobody. */
  readonly toldRevision: number | null;
  /** What waited for a supervisor, and does so no more; null: nothing. */
  readonly review: DroppedReview | null;
}

type Row = {
  readonly destination_id: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly mention: string | null;
  readonly id: string;
  readonly receipt: Receipt | null;
  readonly revision: number;
  readonly fate: 'arrived' | 'maybe' | 'stopped' | 'never';
  readonly listed: boolean;
};

/**
 * Takes all reports of a call out of circulation, in the caller's transaction: what has not begun is cancelled, what
 * is on its way is not sent a second time, and no stand-in is sought for any of it. A worker's claim and this take
 * the same row's lock, so a delivery is either cancelled here or `sending`, and then counts as perhaps arrived.
 *
 * Locks deliveries before reports, as whoever settles a delivery does. An update of the delivery itself, not of its
 * report alone, is what a reconciler or a worker that waited for the lock sees.
 */
export async function withdrawReports(
  trx: Kysely<Schema>,
  callId: string,
  now: Date,
  o: {
    /** Whether the call is none of a harassment case any more: a message about the case that names it goes, too (P2). */
    readonly leavesCase?: boolean;
  } = {},
): Promise<Withdrawn> {
  // An answer to what the client said stands, whatever becomes of the call.
  const kept = [
    'destination_notice',
    'retraction',
    'usage_notice',
    'dispute_answer',
    'digest',
    ...(o.leavesCase ? [] : ['case_message']),
  ];
  const reportsOfCall = sql`(select id from reports where call_id = ${callId} and purpose <> all(${kept}::text[]))`;
  await sql`select 1 from deliveries where report_id in ${reportsOfCall} order by id for update`.execute(trx);
  await sql`
    update reports set superseded_at = coalesce(superseded_at, ${now})
    where id in ${reportsOfCall}
  `.execute(trx);
  const stopped = await sql<{ id: string }>`
    update deliveries
    set state = 'cancelled', reason = ${SUPERSEDED}, said = null, lease_until = null, ended_at = ${now}, updated_at = ${now}
    where report_id in ${reportsOfCall} and state in ('held', 'due', 'queued')
    returning id
  `.execute(trx);
  await sql`
    update deliveries set superseded = true where report_id in ${reportsOfCall} and not superseded
  `.execute(trx);
  const { rows } = await sql<Row>`
    select d.destination_id, d.channel, d.address, d.mention, d.id, d.receipt, r.revision,
      case when d.state = 'delivered' then 'arrived' when d.state in ('sending', 'uncertain') then 'maybe'
        when d.id = any(${stopped.rows.map(({ id }) => id)}::uuid[]) then 'stopped' else 'never' end as fate,
      exists (
        select 1 from destinations listed
        where listed.client_id = d.client_id and listed.active
          and listed.channel = d.channel and listed.address = d.address
      ) as listed
    from deliveries d join reports r on r.id = d.report_id
    where d.report_id in ${reportsOfCall}
    union all
    -- The digests it went out in stay as they are: who reads them knows of it, or will.
    select d.destination_id, d.channel, d.address, d.mention, d.id, d.receipt, i.revision,
      case when d.state = 'delivered' then 'arrived' when d.state in ('cancelled', 'failed') then 'never' else 'maybe' end,
      exists (
        select 1 from destinations listed
        where listed.client_id = d.client_id and listed.active
          and listed.channel = d.channel and listed.address = d.address
      )
    from digest_items i join deliveries d on d.report_id = i.digest_id
    where i.call_id = ${callId} and i.state = 'out'
    order by id
  `.execute(trx);
  return { ...gather(rows), review: await dropReview(trx, callId, now) };
}

function gather(rows: readonly Row[]): Omit<Withdrawn, 'review'> {
  const told = groupBy(
    rows.filter(({ fate }) => fate === 'arrived' || fate === 'maybe'),
    placeOf,
  );
  const informed = [...told.values()].flatMap((there): readonly Recipient[] => {
    // The first message at the place: a thread has one root.
    const first = there.find(({ fate }) => fate === 'arrived') ?? there[0];
    if (first === undefined || !first.listed) return [];
    return [{ ...recipientOf(first), answers: { deliveryId: first.id, receipt: first.receipt } }];
  });
  const unsent = new Map(
    rows
      .filter((row) => row.fate === 'stopped' && row.listed && !told.has(placeOf(row)))
      .map((row) => [placeOf(row), recipientOf(row)]),
  );
  const newest = [...told.values()].map((there) => Math.max(...there.map(({ revision }) => revision)));
  return {
    informed,
    unsent: [...unsent.values()],
    toldRevision: newest.length === 0 ? null : Math.min(...newest),
  };
}

function recipientOf(row: Row): Recipient {
  return { id: row.destination_id, channel: row.channel, address: row.address, mention: row.mention };
}

/** Channel names hold no space, so this cannot confuse two places. */
export function placeOf(o: { readonly channel: ChannelName; readonly address: string }): string {
  return `${o.channel} ${o.address}`;
}
