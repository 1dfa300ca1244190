import type { Body } from '../domain/body.ts';
import type { ChannelName, Outcome, Reason, Receipt, Reconciliation } from '../domain/outcome.ts';

/** One delivery, ready to go. Carries everything a channel needs; a channel never reads a table. */
export interface OutgoingMessage<B extends Body = Body> {
  /** UUIDv7 of the delivery: Slack metadata and mail Message-ID are made of it. */
  readonly deliveryId: string;
  /** Unique to the delivery and printed in its body: what a reconciler looks for (see `deliveryMark`). */
  readonly mark: string;
  /** Chatwork room id · Slack channel or user id, after `T…/` in a client's workspace · mail address. Validated by `checkAddress` before storing. */
  readonly address: string;
  /** Chatwork account id · Slack user id · the reader's name for mail. */
  readonly mention: string | null;
  readonly body: B;
  /** The message at the same place that this one continues, such as the report it corrects. */
  readonly answers?: Answered;
  /** Which attempt at this delivery it is, from 1: lengthens waits whose length the far side leaves to us. */
  readonly attempt?: number;
}

/** An earlier message at the same place. `receipt` is null when it was not known to have arrived. */
export interface Answered {
  readonly deliveryId: string;
  readonly receipt: Receipt | null;
}

/** What is known about an earlier attempt whose outcome is uncertain. */
export interface UncertainAttempt<B extends Body = Body> {
  readonly message: OutgoingMessage<B>;
  /** When the attempt began, epoch ms. */
  readonly startedAtMs: number;
  /** Why it was uncertain; absent when the worker was lost with it. */
  readonly reason?: Reason;
  /** True when another delivery already owns the receipt of this key (`receiptKey`), so that it cannot be ours. */
  readonly ownedByOther: (receiptKey: string) => Promise<boolean>;
}

export type AddressCheck =
  | { readonly ok: true; readonly address: string; readonly mention: string | null }
  | { readonly ok: false; readonly field: 'address' | 'mention'; readonly message: string };

/** What `doctor` learns about a channel's credential. */
export type CredentialCheck =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly reason: Reason; readonly advice: string };

/**
 * The contract of a channel. It knows nothing of queues or tables and never throws for what the far side does;
 * it throws only for a bug on our side. An address that `checkAddress` would have refused is a rejected destination.
 * `test/contract/` holds the suite every channel must pass.
 */
export interface Channel<B extends Body = Body> {
  readonly name: ChannelName;
  /** One try, no retries inside. Aborting the signal ends it soon, as `retry` (nothing sent) or `uncertain`. */
  send(message: OutgoingMessage<B>, signal: AbortSignal): Promise<Outcome>;
  /** One look at the far side for an uncertain attempt. Two agreeing looks make `absent` safe; the caller counts. */
  reconcile(attempt: UncertainAttempt<B>, signal: AbortSignal): Promise<Reconciliation>;
  /** Asks the far side whether our credential works, without sending anything. */
  checkCredential(signal: AbortSignal): Promise<CredentialCheck>;
  close(): Promise<void>;
}

/** The channels whose settings are present. A destination of an absent one cannot be sent to. */
export type Channels = { readonly [K in ChannelName]?: Channel };
