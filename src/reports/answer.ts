import { ANSWER_CHOICES, type AnswerChoice } from '../domain/cases/answers.ts';
import type { ChannelName } from '../domain/outcome.ts';

/** How the reader of one delivery answers the harassment case its call belongs to. */
export interface AnswerOffer {
  /** The link; null where the settings for links are not at hand. */
  readonly url: string | null;
  readonly deliveryId: string;
}

const ANSWER_ACTION = 'report_answer';
/** `action_id` of the button that asks which answer: under a report that has been answered. */
export const ANSWER_AGAIN_ACTION = `${ANSWER_ACTION}.again`;
/** Every block of the buttons in a Slack report has a `block_id` that begins so; their values are the delivery's id. */
export const ANSWER_BLOCKS = 'report_answers';

/** `action_id` of an answer's button in a Slack report. */
export function answerAction(choice: AnswerChoice): string {
  return `${ANSWER_ACTION}.${choice}`;
}

/** The answer of a button; undefined for every other action. */
export function choiceOfAction(actionId: string): AnswerChoice | undefined {
  return ANSWER_CHOICES.find((choice) => answerAction(choice) === actionId);
}

/** What a template sees of it: on Slack there are buttons, elsewhere a link. */
export function answerScope(
  channel: ChannelName,
  offer: AnswerOffer | null | undefined,
): { readonly answerLink: string | null; readonly answerDelivery: string | null } {
  return channel === 'slack'
    ? { answerLink: null, answerDelivery: offer?.deliveryId ?? null }
    : { answerLink: offer?.url ?? null, answerDelivery: null };
}
