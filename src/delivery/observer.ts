import type { Logger } from 'pino';
import type { ChannelName, Outcome, Reconciliation } from '../domain/outcome.ts';

/**
 * Who is told of what delivery does, as it does it: metrics, in practice. Told without names, addresses or
 * contents (P10); nothing waits for it.
 */
export interface Observer {
  /** The attempt is on record and the far side is about to be called. */
  attemptBegan(o: { readonly channel: ChannelName }): void;
  attemptEnded(o: {
    readonly channel: ChannelName;
    readonly outcome: Outcome;
    readonly tookMs: number;
  }): void;
  /** A report is known to have arrived; `afterMs` since it was written, which is when its call was recorded. */
  arrived(o: { readonly channel: ChannelName; readonly urgent: boolean; readonly afterMs: number }): void;
  /** The far side was looked at for an uncertain delivery. */
  looked(o: { readonly channel: ChannelName; readonly seen: Reconciliation['type'] }): void;
  /** One try to send a message of the bot itself. */
  noticeTried(o: { readonly outcome: Outcome['type'] }): void;
  /** The watchdog replaced a worker that took no jobs. */
  workerRestarted(): void;
}

/** Nobody watches. */
export function unobserved(): Observer {
  const nothing = (): void => undefined;
  return {
    attemptBegan: nothing,
    attemptEnded: nothing,
    arrived: nothing,
    looked: nothing,
    noticeTried: nothing,
    workerRestarted: nothing,
  };
}

/** The same observer, unable to do harm: what it throws must never keep an outcome from being written down (P4). */
export function harmless(observer: Observer, log: Logger): Observer {
  const safely =
    <Told extends readonly unknown[]>(tell: (...told: Told) => void) =>
    (...told: Told): void => {
      try {
        tell(...told);
      } catch (thrown) {
        log.error({ err: thrown }, 'an observer of deliveries threw');
      }
    };
  return {
    attemptBegan: safely((o) => observer.attemptBegan(o)),
    attemptEnded: safely((o) => observer.attemptEnded(o)),
    arrived: safely((o) => observer.arrived(o)),
    looked: safely((o) => observer.looked(o)),
    noticeTried: safely((o) => observer.noticeTried(o)),
    workerRestarted: safely(() => observer.workerRestarted()),
  };
}
