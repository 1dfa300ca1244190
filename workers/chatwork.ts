import type { Logger } from 'pino';
import { createLoop, type Loop } from '../src/delivery/loop.ts';
import type { ReplyHandler } from '../src/followup/chatwork/handle-replies.ts';
import type { ChatworkPoll } from '../src/followup/chatwork/poll.ts';

/** What clients answer in Chatwork: looked for where the webhook may have missed it, and worked off. */
export function createChatworkLoops(
  parts: { readonly poll: ChatworkPoll; readonly replies: ReplyHandler },
  o: { readonly everyMs: number; readonly log: Logger },
): Readonly<Record<'chatwork-looks' | 'chatwork-replies', Loop>> {
  const { everyMs, log } = o;
  return {
    'chatwork-looks': createLoop({ name: 'chatwork-looks', everyMs, run: () => parts.poll.look(), log }),
    'chatwork-replies': createLoop({
      name: 'chatwork-replies',
      everyMs,
      run: () => parts.replies.handle(),
      log,
    }),
  };
}
