/** What the caller's line showed: a number, or why there is none (非通知 · 公衆電話 · 表示圏外). */
export const NUMBER_STATES = ['given', 'withheld', 'payphone', 'out_of_area', 'unknown'] as const;
export type NumberState = (typeof NUMBER_STATES)[number];

/** What the caller wants to happen (ご対応). */
export const WISHES = ['call_back', 'message_only', 'will_call_again', 'no_call_back'] as const;
export type Wish = (typeof WISHES)[number];

export const WISH_LABELS: Readonly<Record<Wish, string>> = {
  call_back: '折り返し希望',
  message_only: '伝言のみ',
  will_call_again: '再度お電話くださるとのこと',
  no_call_back: '折り返し不要',
};

export const NUMBER_STATE_LABELS: Readonly<Record<Exclude<NumberState, 'given'>, string>> = {
  withheld: '非通知',
  payphone: '公衆電話',
  out_of_area: '表示圏外',
  unknown: '番号の確認なし',
};

/**
 * Why a report was made. `destination_notice` is not about its call: it asks the client for a new
 * address after a report of that call could not reach one [MK]; like all but the first, it is never counted.
 */
export type ReportPurpose =
  | 'initial'
  | 'correction'
  | 'retraction'
  | 'reminder'
  | 'destination_notice'
  /** Asks once more for the answer to a harassment case. */
  | 'case_reminder'
  /** A supervisor's ready-made message about a harassment case. */
  | 'case_message'
  /** A month's statement (利用明細): the one that is about no call. */
  | 'statement'
  /** How much of the plan is used (【ご利用状況】): about the month, not about its call, which only brought it about. */
  | 'usage_notice'
  /** Answers what the client said about a report's content. */
  | 'dispute_answer'
  /** The calls of a day in one message (まとめ); it hangs on the first of them. */
  | 'digest';

/**
 * A call as an operator enters it, before any rule is applied. Text is as typed: the record keeps everything,
 * reports drop control characters (P6).
 */
export interface CallEntry {
  /** Unique to one entry: the root view's id or the request's trigger. The same key records once (P1). */
  readonly key: string;
  readonly source: 'modal' | 'line';
  readonly clientId: string;
  /** A kind's code, such as `message` or `sales`. */
  readonly kind: string;
  readonly occurredAt: Date;
  readonly operator: { readonly id: string; readonly name: string };
  /** The person asked for: on the roster, or as heard; null when nobody was named. */
  readonly addressee:
    | { readonly type: 'member'; readonly memberId: string }
    | { readonly type: 'heard'; readonly name: string }
    | null;
  readonly caller: {
    readonly company: string | null;
    readonly name: string | null;
    readonly kana: string | null;
    readonly number: CallerNumber;
  };
  readonly message: string | null;
  /** Words exactly as said, without the brackets 「」. */
  readonly quote: string | null;
  readonly wish: Wish | null;
  readonly urgent: boolean;
  /** Code of a surcharge reason; its amount comes from data. */
  readonly surcharge: string | null;
}

export type CallerNumber =
  | { readonly state: 'given'; readonly raw: string; readonly confirmed: boolean }
  | { readonly state: Exclude<NumberState, 'given'> };

/** The field of an entry a problem belongs to; faces map it to their own input. */
export type EntryField =
  | 'client'
  | 'kind'
  | 'occurredAt'
  | 'addressee'
  | 'company'
  | 'name'
  | 'kana'
  | 'number'
  | 'message'
  | 'quote'
  | 'wish'
  | 'surcharge';

/** Why an entry cannot be recorded; `message` is Japanese, for the operator, and says what to do. */
export type EntryProblem = { readonly field: EntryField; readonly message: string };

/**
 * The longest each field may be, in UTF-16 code units as Slack counts `max_length`. Longer input is refused at
 * its field, never cut. Slack's `plain_text_input` takes at most 3,000 itself.
 */
export const FIELD_LIMITS = {
  addressee: 60,
  company: 120,
  name: 60,
  kana: 60,
  number: 40,
  message: 2000,
  quote: 1000,
} as const;
