import type { Outcome, Reason, Receipt } from './outcome.ts';

/**
 * A delivery's life. Every arrow is one compare-and-set on the row, so two processes can never both take it.
 *
 *   held ──► due ──relay──► queued ──claim──► sending ──outcome──► delivered | failed | cancelled
 *             ▲               │ lease over       │ lease over
 *             └───────────────┘                  └──► uncertain ──reconcile──► delivered | due | a person decides
 *
 * The one way out of a terminal state: a delivered mail becomes `failed` when it bounces (`afterBounce`).
 *
 * `sending` is entered in the statement that writes the attempt row, before the far side is called; a lost
 * worker therefore leaves `uncertain`, never `due` (P4). `generation` counts the times the relay handed the
 * delivery out; it is the fencing token: only the worker holding the newest generation may write an outcome.
 */
export const DELIVERY_STATES = [
  'held',
  'due',
  'queued',
  'sending',
  'uncertain',
  'delivered',
  'failed',
  'cancelled',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * A short sign unique to a delivery, printed in its body and looked for when an answer was lost: the last
 * twelve hexadecimal digits of its UUIDv7, which are random (48 bits).
 */
export function deliveryMark(deliveryId: string): string {
  return deliveryId.slice(-12);
}

/** Back-off and pauses, all in milliseconds; settings so that tests scale them down instead of waiting. */
export interface RetrySettings {
  /** First pause after a failed attempt; doubles each time. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** How long a credential that was refused rests before one delivery tries it again. */
  readonly credentialPauseMs: number;
}

/** What must happen in the transaction that writes an outcome, besides the new state. */
export type Effect =
  | { readonly type: 'block'; readonly scope: 'destination' | 'credential'; readonly untilMs: number }
  /** Once for each time it works: the client is told over another of its destinations. */
  | { readonly type: 'disable-destination' }
  | { readonly type: 'fall-back' }
  | { readonly type: 'render-plainest' }
  | { readonly type: 'alert'; readonly about: AlertSubject };

/** What a staff alert is about; one alert a subject, not one a report. */
export type AlertSubject =
  | 'destination'
  | 'credential'
  | 'channel'
  | 'delivery'
  | 'uncertain'
  | 'late'
  | 'undeliverable'
  | 'given-up'
  /** A mail came back, for a reason that does not condemn its address. */
  | 'bounced'
  /** A mail came back from an address its destination forwards to; the report may have arrived all the same. */
  | 'forwarding';

export interface Transition {
  readonly state: 'delivered' | 'due' | 'failed' | 'uncertain';
  /** When the next attempt may begin, epoch ms; only for `due`. */
  readonly nextAttemptMs?: number;
  readonly receipt?: Receipt;
  readonly reason?: Reason;
  /** Whether this attempt counts as a failed one: `wait` does not. */
  readonly failed: boolean;
  readonly effects: readonly Effect[];
}

/**
 * The next state after an attempt, and what must be written with it. Pure: `random` in [0, 1) is the jitter.
 * The meaning of each outcome is the far side's documented behaviour; see the channels' `classify` files.
 */
export function afterOutcome(
  delivery: { readonly failures: number; readonly plainest: boolean },
  outcome: Outcome,
  nowMs: number,
  settings: RetrySettings,
  random: number,
): Transition {
  switch (outcome.type) {
    case 'delivered':
      return { state: 'delivered', receipt: outcome.receipt, failed: false, effects: [] };
    case 'retry':
      return {
        state: 'due',
        nextAttemptMs: nowMs + Math.max(backoffMs(delivery.failures, settings, random), outcome.afterMs ?? 0),
        reason: outcome.reason,
        failed: true,
        effects: [],
      };
    case 'wait':
      return {
        state: 'due',
        nextAttemptMs: outcome.untilMs,
        reason: outcome.reason,
        failed: false,
        effects: [
          { type: 'block', scope: outcome.scope, untilMs: outcome.untilMs },
          ...(outcome.alert ? [{ type: 'alert', about: 'channel' } as const] : []),
        ],
      };
    case 'rejected':
      return afterRejection(delivery, outcome, nowMs, settings);
    case 'uncertain':
      return { state: 'uncertain', reason: outcome.reason, failed: false, effects: [] };
    default:
      return outcome satisfies never;
  }
}

/** The destination is switched off, which the client is told; the report goes elsewhere; staff hears of it. */
const DESTINATION_IS_BAD: readonly Effect[] = [
  { type: 'disable-destination' },
  { type: 'fall-back' },
  { type: 'alert', about: 'destination' },
];

function afterRejection(
  delivery: { readonly plainest: boolean },
  outcome: Extract<Outcome, { type: 'rejected' }>,
  nowMs: number,
  settings: RetrySettings,
): Transition {
  switch (outcome.scope) {
    case 'destination':
      return {
        state: 'failed',
        reason: outcome.reason,
        failed: true,
        effects: DESTINATION_IS_BAD,
      };
    case 'payload':
      // Our message is at fault: the plainest form once, then another destination and a person.
      return delivery.plainest
        ? {
            state: 'failed',
            reason: outcome.reason,
            failed: true,
            effects: [{ type: 'fall-back' }, { type: 'alert', about: 'delivery' }],
          }
        : {
            state: 'due',
            nextAttemptMs: nowMs,
            reason: outcome.reason,
            failed: true,
            effects: [{ type: 'render-plainest' }, { type: 'alert', about: 'delivery' }],
          };
    case 'credential': {
      // The reports stay due: nothing is wrong with them or with their destination.
      const untilMs = nowMs + settings.credentialPauseMs;
      return {
        state: 'due',
        nextAttemptMs: untilMs,
        reason: outcome.reason,
        failed: false,
        effects: [
          { type: 'block', scope: 'credential', untilMs },
          { type: 'alert', about: 'credential' },
        ],
      };
    }
    default:
      return outcome.scope satisfies never;
  }
}

/**
 * What follows when an accepted mail comes back for good: the same as when its recipient is refused at once. Only
 * a status that condemns the address itself switches it off; a full mailbox or a filter of the day does not.
 */
export function afterBounce(condemnsAddress: boolean): readonly Effect[] {
  return condemnsAddress ? DESTINATION_IS_BAD : [{ type: 'fall-back' }, { type: 'alert', about: 'bounced' }];
}

/** Exponential back-off with jitter between half and the whole of it, in milliseconds. */
export function backoffMs(failures: number, settings: RetrySettings, random: number): number {
  const ceiling = Math.min(settings.backoffMaxMs, settings.backoffBaseMs * 2 ** Math.min(failures, 30));
  return Math.round(ceiling * (0.5 + random / 2));
}
