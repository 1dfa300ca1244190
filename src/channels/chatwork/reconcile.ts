import type { ChatworkBody } from '../../domain/body.ts';
import type { Reconciliation } from '../../domain/outcome.ts';
import type { UncertainAttempt } from '../channel.ts';
import type { HttpAnswer } from '../http/far-side.ts';
import { receiptKey } from '../receipt.ts';
import type { Hidden } from '../said.ts';
import { messages, parseAnswer } from './answer.ts';
import { lossReason, reason } from './classify.ts';
import type { ChatworkClient } from './client.ts';

/** How many messages `force=1` shows at most. */
const WINDOW = 100;
/** Their clock and ours may differ by this much before a message of the attempt could seem older than it. */
const CLOCK_SKEW_MS = 60_000;

/**
 * One look at the room for a message whose answer was lost: ours, carrying the delivery's mark, and owned by no
 * other delivery. `absent` only when the window shown is complete: it reaches back past the attempt, or the room
 * holds fewer than 100 messages, and Chatwork hides nothing (free plan).
 */
export async function lookIntoRoom(
  client: ChatworkClient,
  attempt: UncertainAttempt<ChatworkBody>,
  o: { readonly accountId: string; readonly hidden: Hidden; readonly signal: AbortSignal },
): Promise<Reconciliation> {
  const roomId = attempt.message.address;
  const result = await client.newestMessages(roomId, o.signal);
  if (result.type === 'lost') {
    return { type: 'inconclusive', reason: lossReason('look_failed', result) };
  }
  const window = messagesIn(result);
  if (window === undefined) {
    return { type: 'inconclusive', reason: reason('look_failed', result, o.hidden) };
  }
  const ours = window.filter(
    (message) => message.account.account_id === o.accountId && message.body.includes(attempt.message.mark),
  );
  for (const message of ours) {
    const receipt = { room_id: roomId, message_id: message.message_id };
    if (!(await attempt.ownedByOther(receiptKey('chatwork', receipt)))) return { type: 'found', receipt };
  }
  if (result.headers['chatwork-message-limitation'] === 'true') {
    return { type: 'inconclusive', reason: { code: 'chatwork.messages_hidden' } };
  }
  const oldestMs = Math.min(...window.map((message) => message.send_time * 1000));
  if (window.length >= WINDOW && oldestMs >= attempt.startedAtMs - CLOCK_SKEW_MS) {
    return { type: 'inconclusive', reason: { code: 'chatwork.window_too_short' } };
  }
  return { type: 'absent' };
}

/** 204 has no body and means an empty room. */
function messagesIn(answer: HttpAnswer): ReturnType<typeof messages.parse> | undefined {
  if (answer.status === 204) return [];
  if (answer.status !== 200) return undefined;
  const parsed = messages.safeParse(parseAnswer(answer.body));
  return parsed.success ? parsed.data : undefined;
}
