import { type Kysely, sql } from 'kysely';
import type { ChannelName } from '../../domain/outcome.ts';
import type { Schema } from '../../storage/schema.ts';

/** A call that waits for a digest at a place, with everything that decides whether it goes out in it. */
export interface DueItem {
  readonly callId: string;
  /** The first report of the call that goes there. */
  readonly reportId: string;
  /** Of the call, now. */
  readonly revision: number;
  readonly dueAt: Date;
  readonly onlyThere: boolean;
  readonly reported: boolean;
  readonly retracted: boolean;
  readonly waitsForDigest: boolean;
  readonly waitsForReview: boolean;
  readonly sent: boolean;
  /** The held deliveries the digest takes the place of. */
  readonly heldIds: readonly string[];
}

/** What is due at a place, by the time of the calls; their rows are locked. */
export async function dueItems(
  trx: Kysely<Schema>,
  place: { readonly clientId: string; readonly channel: ChannelName; readonly address: string },
  now: Date,
): Promise<readonly DueItem[]> {
  const { rows } = await sql<DueItem>`
    select i.call_id as "callId", i.report_id as "reportId", c.revision, i.due_at as "dueAt",
      i.only_there as "onlyThere", (c.rule ->> 'reported') = 'true' as reported,
      c.retracted_at is not null as retracted,
      coalesce(d.held_ids, '{}') as "heldIds", coalesce(d.held_ids, '{}') <> '{}' as "waitsForDigest",
      coalesce(d.in_review, false) as "waitsForReview", coalesce(d.sent, false) as sent
    from digest_items i
    join calls c on c.id = i.call_id
    left join lateral (
      select array_agg(m.id) filter (where m.state = 'held' and m.reason = 'digest') as held_ids,
        bool_or(m.state = 'held' and m.reason is distinct from 'digest') as in_review,
        bool_or(m.state not in ('held', 'cancelled', 'failed')) as sent
      from reports r join deliveries m on m.report_id = r.id
      where r.call_id = c.id and r.purpose in ('initial', 'correction')
        and m.channel = i.channel and m.address = i.address
    ) d on true
    where i.client_id = ${place.clientId} and i.channel = ${place.channel} and i.address = ${place.address}
      and i.state = 'waiting' and i.due_at <= ${now}
    order by c.occurred_at, c.id
    for update of i
  `.execute(trx);
  return rows;
}
