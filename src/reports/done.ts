import type { ChannelName } from '../domain/outcome.ts';

/** How the reader of one delivery says that its call is dealt with (対応済み). */
export interface DoneOffer {
  /** The link; null where the settings for links are not at hand. */
  readonly url: string | null;
  readonly deliveryId: string;
}

/** `action_id` and `block_id` of the button in a Slack report; its value is the delivery's id. */
export const DONE_ACTION = 'report_done';
/** `action_id` of the button beside it, by which something is said about the report's content; the same value. */
export const DISPUTE_ACTION = 'report_dispute';

/** What a template sees of it: on Slack there is a button, elsewhere a link. */
export function doneScope(
  channel: ChannelName,
  offer: DoneOffer | null | undefined,
): { readonly doneLink: string | null; readonly doneDelivery: string | null } {
  return channel === 'slack'
    ? { doneLink: null, doneDelivery: offer?.deliveryId ?? null }
    : { doneLink: offer?.url ?? null, doneDelivery: null };
}
