import { ANSWER_CHOICES, ANSWER_LABELS } from '../domain/cases/answers.ts';
import { answerAction } from './answer.ts';
import { DONE_ACTION } from './done.ts';
import type { Format } from './formats.ts';
import type { Offers } from './offers.ts';
import type { Sample } from './samples.ts';
import { slackBody } from './slack-body.ts';

/*
 * A client that is asked to say something, and reminded until it does, must find where to say it in every format.
 */

/** As long as links are behind a long address of this server. */
const OFFER = {
  url: `https://toritsugi.example/${'a'.repeat(200)}/r/${'b'.repeat(48)}`,
  deliveryId: '0190313f-0000-7000-8000-0123456789ab',
};

/** What the reports of a sample may offer, each to be tried; a report never offers both. */
export function offersTried(sample: Sample): readonly Offers[] {
  return [
    { done: sample.done ? OFFER : null, answer: null, page: null },
    ...(sample.answer ? [{ done: null, answer: OFFER, page: null }] : []),
    ...(sample.page ? [{ done: null, answer: null, page: OFFER }] : []),
  ];
}

/** What is offered and cannot be found in a rendered report, or null. */
export function offerFault(format: Format, rendered: string, offers: Offers): string | null {
  const faults = [
    offers.done === null ? null : doneFault(format, rendered),
    offers.answer === null ? null : answerFault(format, rendered),
    offers.page === null || rendered.includes(OFFER.url)
      ? null
      : 'does not print {{ statementLink }}, by which its reader sees every call',
  ];
  return faults.find((fault) => fault !== null) ?? null;
}

function doneFault(format: Format, rendered: string): string | null {
  if (format !== 'slack') {
    return rendered.includes(OFFER.url)
      ? null
      : 'does not print {{ doneLink }}, by which its reader marks it done';
  }
  return pressable(rendered, DONE_ACTION)
    ? null
    : `has no button "${DONE_ACTION}" whose value is {{ doneDelivery }}`;
}

function answerFault(format: Format, rendered: string): string | null {
  // In Slack what stands on a button need not stand beside it.
  const unsaid = ANSWER_CHOICES.find((choice) => !rendered.includes(ANSWER_LABELS[choice]));
  if (unsaid !== undefined) return `does not name the answer 「${ANSWER_LABELS[unsaid]}」`;
  if (format !== 'slack') {
    return rendered.includes(OFFER.url)
      ? null
      : 'does not print {{ answerLink }}, by which its reader answers';
  }
  const missing = ANSWER_CHOICES.map(answerAction).find((action) => !pressable(rendered, action));
  return missing === undefined ? null : `has no button "${missing}" whose value is {{ answerDelivery }}`;
}

function pressable(rendered: string, action: string): boolean {
  return slackBody(rendered)
    .blocks.flatMap(({ elements }) => (Array.isArray(elements) ? (elements as readonly unknown[]) : []))
    .some((element) => {
      const { action_id: id, value } = { ...(element as Readonly<Record<string, unknown>>) };
      return id === action && value === OFFER.deliveryId;
    });
}
