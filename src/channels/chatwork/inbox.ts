import type { Clock } from '../../domain/ports.ts';
import type { Exchange, HttpAnswer, HttpTimeouts } from '../http/far-side.ts';
import { me, messages, parseAnswer, roomList } from './answer.ts';
import { classifyRateLimit, lossReason, reason } from './classify.ts';
import { createChatworkClient } from './client.ts';

/** The account the token belongs to. */
export interface OwnAccount {
  readonly accountId: string;
  /** As Chatwork writes it behind a mark. */
  readonly name: string;
}

/** A room the token's account is in. */
export interface SeenRoom {
  readonly roomId: string;
  /** Unix seconds of the newest message, as Chatwork tells it. */
  readonly updatedAt: number;
  /** Unread messages that name the account. */
  readonly mentions: number;
}

/** Something posted in a room. */
export interface SeenMessage {
  readonly messageId: string;
  readonly accountId: string;
  readonly body: string;
  /** Unix seconds. */
  readonly sentAt: number;
  /** Unix seconds of the last edit; 0 when there was none. */
  readonly updatedAt: number;
}

/** `wait`: the token's budget is used up until then (epoch ms). `failed`: by its code, without contents (P10). */
export type Look<T> =
  | { readonly type: 'seen'; readonly value: T }
  | { readonly type: 'wait'; readonly untilMs: number }
  | { readonly type: 'failed'; readonly code: string };

/** What people wrote, read with the same token the reports are posted with. One request each, no retries. */
export interface ChatworkInbox {
  /** The account the token belongs to. Asked for once: a token never changes its owner. */
  account(signal: AbortSignal): Promise<Look<OwnAccount>>;
  rooms(signal: AbortSignal): Promise<Look<readonly SeenRoom[]>>;
  /** The newest 100, oldest first. */
  messages(roomId: string, signal: AbortSignal): Promise<Look<readonly SeenMessage[]>>;
  close(): Promise<void>;
}

export function createChatworkInbox(o: {
  readonly apiToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly timeouts?: HttpTimeouts;
}): ChatworkInbox {
  const client = createChatworkClient(o);
  let account: OwnAccount | undefined;

  function look<T>(result: Exchange, read: (answer: HttpAnswer) => T | undefined): Look<T> {
    if (result.type === 'lost') return { type: 'failed', code: lossReason('look_failed', result).code };
    const hidden = { secrets: [o.apiToken], contents: [] };
    if (result.status === 429) {
      const limit = classifyRateLimit(result, { nowMs: o.clock().getTime(), hidden });
      return limit.type === 'wait'
        ? { type: 'wait', untilMs: limit.untilMs }
        : { type: 'failed', code: 'chatwork.look_failed' };
    }
    const value = read(result);
    return value === undefined
      ? { type: 'failed', code: reason('look_failed', result, hidden).code }
      : { type: 'seen', value };
  }

  return {
    async account(signal) {
      if (account !== undefined) return { type: 'seen', value: account };
      const seen = look(await client.me(signal), (answer) => {
        const parsed = answer.status === 200 ? me.safeParse(parseAnswer(answer.body)) : undefined;
        return parsed?.success
          ? { accountId: parsed.data.account_id, name: parsed.data.name ?? '' }
          : undefined;
      });
      if (seen.type === 'seen') account = seen.value;
      return seen;
    },
    rooms: async (signal) =>
      look(await client.rooms(signal), (answer) => {
        if (answer.status === 204) return [];
        const parsed = answer.status === 200 ? roomList.safeParse(parseAnswer(answer.body)) : undefined;
        return parsed?.success
          ? parsed.data.map((room) => ({
              roomId: room.room_id,
              updatedAt: room.last_update_time,
              mentions: room.mention_num,
            }))
          : undefined;
      }),
    messages: async (roomId, signal) =>
      look(await client.newestMessages(roomId, signal), (answer) => {
        // 204 has no body and means an empty room.
        if (answer.status === 204) return [];
        const parsed = answer.status === 200 ? messages.safeParse(parseAnswer(answer.body)) : undefined;
        return parsed?.success
          ? parsed.data.map((message) => ({
              messageId: message.message_id,
              accountId: message.account.account_id,
              body: message.body,
              sentAt: message.send_time,
              updatedAt: message.update_time ?? 0,
            }))
          : undefined;
      }),
    close: () => client.close(),
  };
}
