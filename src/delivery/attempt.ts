import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Channels } from '../channels/channel.ts';
import type { ChannelName, Outcome } from '../domain/outcome.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import { type Claimed, type ClaimRequest, claim } from './claim.ts';
import type { Observer } from './observer.ts';
import type { DeliverySettings } from './settings.ts';
import type { Settle } from './settle.ts';
import { shareCommits } from './share-commits.ts';

/** Pauses between tries to write down an outcome, milliseconds. The lease outlasts them. */
const BOOKKEEPING_PAUSES_MS = [50, 200, 1000, 3000];

export interface Attempt {
  /** Runs one job: claim, send, write the outcome. Resolves when nothing is left to do for it. */
  run(job: { readonly id: string; readonly generation: number }): Promise<void>;
}

/**
 * One attempt at one delivery.
 *
 *   claim (attempt row written) ──► channel.send ──► settle
 *
 * What the far side answered is never lost to our own bookkeeping: a failing write is tried again, and if it
 * fails for good the row stays `sending` until its lease is over and becomes `uncertain`, never `due` (P4).
 */
export function createAttempt(deps: {
  readonly db: Kysely<Schema>;
  readonly channels: Channels;
  readonly settle: Settle;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: DeliverySettings;
  readonly observer: Observer;
  readonly log: Logger;
  readonly sleep: (ms: number) => Promise<void>;
}): Attempt {
  const claimOne = shareCommits(
    (requests: readonly ClaimRequest[]) =>
      claim(deps.db, requests, {
        now: deps.clock(),
        leaseMs: deps.settings.sendingLeaseMs,
        mailLeaseMs: deps.settings.mailLeaseMs,
      }),
    deps.settings.shareCommitsOf,
  );

  const timeoutOf = (channel: ChannelName): number =>
    channel === 'email' ? deps.settings.mailTimeoutMs : deps.settings.sendTimeoutMs;

  const send = async (claimed: Claimed): Promise<Outcome> => {
    const channel = deps.channels[claimed.channel];
    if (channel === undefined) {
      return { type: 'rejected', scope: 'credential', reason: { code: `${claimed.channel}.not_configured` } };
    }
    try {
      return await channel.send(claimed.message, AbortSignal.timeout(timeoutOf(claimed.channel)));
    } catch (thrown) {
      // A channel throws only for a bug of ours; whether the far side heard of it is then unknown.
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      deps.log.error(
        { delivery: claimed.deliveryId, channel: claimed.channel, error: error.name },
        'a channel threw; the outcome is unknown',
      );
      return { type: 'uncertain', reason: { code: `${claimed.channel}.bug` } };
    }
  };

  /** False when it could not be written. */
  const write = async (claimed: Claimed, outcome: Outcome): Promise<boolean> => {
    for (const pause of [...BOOKKEEPING_PAUSES_MS, undefined]) {
      try {
        await deps.settle(claimed, outcome);
        return true;
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        deps.log.error(
          { delivery: claimed.deliveryId, outcome: outcome.type, code: (error as { code?: unknown }).code },
          pause === undefined
            ? 'the outcome could not be written; the delivery will be reconciled'
            : 'writing the outcome failed; trying again',
        );
        if (pause !== undefined) await deps.sleep(pause);
      }
    }
    return false;
  };

  return {
    async run(job) {
      const claimed = await claimOne({ ...job, attemptId: deps.newId() });
      if (claimed === undefined) return;
      const { channel, urgent, reportedAt } = claimed;
      deps.observer.attemptBegan({ channel });
      const began = performance.now();
      const outcome = await send(claimed);
      deps.observer.attemptEnded({ channel, outcome, tookMs: performance.now() - began });
      const arrivedAt = deps.clock().getTime();
      if ((await write(claimed, outcome)) && outcome.type === 'delivered') {
        deps.observer.arrived({ channel, urgent, afterMs: arrivedAt - reportedAt.getTime() });
      }
      deps.log.info(
        {
          delivery: claimed.deliveryId,
          generation: claimed.generation,
          channel: claimed.channel,
          outcome: outcome.type,
          reason: 'reason' in outcome ? outcome.reason.code : undefined,
        },
        'attempt ended',
      );
    },
  };
}
