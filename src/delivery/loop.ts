import type { Logger } from 'pino';

/** Work done again and again: at every wake, and at the latest after `everyMs`. One run at a time. */
export interface Loop {
  /** A hint that there is work now. Cheap; wakes during a run make one more run. */
  wake(): void;
  start(): void;
  /** No new run; resolves when the running one has ended. */
  stop(): Promise<void>;
  /** When the last run ended without an error, epoch ms of the monotonic clock; undefined before the first. */
  lastSuccess(): number | undefined;
}

/**
 * `run` returns true when it left work behind and wants to go on at once. An error is logged by its code and
 * the next run comes after `everyMs`: a loop never dies of a database that is away for a moment.
 */
export function createLoop(o: {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<boolean>;
  readonly log: Logger;
}): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let wanted = false;
  let stopped = true;
  let succeededAt: number | undefined;

  const schedule = (): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(turn, o.everyMs);
  };

  const runOnce = async (): Promise<void> => {
    try {
      do {
        wanted = false;
        if (await o.run()) wanted = true;
        succeededAt = performance.now();
      } while (wanted && !stopped);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      o.log.warn(
        { loop: o.name, error: error.name, code: (error as { code?: unknown }).code },
        'a run failed; it comes again',
      );
    }
  };

  const turn = (): void => {
    if (stopped) return;
    if (running !== undefined) {
      wanted = true;
      return;
    }
    clearTimeout(timer);
    running = runOnce().finally(() => {
      running = undefined;
      // A wake that came while an error unwound must not wait for the timer.
      if (wanted && !stopped) setImmediate(turn);
      else schedule();
    });
  };

  return {
    wake: turn,
    start() {
      stopped = false;
      turn();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
    lastSuccess: () => succeededAt,
  };
}
