import type { SlackBody } from '../../domain/body.ts';
import type { OutgoingMessage } from '../channel.ts';

/** `metadata.event_type` of every message we post for a delivery; its payload carries the delivery's id. */
export const DELIVERY_EVENT = 'toritsugi_delivery';

/**
 * Arguments of `chat.postMessage`. Nothing that was typed may become a link preview, a mention or a channel link
 * (P6), and the delivery's id goes along for reconciliation.
 */
export function postArguments(message: OutgoingMessage<SlackBody>): Readonly<Record<string, unknown>> {
  return {
    channel: message.address,
    text: message.body.text,
    // P6: without blocks Slack would read the text as mrkdwn, and make `*typed*` bold.
    ...(message.body.blocks.length === 0 ? { mrkdwn: false } : { blocks: message.body.blocks }),
    ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
    unfurl_links: false,
    unfurl_media: false,
    parse: 'none',
    link_names: false,
    metadata: { event_type: DELIVERY_EVENT, event_payload: { delivery_id: message.deliveryId } },
  };
}
