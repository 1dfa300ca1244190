import { type Kysely, sql } from 'kysely';
import type { ReadMessage } from '../../channels/chatwork/notation.ts';
import type { Schema } from '../../storage/schema.ts';

/** What a message in a room is about. */
export type About =
  | {
      readonly type: 'case';
      readonly caseId: string;
      /** The delivery in this room that it answers; of a mention alone, the case's newest. */
      readonly deliveryId: string;
      readonly clientId: string;
      /** `report`: quotes a report · `reply`: quotes what we said back · `mention`: quotes nothing. */
      readonly by: 'report' | 'reply' | 'mention';
    }
  /** Names us, and more than one case is open in this room. */
  | { readonly type: 'several'; readonly clientId: string }
  /** Quotes a message of ours that is not on record yet. */
  | { readonly type: 'not_yet' }
  | { readonly type: 'none' };

type Found = { readonly caseId: string; readonly deliveryId: string; readonly clientId: string };

/**
 * Finds the case by the message it quotes, and only by messages that went to this very room: what was sent to another
 * client's room is nobody's here (P9). Without a quote it must name us, and exactly one case be open that this room was
 * told of.
 */
export async function findCase(
  db: Kysely<Schema>,
  message: { readonly roomId: string; readonly sentAt: Date; readonly read: ReadMessage },
  ourAccount: string,
): Promise<About> {
  const { roomId, read } = message;
  if (read.answers !== null) {
    const { accountId, messageId, roomId: quotedRoom } = read.answers;
    if (quotedRoom !== roomId) return { type: 'none' };
    const report = await reportAs(db, roomId, messageId);
    if (report) return { type: 'case', by: 'report', ...report };
    const reply = await replyAs(db, roomId, messageId);
    if (reply) return { type: 'case', by: 'reply', ...reply };
    if (accountId === ourAccount && (await isBeingSent(db, roomId))) return { type: 'not_yet' };
    // An answer to an ordinary report, or to somebody else in the room.
    return { type: 'none' };
  }
  if (!read.to.includes(ourAccount)) return { type: 'none' };
  const open = await openIn(db, roomId, message.sentAt);
  const [first, second] = open;
  if (first === undefined) return { type: 'none' };
  return second === undefined
    ? { type: 'case', by: 'mention', ...first }
    : { type: 'several', clientId: first.clientId };
}

/** The report of a case that arrived as this message; by index `deliveries_received`. */
async function reportAs(db: Kysely<Schema>, roomId: string, messageId: string): Promise<Found | undefined> {
  const { rows } = await sql<Found>`
    select cc.case_id as "caseId", d.id as "deliveryId", d.client_id as "clientId"
    from deliveries d
    join reports r on r.id = d.report_id and r.purpose not in ('destination_notice', 'retraction')
    join case_calls cc on cc.call_id = r.call_id
    where d.channel = 'chatwork' and d.address = ${roomId} and d.receipt is not null
      and d.receipt ->> 'room_id' = ${roomId} and d.receipt ->> 'message_id' = ${messageId}
    limit 1
  `.execute(db);
  return rows[0];
}

/** What we said back to an earlier reply; by index `notices_chatwork`. */
async function replyAs(db: Kysely<Schema>, roomId: string, messageId: string): Promise<Found | undefined> {
  const { rows } = await sql<Found>`
    select reply.case_id as "caseId", d.id as "deliveryId", d.client_id as "clientId"
    from notices n
    join chatwork_replies reply on reply.room_id = ${roomId} and n.key = 'chatwork-reply:' || reply.id
    join deliveries d on d.id = reply.delivery_id
    where n.target = ${`chatwork:${roomId}`} and n.receipt ->> 'message_id' = ${messageId}
      and reply.case_id is not null
    limit 1
  `.execute(db);
  return rows[0];
}

/** A message that is there before its receipt is on record. */
async function isBeingSent(db: Kysely<Schema>, roomId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from deliveries d
    where d.channel = 'chatwork' and d.address = ${roomId} and d.state in ('sending', 'uncertain')
    union all
    select 1 from notices n
    where n.target = ${`chatwork:${roomId}`} and n.state in ('due', 'sending')
    limit 1
  `.execute(db);
  return rows.length > 0;
}

/** Open cases this room was told of before the message was written, with the newest report of each. */
async function openIn(db: Kysely<Schema>, roomId: string, before: Date): Promise<readonly Found[]> {
  const { rows } = await sql<Found>`
    select distinct on (c.id) c.id as "caseId", d.id as "deliveryId", d.client_id as "clientId"
    from deliveries d
    join reports r on r.id = d.report_id and r.purpose not in ('destination_notice', 'retraction')
    join case_calls cc on cc.call_id = r.call_id
    join cases c on c.id = cc.case_id and c.state <> 'closed'
    where d.channel = 'chatwork' and d.address = ${roomId} and d.receipt is not null
      and d.state = 'delivered' and d.created_at <= ${before}
    order by c.id, d.created_at desc
  `.execute(db);
  return rows;
}
