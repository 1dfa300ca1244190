import { formatMonth, jstMonth } from './calendar.ts';
import { type DoneStanding, mayMarkDone } from './done.ts';
import { overLimit, textOrNull } from './text.ts';

/** What a client may say about a report's content: that it was a sales call, or that something in it is wrong. */
export const DISPUTE_CLAIMS = ['sales', 'wrong'] as const;
export type DisputeClaim = (typeof DISPUTE_CLAIMS)[number];

export const DISPUTE_LABELS: Readonly<Record<DisputeClaim, string>> = {
  sales: 'これは営業電話でした',
  wrong: '内容が違います',
};

export const DISPUTE_HINTS: Readonly<Record<DisputeClaim, string>> = {
  sales: '確認のうえ、受電回数から除きます。',
  wrong: '違うところを補足にお書きください。確認のうえ、訂正します。',
};

/** The longest note, in UTF-16 code units. */
export const DISPUTE_NOTE_AT_MOST = 1000;

/** How it ended: taken out of the count, corrected, or left as it is. */
export const DISPUTE_DECISIONS = ['credited', 'corrected', 'kept'] as const;
export type DisputeDecision = (typeof DISPUTE_DECISIONS)[number];

/** For supervisors, after whoever decided. */
export const DECISION_WORDS: Readonly<Record<DisputeDecision, string>> = {
  credited: '受電回数から取り消しました',
  corrected: '訂正しました',
  kept: 'そのままとしました',
};

/** What is decided about a client's word. */
export interface DisputeOutcome {
  readonly decision: DisputeDecision;
  readonly decidedAt: Date;
  /** Why it is left as it is, in words for the client; null otherwise. */
  readonly reason: string | null;
  /** JST month, `YYYY-MM`, in which the credit is booked; null without one. */
  readonly creditMonth: string | null;
  /** What is given back of a month that was closed, in yen with tax; 0 where the call had cost nothing. */
  readonly creditYen: number;
}

/** What a client wrote, as typed. */
export interface SaidOfReport {
  readonly claim: DisputeClaim | undefined;
  readonly note: string | null;
}

export type DisputeProblem = { readonly field: 'claim' | 'note'; readonly message: string };

/** What is wrong with what a client wrote; empty when it can be taken. */
export function disputeProblems({ claim, note }: SaidOfReport): readonly DisputeProblem[] {
  const words = textOrNull(note);
  const over = words === null ? 0 : overLimit(words, DISPUTE_NOTE_AT_MOST);
  return [
    ...(claim === undefined
      ? [{ field: 'claim', message: 'お知らせの内容を一つお選びください。' } as const]
      : []),
    ...(claim === 'wrong' && words === null
      ? [{ field: 'note', message: 'どこが違うかを、補足にお書きください。' } as const]
      : []),
    ...(over > 0
      ? [{ field: 'note', message: `補足が${over}文字長すぎます。短くしてください。` } as const]
      : []),
  ];
}

/** What decides whether the reader of a delivery may say something about its content. */
export interface DisputeStanding extends DoneStanding {
  /** Harassment has answers of its own, and its report is a fact the agency stands by. [ours] */
  readonly flagged: boolean;
}

export function mayDispute(standing: DisputeStanding): boolean {
  return mayMarkDone(standing) && !standing.flagged;
}

/** Whether the reader of a delivery may see how what was said before stands, when nothing more can be said (P9). */
export function mayReadDispute(standing: DisputeStanding): boolean {
  return mayMarkDone({ ...standing, reported: true, retracted: false });
}

/** What is told of the decision, whole sentences in our own words; the reason for leaving it stands apart. */
export function outcomeInWords(outcome: DisputeOutcome, occurredAt: Date): string {
  switch (outcome.decision) {
    case 'credited':
      return creditInWords(outcome, jstMonth(occurredAt));
    case 'corrected':
      return 'ご連絡の内容を確認し、報告を訂正いたしました。';
    case 'kept':
      return '確認いたしましたが、報告の内容と受電回数はそのままとさせていただきます。';
    default:
      return outcome.decision satisfies never;
  }
}

function creditInWords({ creditMonth, creditYen, decidedAt }: DisputeOutcome, ofMonth: string): string {
  if (creditMonth === null || creditMonth === ofMonth) {
    const month = ofMonth === jstMonth(decidedAt) ? '今月' : formatMonth(ofMonth);
    return `${month}の受電回数から除きました。`;
  }
  return creditYen === 0
    ? `受電回数から除きました。${formatMonth(ofMonth)}分は締め切り済みですが、基本料金に含まれる回数のうちのお電話でしたので、ご請求額に変わりはございません。`
    : `受電回数から除きました。${formatMonth(ofMonth)}分は締め切り済みのため、${formatMonth(creditMonth)}分の明細で${creditYen.toLocaleString('en-US')}円を差し引きます。`;
}
