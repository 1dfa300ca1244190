import type { Kysely } from 'kysely';
import type { SlackBody } from '../../domain/body.ts';
import type { Schema } from '../../storage/schema.ts';
import { asSlackMessage } from '../notice-forms.ts';

/** A message in Slack that asks supervisors about a report. */
export interface AskedMessage {
  readonly noticeId: string;
  readonly round: number;
  readonly channelId: string;
  readonly ts: string;
  /** As it was posted, without its buttons. */
  readonly body: SlackBody;
}

/** Older ones stay as they are: their buttons answer all the same. */
const AT_MOST = 10;

/** The newest messages that ask about a call. */
export async function askedMessages(db: Kysely<Schema>, callId: string): Promise<readonly AskedMessage[]> {
  const review = await db
    .selectFrom('reviews')
    .select('messages')
    .where('call_id', '=', callId)
    .executeTakeFirst();
  const ids = review?.messages.slice(-AT_MOST) ?? [];
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('notices')
    .select(['id', 'key', 'body', 'receipt'])
    .where('id', 'in', ids)
    .where('state', '=', 'sent')
    .orderBy('id', 'desc')
    .execute();
  return rows.flatMap(({ id, key, body, receipt }) => {
    const round = Number(key.split(':')[2]);
    if (receipt?.channel === undefined || receipt.ts === undefined || !Number.isInteger(round)) return [];
    const { last: _buttons, ...rest } = body;
    return [{ noticeId: id, round, channelId: receipt.channel, ts: receipt.ts, body: asSlackMessage(rest) }];
  });
}
