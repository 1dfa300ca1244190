import type { Logger } from 'pino';
import { createChatworkLoops } from '../../workers/chatwork.ts';
import type { Config } from '../config.ts';
import type { Budgets } from '../delivery/budgets.ts';
import type { Loop } from '../delivery/loop.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Cases } from '../followup/cases/cases.ts';
import { assembleChatworkReplies } from '../followup/chatwork/assemble.ts';
import type { Opened } from '../shut-down.ts';
import type { Database } from '../storage/database.ts';
import type { ChatworkDoor } from '../web/chatwork-webhook.ts';

/** Longest the looks under way may take to end. Milliseconds. */
const CLOSE_MS = 500;

/**
 * Opens what takes clients' answers in Chatwork: the webhook's door where requests are taken and its token is set, the
 * loops where work is done. Nothing without an API token.
 */
export function openChatworkReplies(
  o: {
    readonly config: Config;
    readonly role: 'all' | 'web' | 'worker';
    readonly clock: Clock;
    readonly newId: NewId;
    readonly log: Logger;
  },
  opened: Opened,
  parts: {
    readonly database: Database;
    readonly cases: Cases;
    readonly budgets: Budgets;
    readonly answerLink: (delivery: { readonly id: string; readonly createdAt: Date }) => string | null;
    readonly everyMs: number;
  },
): { readonly door: ChatworkDoor | undefined; readonly loops: Readonly<Record<string, Loop>> } {
  const { chatwork } = o.config;
  if (chatwork === undefined) return { door: undefined, loops: {} };
  const replies = assembleChatworkReplies({ ...o, ...parts, db: parts.database.db, chatwork });
  const token = o.role === 'worker' ? undefined : chatwork.webhookToken;
  const loops: Readonly<Record<string, Loop>> =
    o.role === 'web' ? {} : createChatworkLoops(replies, { everyMs: parts.everyMs, log: o.log });
  const all = Object.values(loops);
  opened.push('chatwork replies', CLOSE_MS, () =>
    Promise.all([...all.map((loop) => loop.stop()), replies.inbox.close()]),
  );
  for (const loop of all) loop.start();
  return { door: token === undefined ? undefined : { token, keep: replies.keep, log: o.log }, loops };
}
