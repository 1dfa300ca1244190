import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { QueueHandle, WorkerHandle } from '../storage/queues.ts';
import type { Schema } from '../storage/schema.ts';
import type { Attempt } from './attempt.ts';
import type { Observer } from './observer.ts';
import type { DeliverySettings } from './settings.ts';

export interface WatchedWorker {
  /** Looks whether there is progress, and replaces the worker when there is none. Always false: nothing is left. */
  check(): Promise<boolean>;
  /** True from the moment the worker was replaced until the new one takes a job or no job waits any more. */
  stuck(): boolean;
  close(o: { readonly timeoutMs: number }): Promise<void>;
}

type WatchdogSettings = Pick<
  DeliverySettings,
  'workerStuckMs' | 'queuedLeaseMs' | 'sendingLeaseMs' | 'mailLeaseMs' | 'concurrency'
>;

/**
 * Watches the worker of this process for progress, not for life: a worker can be connected, answer pings, and
 * yet take no job, or have all its places held by attempts that never end.
 *
 *   a delivery stays handed out, the same one for `workerStuckMs`, while its job waits in the queue,
 *   this process has taken nothing in all that time, and has a place free ──► a new worker, the old one closed
 *
 * A place counts as free when nothing runs there, or when what runs there has outlived the longest lease: the
 * sweeper has called that attempt uncertain already. Attempts that merely take long keep their place, or slow far
 * sides would make workers without end. Replacing never doubles a report: what still runs goes on and writes its
 * own outcome, and a job that comes twice finds its generation claimed (P4).
 *
 * No clock is read but the monotonic one, and other processes' clocks play no part. A job that was lost with the
 * queue is not the worker's fault; the sweeper brings it back when its lease is over.
 */
export function watchWorker(deps: {
  /** Opens a worker that runs these attempts. */
  readonly open: (attempt: Attempt) => WorkerHandle;
  readonly attempt: Attempt;
  readonly queue: Pick<QueueHandle, 'size'>;
  readonly db: Kysely<Schema>;
  readonly settings: WatchdogSettings;
  readonly observer: Observer;
  readonly log: Logger;
  /** Milliseconds that only go forward; `performance.now` unless given. */
  readonly monotonic?: () => number;
}): WatchedWorker {
  const { settings, log } = deps;
  const now = deps.monotonic ?? (() => performance.now());
  // A delivery that is handed out anew has another generation and begins anew.
  const patienceMs = Math.min(settings.workerStuckMs, settings.queuedLeaseMs / 2);
  const hopelessMs = Math.max(settings.sendingLeaseMs, settings.mailLeaseMs);
  const running = new Set<{ readonly since: number }>();
  let lastTaken = now();
  let replaced = false;
  let closed = false;
  let seen = new Map<string, number>();
  const closing = new Set<Promise<void>>();

  const attempt: Attempt = {
    async run(job) {
      const place = { since: now() };
      lastTaken = place.since;
      replaced = false;
      running.add(place);
      try {
        await deps.attempt.run(job);
      } finally {
        running.delete(place);
      }
    },
  };
  let worker = deps.open(attempt);

  const hasFreePlace = (): boolean => {
    const held = [...running].filter(({ since }) => now() - since < hopelessMs).length;
    return held < settings.concurrency;
  };

  return {
    async check() {
      if (closed) return false;
      seen = await stillHandedOut(deps.db, seen, now());
      const oldest = Math.min(...seen.values(), Number.POSITIVE_INFINITY);
      const { waiting } = seen.size > 0 ? await deps.queue.size() : { waiting: 0 };
      if (waiting === 0) replaced = false;
      const stuck = waiting > 0 && now() - Math.max(oldest, lastTaken) >= patienceMs && hasFreePlace();
      if (!stuck || closed) return false;
      log.error({ waiting, running: running.size }, 'the worker takes no jobs; a new one takes its place');
      const old = worker.close({ timeoutMs: 0 });
      closing.add(old);
      void old.finally(() => closing.delete(old));
      worker = deps.open(attempt);
      // What held the old worker's places is on record as uncertain, or still writes its own outcome.
      running.clear();
      replaced = true;
      lastTaken = now();
      deps.observer.workerRestarted();
      return false;
    },
    stuck: () => replaced,
    async close(o) {
      closed = true;
      await Promise.all([worker.close(o), ...closing]);
    },
  };
}

/** Most deliveries looked at; the relay keeps the queue shorter than this. */
const MOST = 1_000;

/** When each of the deliveries that are handed out and unclaimed was first seen so. By index `deliveries_leased`. */
async function stillHandedOut(
  db: Kysely<Schema>,
  before: ReadonlyMap<string, number>,
  now: number,
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['id', 'generation'])
    .where('state', '=', 'queued')
    .orderBy('lease_until')
    .limit(MOST)
    .execute();
  return new Map(
    rows.map(({ id, generation }) => {
      const key = `${id} ${generation}`;
      return [key, before.get(key) ?? now] as const;
    }),
  );
}
