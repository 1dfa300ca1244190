/** What a client can answer to a report of harassment, in the order shown. */
export const ANSWER_CHOICES = ['known', 'unknown', 'contact', 'pause', 'self', 'contract'] as const;
export type AnswerChoice = (typeof ANSWER_CHOICES)[number];

export const ANSWER_LABELS: Readonly<Record<AnswerChoice, string>> = {
  known: '心当たりあり',
  unknown: '心当たりなし',
  contact: '当社から相手に連絡する',
  pause: '転送を停止する',
  self: '当社で対応する',
  contract: '契約の休止・解約を相談する',
};

/** The answers by which the client does something about it; the others only say what it knows. */
export const ACTIONS = ['contact', 'pause', 'self', 'contract'] as const;
export type CaseAction = (typeof ACTIONS)[number];

export function isAction(choice: AnswerChoice): choice is CaseAction {
  return (ACTIONS as readonly AnswerChoice[]).includes(choice);
}

/** Longest note with an answer, in characters; more is refused with what was typed kept. */
export const NOTE_AT_MOST = 1000;

export interface CaseAnswer {
  readonly choice: AnswerChoice;
  /** As typed; null when nothing was. */
  readonly note: string | null;
  /**
   * `YYYY-MM-DD` JST. For `pause` the day forwarding begins again (asked for, not forced); for the other actions the
   * day by which it is done; null when none was given.
   */
  readonly until: string | null;
}

/** The way an answer came in. */
export type AnswerVia = 'slack' | 'link' | 'chatwork' | 'staff';
