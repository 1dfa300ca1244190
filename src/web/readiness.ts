import type { Loop } from '../delivery/loop.ts';
import type { WatchedWorker } from '../delivery/watchdog.ts';

/** Whether this process can do its work now: what `/readyz` answers. Names of parts only, no data (P10). */
export type Readiness = () => Promise<{
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}>;

/** Longest a probe may take before it counts as failing, milliseconds. */
const PROBE_TIMEOUT_MS = 2_000;

/** Runs every probe at once; a probe that throws or takes too long is failing. */
export function createReadiness(probes: Readonly<Record<string, () => Promise<unknown>>>): Readiness {
  return async () => {
    const results = await Promise.all(
      Object.entries(probes).map(async ([name, probe]) => [name, await passes(probe)] as const),
    );
    return { ready: results.every(([, state]) => state === 'ok'), checks: Object.fromEntries(results) };
  };
}

/** A loop may miss this many of its intervals, and at least this much time, before it counts as stuck. */
const MISSED_RUNS = 10;
const LEAST_PATIENCE_MS = 5_000;

/**
 * Fails while a loop has not come to its end without an error for ten of its intervals.
 *
 * @param o.mayTakeMs how long one run may rightly take besides
 */
export function advancing(
  loop: Pick<Loop, 'lastSuccess'>,
  o: { readonly everyMs: number; readonly mayTakeMs?: number },
): () => Promise<void> {
  const startedAt = performance.now();
  const patienceMs = Math.max(LEAST_PATIENCE_MS, MISSED_RUNS * o.everyMs) + (o.mayTakeMs ?? 0);
  return async () => {
    if (performance.now() - (loop.lastSuccess() ?? startedAt) > patienceMs) throw new Error('no progress');
  };
}

/** Fails while jobs wait and this process takes none. */
export function takingJobs(worker: Pick<WatchedWorker, 'stuck'>): () => Promise<void> {
  return async () => {
    if (worker.stuck()) throw new Error('the worker takes no jobs');
  };
}

async function passes(probe: () => Promise<unknown>): Promise<'ok' | 'failing'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'failing'>((resolve) => {
    timer = setTimeout(() => resolve('failing'), PROBE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([
      probe().then(
        () => 'ok' as const,
        () => 'failing' as const,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
