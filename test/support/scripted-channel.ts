import type { Channel, OutgoingMessage, UncertainAttempt } from '../../src/channels/channel.ts';
import type { ChannelName, Outcome, Reconciliation } from '../../src/domain/outcome.ts';

/** A far side that answers as told and remembers what it was sent. */
export interface ScriptedChannel extends Channel {
  readonly sent: OutgoingMessage[];
  readonly looks: UncertainAttempt[];
  /** The next answers of `send`; after them everything is delivered. */
  answer(...outcomes: (Outcome | Error)[]): void;
  /** The next answers of `reconcile`; after them everything is absent. */
  see(...seen: Reconciliation[]): void;
  forget(): void;
}

export function scriptedChannel(name: ChannelName): ScriptedChannel {
  const outcomes: (Outcome | Error)[] = [];
  const seen: Reconciliation[] = [];
  const sent: OutgoingMessage[] = [];
  const looks: UncertainAttempt[] = [];
  return {
    name,
    sent,
    looks,
    answer: (...more) => outcomes.push(...more),
    see: (...more) => seen.push(...more),
    forget() {
      for (const list of [outcomes, seen, sent, looks]) list.length = 0;
    },
    async send(message) {
      sent.push(message);
      const outcome = outcomes.shift() ?? { type: 'delivered', receipt: { message_id: String(sent.length) } };
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    async reconcile(attempt) {
      looks.push(attempt);
      return seen.shift() ?? { type: 'absent' };
    },
    checkCredential: async () => ({ ok: true, detail: 'scripted' }),
    close: async () => {},
  };
}
