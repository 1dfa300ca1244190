import type { Logger } from 'pino';
import { createLoop, type Loop } from '../src/delivery/loop.ts';
import type { Relay } from '../src/delivery/relay.ts';
import type { Queues, WorkerHandle } from '../src/storage/queues.ts';

/** The queue of wakes from processes that record calls to those that relay: a hint, polling is the truth (P7). */
export const WAKE_QUEUE = 'wake';

/** Hands out due deliveries at every wake and at the latest after `pollMs`. */
export function createRelayLoop(relay: Relay, o: { readonly pollMs: number; readonly log: Logger }): Loop {
  return createLoop({
    name: 'relay',
    everyMs: o.pollMs,
    run: async () => (await relay.handOut()) > 0,
    log: o.log,
  });
}

/** Listens for wakes of other processes. */
export function startWakeWorker(queues: Queues, wake: () => void): WorkerHandle {
  return queues.worker(
    WAKE_QUEUE,
    async () => {
      wake();
    },
    { concurrency: 1 },
  );
}
