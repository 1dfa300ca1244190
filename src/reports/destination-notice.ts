import type { ChannelName } from '../domain/outcome.ts';
import { printableLine } from '../domain/text.ts';
import type { ReportFacts } from './view.ts';
import { agencyLine, recipientLine } from './wording.ts';

/** A destination that was switched off, and the report that first could not reach it. */
export interface DestinationNoticeFacts {
  readonly agency: ReportFacts['agency'];
  readonly client: { readonly name: string };
  readonly channel: ChannelName;
  /** In full: it is read by the client whose own it is, who must know which one to replace. */
  readonly address: string;
  readonly receiptNumber: string;
}

/** Everything the templates of a destination notice may see, ready to print. */
export interface DestinationNoticeView {
  /** 「株式会社サンプル商事 御中」. */
  readonly recipient: string;
  /** 「メール soumu@acme.example」, 「Chatwork ルームID 123456789」. */
  readonly destination: string;
  /** Of the call whose report came back. */
  readonly receiptNumber: string;
  /** The agency's name and telephone number, as its reports are signed. */
  readonly agency: string | null;
}

/** What an address of each channel is called where its reader would look it up. */
const ADDRESS_LABELS: Readonly<Record<ChannelName, string>> = {
  chatwork: 'Chatwork ルームID',
  slack: 'Slack チャンネルID',
  email: 'メール',
};

/** Words a request for a new address [MK]: told once over another channel when one cannot be reached. */
export function buildDestinationNotice(facts: DestinationNoticeFacts): DestinationNoticeView {
  return {
    recipient: recipientLine(facts.client.name, null),
    destination: `${ADDRESS_LABELS[facts.channel]} ${printableLine(facts.address)}`,
    receiptNumber: facts.receiptNumber,
    agency: agencyLine(facts.agency),
  };
}
