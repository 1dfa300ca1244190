import { addDays, isDay } from '../calendar.ts';
import { storable, textOrNull } from '../text.ts';
import { ANSWER_CHOICES, type CaseAnswer, isAction, NOTE_AT_MOST } from './answers.ts';

/** What is promised for a day further away than this is a slip of the hand. */
export const UNTIL_AT_MOST_DAYS = 366;

export type CheckedAnswer =
  | { readonly ok: true; readonly answer: CaseAnswer }
  | {
      readonly ok: false;
      readonly problems: readonly { readonly field: 'choice' | 'note' | 'until'; readonly message: string }[];
    };

/**
 * An answer as it is kept. Every problem at once, in words for whoever answers. A date means nothing with an answer
 * that only says what is known, and is left out there.
 *
 * @param today JST day
 */
export function checkAnswer(answer: CaseAnswer, today: string): CheckedAnswer {
  const problems: { field: 'choice' | 'note' | 'until'; message: string }[] = [];
  const { choice } = answer;
  if (!ANSWER_CHOICES.includes(choice)) {
    problems.push({ field: 'choice', message: 'ご回答を一つお選びください。' });
  }
  const note = textOrNull(answer.note);
  if (note !== null && note.length > NOTE_AT_MOST) {
    problems.push({
      field: 'note',
      message: `補足は${NOTE_AT_MOST}文字以内でご記入ください(いま${note.length}文字)。`,
    });
  }
  const until = isAction(choice) ? textOrNull(answer.until) : null;
  if (until !== null && !isDay(until)) {
    problems.push({ field: 'until', message: '日付を正しくご記入ください(例: 2026-12-25)。' });
  } else if (until !== null && until < today) {
    problems.push({ field: 'until', message: '過ぎた日付です。これからの日付をご記入ください。' });
  } else if (until !== null && until > addDays(today, UNTIL_AT_MOST_DAYS)) {
    problems.push({ field: 'until', message: '日付が先すぎます。1年以内の日付をご記入ください。' });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, answer: { choice, note: note === null ? null : storable(note), until } };
}
