import { formatDay } from '../calendar.ts';
import { ANSWER_LABELS, type AnswerChoice, type AnswerVia, type CaseAnswer } from './answers.ts';

/*
 * Answers in words, the same on every channel.
 */

/** What each answer means: a client's own 当社 could be taken for the agency. */
export const ANSWER_HINTS: Readonly<Record<AnswerChoice, string>> = {
  known: 'お相手や、きっかけになった出来事に思い当たることがある',
  unknown: '思い当たることがない',
  contact: 'お客様からお相手にご連絡のうえ、電話をやめるよう申し入れる',
  pause: '収まるまで、電話代行への転送を止める',
  self: '収まるまで、お客様ご自身で電話をお受けになる',
  contract: '電話代行のご契約について、担当者からのご連絡を希望する',
};

/**
 * The answers as anybody but the client reads them: 当社 would be the agency here, which never contacts the caller
 * [seed].
 */
export const STAFF_ANSWER_LABELS: Readonly<Record<AnswerChoice, string>> = {
  ...ANSWER_LABELS,
  contact: '顧客から相手に連絡する',
  self: '顧客が自社で対応する',
};

/** What the date beside an answer is; null: the answer has none. */
export const UNTIL_LABELS: Readonly<Record<AnswerChoice, string | null>> = {
  known: null,
  unknown: null,
  contact: 'ご連絡の予定日',
  pause: '転送を再開する日',
  self: 'ご対応の予定日',
  contract: 'ご希望の日',
};

/** 「転送を停止する(転送を再開する日: 2026年7月1日(水))」. Never the note: it is written for the agency. */
export function answerWords(
  answer: Pick<CaseAnswer, 'choice' | 'until'>,
  labels: Readonly<Record<AnswerChoice, string>> = ANSWER_LABELS,
): string {
  const label = labels[answer.choice];
  const dated = UNTIL_LABELS[answer.choice];
  return answer.until === null || dated === null ? label : `${label}(${dated}: ${formatDay(answer.until)})`;
}

export const VIA_LABELS: Readonly<Record<AnswerVia, string>> = {
  slack: 'Slack',
  link: '回答ページ',
  chatwork: 'Chatwork',
  staff: '担当者がお伺いして記録',
};
