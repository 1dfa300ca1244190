import { z } from 'zod';
import type { SlackBody } from '../../domain/body.ts';
import type { Receipt, Reconciliation } from '../../domain/outcome.ts';
import { slackPlace } from '../../domain/slack-place.ts';
import type { UncertainAttempt } from '../channel.ts';
import { receiptKey } from '../receipt.ts';
import type { Hidden } from '../said.ts';
import { failureReason } from './classify.ts';
import type { SlackClient } from './client.ts';
import { DELIVERY_EVENT, threadOf } from './post.ts';
import { teamOf } from './team.ts';

/** Their clock and ours may differ by this much before a message of the attempt could seem older than it. */
const CLOCK_SKEW_MS = 60_000;
/**
 * As many as Slack recommends to ask for, and how many pages are read before a window is too long and the look
 * inconclusive. In a client's workspace an app outside Slack's Marketplace gets 15 messages a minute: one page.
 */
const OWN = { page: 200, pagesAtMost: 20 } as const;
const CLIENTS = { page: 15, pagesAtMost: 1 } as const;

const page = z.object({
  messages: z.array(
    z.looseObject({
      ts: z.string(),
      team: z.string().min(1).optional().catch(undefined),
      bot_id: z.string().optional(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
        .optional()
        .catch(undefined),
    }),
  ),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
type Message = z.infer<typeof page>['messages'][number];

const opened = z.object({ channel: z.object({ id: z.string() }) });

/**
 * One look at the conversation for a message whose answer was lost. It is known by the delivery's id in its
 * metadata, or, should Slack not show that, by the delivery's mark in a message of our own bot. `absent` only when
 * every page from a minute before the attempt until now was read.
 */
export async function lookIntoConversation(
  client: SlackClient,
  attempt: UncertainAttempt<SlackBody>,
  o: { readonly botId: string | undefined; readonly hidden: Hidden; readonly signal: AbortSignal },
): Promise<Reconciliation> {
  const { message } = attempt;
  const { workspace, channel: place } = slackPlace(message.address);
  const reading = workspace === null ? OWN : CLIENTS;
  let channel = place;
  if (/^[UW]/.test(channel)) {
    // A post to a person lands in the direct conversation with them, which has an id of its own.
    const call = await client.call('conversations.open', { users: channel }, o.signal);
    if (call.type === 'failed') return { type: 'inconclusive', reason: failureReason(call, o.hidden) };
    const conversation = opened.safeParse(call.result);
    if (!conversation.success) return { type: 'inconclusive', reason: { code: 'slack.unexpected_answer' } };
    channel = conversation.data.channel.id;
  }
  const thread = threadOf(message);
  const window = {
    channel,
    // Threaded posts do not appear in the channel's history.
    ...(thread === undefined ? {} : { ts: thread }),
    oldest: ((attempt.startedAtMs - CLOCK_SKEW_MS) / 1000).toFixed(6),
    inclusive: true,
    include_all_metadata: true,
    limit: reading.page,
  };
  const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
  let cursor: string | undefined;
  for (let read = 0; read < reading.pagesAtMost; read += 1) {
    const call = await client.call(
      method,
      { ...window, ...(cursor === undefined ? {} : { cursor }) },
      o.signal,
    );
    if (call.type === 'failed') return { type: 'inconclusive', reason: failureReason(call, o.hidden) };
    const parsed = page.safeParse(call.result);
    if (!parsed.success) return { type: 'inconclusive', reason: { code: 'slack.unexpected_answer' } };
    for (const candidate of parsed.data.messages) {
      const receipt: Receipt = {
        channel,
        ts: candidate.ts,
        ...teamOf(candidate.team, workspace),
      };
      if (
        isOurs(candidate, attempt, o.botId) &&
        !(await attempt.ownedByOther(receiptKey('slack', receipt)))
      ) {
        return { type: 'found', receipt };
      }
    }
    const next = parsed.data.response_metadata?.next_cursor ?? '';
    if (next === '') {
      return parsed.data.has_more === true
        ? { type: 'inconclusive', reason: { code: 'slack.window_not_shown' } }
        : { type: 'absent' };
    }
    cursor = next;
  }
  return { type: 'inconclusive', reason: { code: 'slack.window_too_long' } };
}

function isOurs(
  candidate: Message,
  attempt: UncertainAttempt<SlackBody>,
  botId: string | undefined,
): boolean {
  const { metadata } = candidate;
  if (metadata?.event_type === DELIVERY_EVENT) {
    return metadata.event_payload.delivery_id === attempt.message.deliveryId;
  }
  // Somebody who quotes the report carries the mark too, so only our own bot's messages are asked for it.
  return (
    botId !== undefined &&
    candidate.bot_id === botId &&
    JSON.stringify(candidate).includes(attempt.message.mark)
  );
}
