import type { ChannelName, Receipt } from '../domain/outcome.ts';

/**
 * What makes a receipt one message and no other at its address, as `UncertainAttempt.ownedByOther` is asked about
 * it: one value of the receipt itself. Chatwork `message_id` · Slack `ts` · mail Message-ID.
 */
export function receiptKey(channel: ChannelName, receipt: Receipt): string {
  switch (channel) {
    case 'chatwork':
    case 'email':
      return receipt.message_id ?? '';
    case 'slack':
      return receipt.ts ?? '';
    default:
      return channel satisfies never;
  }
}
