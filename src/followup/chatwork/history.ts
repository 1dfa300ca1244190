import { type Kysely, sql } from 'kysely';
import { ANSWER_CHOICES, ANSWER_LABELS, type AnswerChoice } from '../../domain/cases/answers.ts';
import type { Schema } from '../../storage/schema.ts';

type Version = { readonly roomId: string; readonly messageId: string; readonly updateTime: number };

/** Whether a later edit of the same message was handled already: what it said before is history. */
export async function hasNewerVersion(db: Kysely<Schema>, of: Version): Promise<boolean> {
  const row = await db
    .selectFrom('chatwork_replies')
    .select('id')
    .where('room_id', '=', of.roomId)
    .where('message_id', '=', of.messageId)
    .where('update_time', '>', of.updateTime)
    .where('state', '=', 'handled')
    .executeTakeFirst();
  return row !== undefined;
}

/** What the version before this one was taken for. */
export async function versionBefore(
  db: Kysely<Schema>,
  of: Version,
): Promise<{ readonly choice: AnswerChoice | null; readonly until: string | null } | undefined> {
  return await db
    .selectFrom('chatwork_replies')
    .select(['choice', 'until'])
    .where('room_id', '=', of.roomId)
    .where('message_id', '=', of.messageId)
    .where('update_time', '<', of.updateTime)
    .where('state', '=', 'handled')
    .orderBy('update_time', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Whether the client was asked back about this case and has not answered since; by index `chatwork_replies_case`. */
export async function alreadyAsked(
  db: Kysely<Schema>,
  reply: { readonly id: string },
  caseId: string,
): Promise<boolean> {
  const newest = await db
    .selectFrom('chatwork_replies')
    .select('outcome')
    .where('case_id', '=', caseId)
    .where('id', '<>', reply.id)
    .where('outcome', 'in', ['asked', 'answered'])
    .orderBy('handled_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest?.outcome === 'asked';
}

/** How many messages a room was sent by us since; by index `notices_chatwork`. */
export async function saidSince(db: Kysely<Schema>, roomId: string, since: Date): Promise<number> {
  const { said } = await db
    .selectFrom('notices')
    .select((eb) => eb.fn.countAll<number>().as('said'))
    .where('target', '=', `chatwork:${roomId}`)
    .where('created_at', '>', since)
    .executeTakeFirstOrThrow();
  return Number(said);
}

/** Whether the client was shown the answers with their numbers: in the report it quotes, or when we asked back. */
export async function sawNumbers(
  db: Kysely<Schema>,
  o: { readonly caseId: string; readonly deliveryId: string; readonly quoted: boolean },
): Promise<boolean> {
  if (o.quoted) {
    const { body } = await db
      .selectFrom('deliveries')
      .select('body')
      .where('id', '=', o.deliveryId)
      .executeTakeFirstOrThrow();
    const text = body.text.normalize('NFKC');
    if (ANSWER_CHOICES.every((choice, index) => text.includes(`${index + 1}. ${ANSWER_LABELS[choice]}`)))
      return true;
  }
  const asked = await db
    .selectFrom('chatwork_replies')
    .select('id')
    .where('case_id', '=', o.caseId)
    .where('outcome', '=', 'asked')
    .executeTakeFirst();
  return asked !== undefined;
}

/** Whether an answer to this case that was written later is on record: then this one must not take its place. */
export async function isOvertaken(
  db: Kysely<Schema>,
  reply: { readonly id: string; readonly sentAt: Date; readonly updateTime: number },
  caseId: string,
): Promise<boolean> {
  const writtenAt = new Date(Math.max(reply.sentAt.getTime(), reply.updateTime * 1000));
  const { rows } = await sql`
    select 1 from chatwork_replies
    where case_id = ${caseId} and id <> ${reply.id} and outcome = 'answered'
      and greatest(sent_at, to_timestamp(update_time)) > ${writtenAt}
    limit 1
  `.execute(db);
  return rows.length > 0;
}
