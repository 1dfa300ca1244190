/** The three ways a report can reach a client. Codes are stored and appear in import files. */
export const CHANNEL_NAMES = ['chatwork', 'slack', 'email'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** What the far side gave us to point at the message later: ids as text, never numbers (Chatwork ids pass 2^53). */
export type Receipt = Readonly<Record<string, string>>;

/**
 * Why an attempt ended as it did. `code` is enumerated per channel (`chatwork.room_rate_limit`) and feeds
 * metrics; `said` is what the far side answered, shortened, free of secrets and of call contents, for a person.
 */
export type Reason = { readonly code: string; readonly said?: string };

/**
 * What one attempt to send came to. An unknown shape is `uncertain`, never a guess.
 *
 * - `delivered`: the far side took it.
 * - `retry`: surely not delivered; again with back-off, `afterMs` at the earliest when given.
 * - `wait`: surely not delivered and no failed attempt; nothing in `scope` before `untilMs` (epoch ms).
 * - `rejected`: surely not delivered and trying the same again is useless; `scope` says what is bad.
 * - `uncertain`: it may have arrived: reconcile before any resend (P4).
 */
export type Outcome =
  | { readonly type: 'delivered'; readonly receipt: Receipt }
  | { readonly type: 'retry'; readonly reason: Reason; readonly afterMs?: number }
  | {
      readonly type: 'wait';
      readonly scope: 'destination' | 'credential';
      readonly untilMs: number;
      readonly reason: Reason;
      /** A person should hear of it although the delivery goes on by itself. */
      readonly alert?: boolean;
    }
  | {
      readonly type: 'rejected';
      readonly scope: 'destination' | 'payload' | 'credential';
      readonly reason: Reason;
    }
  | { readonly type: 'uncertain'; readonly reason: Reason };

/** What looking at the far side after an uncertain attempt showed. Only `absent` may lead to a resend. */
export type Reconciliation =
  | { readonly type: 'found'; readonly receipt: Receipt }
  | { readonly type: 'absent' }
  | { readonly type: 'inconclusive'; readonly reason: Reason };
