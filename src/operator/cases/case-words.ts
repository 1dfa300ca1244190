import { formatDay } from '../../domain/calendar.ts';
import { STAFF_ANSWER_LABELS } from '../../domain/cases/answer-words.ts';
import { type AnswerVia, type CaseAnswer, isAction } from '../../domain/cases/answers.ts';
import { formatE164 } from '../../domain/phone.ts';
import { printable } from '../../domain/text.ts';

/*
 * A case in the words of operators and supervisors. Each text stands as plain text wherever it is shown (P6).
 */

export const VIA_LABELS: Readonly<Record<AnswerVia, string>> = {
  slack: 'Slack',
  link: '回答ページ',
  chatwork: 'Chatwork',
  staff: '管理者が代わりに記録',
};

/** What the client does about it, as long as it lasts. `today`: JST day. */
export function standsInWords({ choice, until }: CaseAnswer, today: string): string {
  // Forwarding begins again on the day itself; everything else is done by its end.
  const over = until !== null && (choice === 'pause' ? until <= today : until < today);
  const day = until === null ? '' : `${formatDay(until)}${choice === 'pause' ? 'まで' : '予定'}`;
  const within = (doing: string) =>
    until === null ? doing : over ? `${doing}(予定の${formatDay(until)}を過ぎています)` : `${doing}(${day})`;
  switch (choice) {
    case 'pause':
      return within('転送停止中');
    case 'contact':
      return within('顧客から相手に連絡');
    case 'self':
      return within('顧客が自社で対応');
    case 'contract':
      return within('契約の休止・解約を相談中');
    case 'known':
    case 'unknown':
      return STAFF_ANSWER_LABELS[choice];
    default:
      return choice satisfies never;
  }
}

/** Everything the client does at once, a stopped forwarding first, or else what it knows; null before any answer. */
export function doingInWords(
  { actions, stands }: { readonly actions: readonly CaseAnswer[]; readonly stands: CaseAnswer | null },
  today: string,
): string | null {
  const knows = stands === null || isAction(stands.choice) ? [] : [stands];
  const shown = actions.length === 0 ? knows : actions;
  const paused = ({ choice }: CaseAnswer) => (choice === 'pause' ? 0 : 1);
  const words = shown.toSorted((a, b) => paused(a) - paused(b)).map((one) => standsInWords(one, today));
  return words.length === 0 ? null : words.join('・');
}

/** An answer as it was given: choice, day and note. */
export function answerInWords({ choice, until, note }: CaseAnswer): string {
  const day = until === null ? '' : `(${formatDay(until)}${choice === 'pause' ? 'まで' : '予定'})`;
  return `${STAFF_ANSWER_LABELS[choice]}${day}${note === null ? '' : `「${printable(note)}」`}`;
}

/** The caller's number of a case; null is no number at all, or one of the client's own. */
export function callerInWords(numberE164: string | null): string {
  return numberE164 === null ? '番号なし(非通知など)' : formatE164(numberE164);
}

/** Words in 「」 as they are to be said, once. */
export function quoted(words: string): string {
  const text = printable(words).trim();
  return text.startsWith('「') && text.endsWith('」') ? text : `「${text}」`;
}

/**
 * Shortens what Slack shows to so many characters, each of `& < >` counted as what it may be escaped to: Slack does
 * not say how it counts them. Never splits a character.
 */
export function shorten(text: string, limit: number): string {
  let shown = '';
  let size = 0;
  for (const sign of text) {
    size += sign === '&' || sign === '<' || sign === '>' ? 5 : sign.length;
    if (size > limit) return `${shown.trimEnd()}…`;
    shown += sign;
  }
  return shown;
}
