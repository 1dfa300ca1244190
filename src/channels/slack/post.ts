import type { SlackBody } from '../../domain/body.ts';
import { slackPlace } from '../../domain/slack-place.ts';
import type { OutgoingMessage } from '../channel.ts';

/** `metadata.event_type` of every message we post for a delivery; its payload carries the delivery's id. */
export const DELIVERY_EVENT = 'toritsugi_delivery';

/**
 * Arguments of `chat.postMessage`. Nothing that was typed may become a link preview, a mention or a channel link
 * (P6), and the delivery's id goes along for reconciliation.
 */
export function postArguments(message: OutgoingMessage<SlackBody>): Readonly<Record<string, unknown>> {
  const thread = threadOf(message);
  return {
    channel: slackPlace(message.address).channel,
    text: message.body.text,
    // P6: without blocks Slack would read the text as mrkdwn, and make `*typed*` bold.
    ...(message.body.blocks.length === 0 ? { mrkdwn: false } : { blocks: message.body.blocks }),
    // Shown in the channel as well: a correction hidden in a thread would be read by nobody.
    ...(thread === undefined ? {} : { thread_ts: thread, reply_broadcast: true }),
    unfurl_links: false,
    unfurl_media: false,
    parse: 'none',
    link_names: false,
    metadata: { event_type: DELIVERY_EVENT, event_payload: { delivery_id: message.deliveryId } },
  };
}

/** `ts` of the message this one answers in its thread; undefined when it is not known to be there. */
export function threadOf(message: OutgoingMessage<SlackBody>): string | undefined {
  const ts = message.answers?.receipt?.ts ?? '';
  return /^\d+\.\d+$/.test(ts) ? ts : undefined;
}
