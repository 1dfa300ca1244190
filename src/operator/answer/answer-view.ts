import type { types } from '@slack/bolt';
import { z } from 'zod';
import { formatCallTime } from '../../domain/calendar.ts';
import { ANSWER_HINTS, answerWords, UNTIL_LABELS } from '../../domain/cases/answer-words.ts';
import {
  ANSWER_CHOICES,
  ANSWER_LABELS,
  type AnswerChoice,
  type CaseAnswer,
  NOTE_AT_MOST,
} from '../../domain/cases/answers.ts';
import { textOrNull } from '../../domain/text.ts';
import type { AnswerReading } from '../../followup/cases/cases.ts';
import { VALUE } from '../entry-modal/block-ids.ts';
import { clipped, context, input, option, plain, textInput } from '../entry-modal/elements.ts';
import type { SlackView } from '../slack-body.ts';

/** `callback_id` of the form. */
export const ANSWER_FORM = 'report_answer_form';
/** `note` is always there: what has no field of its own is said at it. */
export const ANSWER_BLOCK = { choice: 'choice', until: 'until', note: 'note' } as const;

/** Answers so far that the form shows. */
const SHOWN_AT_MOST = 3;
/** Slack's limit for an option's description. */
const DESCRIPTION_LIMIT = 75;
/** Slack's limit for `private_metadata` leaves room for a response URL as long as Slack says they may be. */
const URL_LIMIT = 2000;

const Metadata = z.object({
  delivery: z.uuid(),
  channel: z.string().min(1).max(255),
  ts: z.string().min(1).max(40),
  team: z.string().max(255).optional(),
  /** Of the button that opened the form; absent where the form asks. */
  choice: z.enum(ANSWER_CHOICES).optional(),
  /** To tell whoever pressed, should the message not change. */
  url: z.url().max(URL_LIMIT).optional(),
});
/** What a form is about. Slack gives it back as it was sent. */
export type AnswerMetadata = z.output<typeof Metadata>;

/** Undefined when it is none of ours. */
export function readAnswerMetadata(text: unknown): AnswerMetadata | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return Metadata.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A short form: a note, the date where the answer has one, and the answer itself unless a button chose it. */
export function answerView(
  reading: Extract<AnswerReading, { type: 'open' }>,
  metadata: AnswerMetadata,
): types.ModalView {
  const { choice } = metadata;
  const dated = choice === undefined ? '予定の日(転送を再開する日など)' : UNTIL_LABELS[choice];
  return {
    type: 'modal',
    callback_id: ANSWER_FORM,
    private_metadata: JSON.stringify(metadata),
    title: plain('報告へのご回答'),
    submit: plain('回答する'),
    close: plain('閉じる'),
    blocks: [
      clipped(
        `受付番号 ${reading.receiptNumber}(${reading.kindLabel})\n受電日時 ${formatCallTime(reading.occurredAt)}`,
      ),
      ...soFar(reading.answers),
      choice === undefined ? choiceInput() : chosen(choice),
      ...(dated === null
        ? []
        : [input(ANSWER_BLOCK.until, dated, { type: 'datepicker', action_id: VALUE } as const)]),
      input(ANSWER_BLOCK.note, '補足', textInput(null, { limit: NOTE_AT_MOST, multiline: true }), {
        hint: '電話代行の担当者にお伝えします。このチャンネルには表示しません。',
      }),
    ],
  };
}

function soFar(answers: readonly (Pick<CaseAnswer, 'choice' | 'until'> & { readonly at: Date })[]) {
  if (answers.length === 0) return [];
  const lines = answers
    .slice(0, SHOWN_AT_MOST)
    .map((answer) => `・${answerWords(answer)}(${formatCallTime(answer.at)})`);
  return [context(['これまでのご回答(新しい順)', ...lines].join('\n'))];
}

function chosen(choice: AnswerChoice) {
  return clipped(`「${ANSWER_LABELS[choice]}」\n${ANSWER_HINTS[choice]}`);
}

function choiceInput(): types.InputBlock {
  const options = ANSWER_CHOICES.map((choice) => ({
    ...option(ANSWER_LABELS[choice], choice),
    description: plain(ANSWER_HINTS[choice].slice(0, DESCRIPTION_LIMIT)),
  }));
  const radio = { type: 'radio_buttons', action_id: VALUE, options } as const;
  return input(ANSWER_BLOCK.choice, 'ご回答', radio, { required: true });
}

/** What a submitted form says; the choice is undefined when nothing was chosen. */
export function readAnswer(
  view: SlackView,
  metadata: AnswerMetadata,
): Omit<CaseAnswer, 'choice'> & { readonly choice: AnswerChoice | undefined } {
  const values = view.state?.values ?? {};
  const radio = values[ANSWER_BLOCK.choice]?.[VALUE]?.selected_option;
  const value = typeof radio === 'object' && radio !== null && 'value' in radio ? radio.value : undefined;
  const until = values[ANSWER_BLOCK.until]?.[VALUE]?.selected_date;
  const note = values[ANSWER_BLOCK.note]?.[VALUE]?.value;
  return {
    choice: metadata.choice ?? ANSWER_CHOICES.find((known) => known === value),
    until: typeof until === 'string' ? textOrNull(until) : null,
    note: typeof note === 'string' ? textOrNull(note) : null,
  };
}
