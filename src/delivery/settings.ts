import type { RetrySettings } from '../domain/delivery.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Every lease, window and pause of delivery, in milliseconds unless named otherwise. */
export interface DeliverySettings extends RetrySettings {
  /** How often the relay looks for due deliveries without a wake. Polling is the truth, a wake a hint (P7). */
  readonly relayPollMs: number;
  /** How long the relay rests after a round that took every free place; see `createRelay`. */
  readonly relayRestMs: number;
  /** How long a handed-out delivery may stay unclaimed before it is due again. */
  readonly queuedLeaseMs: number;
  /** How long one attempt may take before nobody can tell any more what became of it. Above `sendTimeoutMs`. */
  readonly sendingLeaseMs: number;
  /** When a running attempt is told to stop. */
  readonly sendTimeoutMs: number;
  /** The same for mail, whose relay may think long after the final dot (RFC 5321 allows it ten minutes). */
  readonly mailTimeoutMs: number;
  readonly mailLeaseMs: number;
  /** Deliveries handed out and not yet claimed, over all clients: keeps the queue short and urgent ones early. */
  readonly queueDepth: number;
  /** Deliveries of one client handed out or in flight at once (P8). */
  readonly clientInFlight: number;
  /** Attempts one worker process runs at once. */
  readonly concurrency: number;
  /** A worker that takes no job for this long, while jobs wait and it has a place free, is replaced. */
  readonly workerStuckMs: number;
  /** Most claims, or outcomes, written by one statement. */
  readonly shareCommitsOf: number;
  readonly sweepEveryMs: number;
  /** First look at the far side after an uncertain attempt, then the pause to the second. */
  readonly firstLookMs: number;
  readonly nextLookMs: number;
  /** How long one look may take; nobody else looks at the same delivery meanwhile. Above `sendTimeoutMs`. */
  readonly lookLeaseMs: number;
  /** Looks that may stay inconclusive before a person is asked, and how often they are asked again. */
  readonly looksBeforeAsking: number;
  readonly askAgainMs: number;
  /** A delivery still waiting after this long goes to the client's fallback. */
  readonly fallbackUrgentMs: number;
  readonly fallbackMs: number;
  /** The end of trying: failed, and staff is told. */
  readonly giveUpMs: number;
  /** After how long supervisors are reminded of a report that waits for them, and how often from then on. */
  readonly reviewRemindMs: number;
  readonly reviewAgainMs: number;
  /** From when the reminder is an alarm, and goes to each supervisor as well. */
  readonly reviewLateMs: number;
  /** After how long, and then the next business hour, supervisors are reminded of a dispute nobody decided. */
  readonly disputeRemindMs: number;
  /** Reports waiting this long behind one credential are told to staff. */
  readonly stalledMs: number;
  readonly noticeLeaseMs: number;
  readonly noticePollMs: number;
  /** Between two cards of harassment cases: Slack allows about fifty changes of messages a minute. */
  readonly cardPollMs: number;
}

export const DELIVERY_DEFAULTS: DeliverySettings = {
  backoffBaseMs: 5 * SECOND,
  backoffMaxMs: 5 * MINUTE,
  credentialPauseMs: 5 * MINUTE,
  relayPollMs: SECOND,
  relayRestMs: 40,
  queuedLeaseMs: 30 * SECOND,
  sendingLeaseMs: 60 * SECOND,
  sendTimeoutMs: 45 * SECOND,
  mailTimeoutMs: 130 * SECOND,
  mailLeaseMs: 150 * SECOND,
  queueDepth: 200,
  clientInFlight: 8,
  concurrency: 25,
  workerStuckMs: 10 * SECOND,
  shareCommitsOf: 50,
  sweepEveryMs: 5 * SECOND,
  firstLookMs: 5 * SECOND,
  nextLookMs: 30 * SECOND,
  lookLeaseMs: 60 * SECOND,
  looksBeforeAsking: 4,
  askAgainMs: 15 * MINUTE,
  fallbackUrgentMs: 5 * MINUTE,
  fallbackMs: 30 * MINUTE,
  giveUpMs: 24 * HOUR,
  reviewRemindMs: 5 * MINUTE,
  reviewAgainMs: 15 * MINUTE,
  reviewLateMs: 30 * MINUTE,
  disputeRemindMs: 24 * HOUR,
  stalledMs: 5 * MINUTE,
  noticeLeaseMs: 30 * SECOND,
  noticePollMs: SECOND,
  cardPollMs: 1_500,
};
