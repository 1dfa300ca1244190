import { type Kysely, sql } from 'kysely';
import type { ReplyLinks } from '../../domain/reply-link.ts';
import type { Schema } from '../../storage/schema.ts';

/**
 * For each call the page of its report, by the newest delivery that arrived: there its reader says what is wrong, marks
 * it done, and sees how it stands. The links are good for `LINK_DAYS` from `now` on, so that a statement may hold links to
 * calls of a month ago. Calls whose report arrived nowhere, or is answered otherwise (harassment), are left out.
 *
 * P9: what may be seen and said behind a link is decided anew each time it is opened; an answer to what is said there goes
 * to the place of that delivery.
 */
export async function reportLinks(
  db: Kysely<Schema>,
  links: Pick<ReplyLinks, 'url'>,
  callIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  if (callIds.length === 0) return new Map();
  // Indexes: reports_call_id_sequence_key, deliveries_report_id_channel_address_key.
  const { rows } = await sql<{ callId: string; deliveryId: string }>`
    select distinct on (c.id) c.id as "callId", d.id as "deliveryId"
    from calls c
    join reports r on r.call_id = c.id and r.purpose in ('initial', 'correction')
    join deliveries d on d.report_id = r.id and d.state = 'delivered'
    where c.id = any(${[...callIds]}::uuid[]) and (c.rule ->> 'flagged') = 'false' and c.retracted_at is null
    order by c.id, r.sequence desc, d.id desc
  `.execute(db);
  return new Map(
    rows.map(({ callId, deliveryId }) => [callId, links.url('done', { id: deliveryId, createdAt: now })]),
  );
}
