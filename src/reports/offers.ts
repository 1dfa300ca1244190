import type { ChannelName } from '../domain/outcome.ts';
import { type AnswerOffer, answerScope } from './answer.ts';
import { type DoneOffer, doneScope } from './done.ts';

/** What the reader of one delivery is asked to say; at most one of them is not null. */
export interface Offers {
  readonly done: DoneOffer | null;
  readonly answer: AnswerOffer | null;
  readonly page: PageOffer | null;
}

/** Where the reader of a statement finds each of its calls; null where the settings for links are not at hand. */
export interface PageOffer {
  readonly url: string | null;
}

/** What is in a template's reach of them: links off Slack, the delivery's id for buttons on Slack. */
export const OFFER_VARIABLES = [
  'doneLink',
  'doneDelivery',
  'answerLink',
  'answerDelivery',
  'statementLink',
] as const;
export type OfferScope = Readonly<Record<(typeof OFFER_VARIABLES)[number], string | null>>;

export function offerScope(channel: ChannelName, offers: Partial<Offers>): OfferScope {
  return {
    ...doneScope(channel, offers.done),
    ...answerScope(channel, offers.answer),
    statementLink: offers.page?.url ?? null,
  };
}
