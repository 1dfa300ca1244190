import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { type ChatworkInbox, createChatworkInbox } from '../../channels/chatwork/inbox.ts';
import type { Budgets } from '../../delivery/budgets.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import type { Cases } from '../cases/cases.ts';
import {
  createReplyHandler,
  REPLY_DEFAULTS,
  type ReplyHandler,
  type ReplySettings,
} from './handle-replies.ts';
import { keepReply, type ToldMessage } from './keep-reply.ts';
import { type ChatworkPoll, createChatworkPoll, POLL_DEFAULTS, type PollSettings } from './poll.ts';

export type ChatworkReplySettings = Partial<PollSettings & ReplySettings>;

/** Everything that has to do with what clients write to us in Chatwork. */
export interface ChatworkReplies {
  /** Keeps what the webhook tells. True when it is new. */
  readonly keep: (told: ToldMessage) => Promise<boolean>;
  readonly replies: ReplyHandler;
  readonly poll: ChatworkPoll;
  readonly inbox: ChatworkInbox;
}

export function assembleChatworkReplies(deps: {
  readonly db: Kysely<Schema>;
  readonly chatwork: { readonly apiToken: string; readonly apiUrl: string; readonly webhookToken?: string };
  readonly cases: Pick<Cases, 'answer' | 'readForDelivery' | 'read'>;
  readonly budgets: Pick<Budgets, 'spendRead'>;
  readonly answerLink: (delivery: { readonly id: string; readonly createdAt: Date }) => string | null;
  readonly settings?: ChatworkReplySettings | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
}): ChatworkReplies {
  const inbox = createChatworkInbox({ ...deps.chatwork, clock: deps.clock });
  const webhook = deps.chatwork.webhookToken !== undefined;
  return {
    keep: (told) => keepReply(deps.db, told, deps),
    replies: createReplyHandler({ ...deps, inbox, settings: { ...REPLY_DEFAULTS, ...deps.settings } }),
    poll: createChatworkPoll({ ...deps, inbox, webhook, settings: { ...POLL_DEFAULTS, ...deps.settings } }),
    inbox,
  };
}
