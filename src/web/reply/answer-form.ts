import { ANSWER_CHOICES, type AnswerChoice } from '../../domain/cases/answers.ts';
import { textOrNull } from '../../domain/text.ts';
import { FORM_KEY, readFields, typedText } from './form-parts.tsx';

/** The names of the form's fields. */
export const ANSWER_FIELD = { key: 'key', choice: 'choice', until: 'until', note: 'note' } as const;

/** A submitted form: as typed, to be shown again, and as it is answered with. */
export interface SentAnswer {
  /** Of the page the form stood in: the same form sent twice is one answer. */
  readonly key: string;
  /** Undefined when nothing was chosen. */
  readonly choice: AnswerChoice | undefined;
  readonly until: string | null;
  readonly note: string | null;
}

const NAMES: readonly string[] = Object.values(ANSWER_FIELD);

/** Reads `application/x-www-form-urlencoded`; undefined when our own page cannot have sent it. */
export function readAnswerForm(sent: string): SentAnswer | undefined {
  const fields = readFields(sent, NAMES);
  if (fields === undefined) return undefined;
  const key = fields.get(ANSWER_FIELD.key) ?? '';
  const chosen = fields.get(ANSWER_FIELD.choice);
  const choice = ANSWER_CHOICES.find((known) => known === chosen);
  if (!FORM_KEY.test(key) || (chosen !== undefined && choice === undefined)) return undefined;
  return {
    key,
    choice,
    until: textOrNull(fields.get(ANSWER_FIELD.until)),
    note: textOrNull(typedText(fields.get(ANSWER_FIELD.note))),
  };
}
