/** Why work was stopped before the far side had answered. */
export type Stopped = 'timeout' | 'aborted';

export interface Deadline {
  readonly signal: AbortSignal;
  /** What made the signal fire; null while it has not. */
  stopped(): Stopped | null;
  /** Fires the signal now, as an abort. */
  stop(): void;
  /** Gives back the timer and the listener. To be called however the work ended. */
  clear(): void;
}

/**
 * A signal that fires when the caller's does, or after `ms` milliseconds. Written out because
 * `AbortSignal.any` keeps every derived signal of a long-lived source in memory on Node 20.
 */
export function startDeadline(caller: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  let why: Stopped | null = null;
  const stop = (reason: Stopped): void => {
    if (why !== null) return;
    why = reason;
    controller.abort();
  };
  const onAbort = (): void => stop('aborted');
  const timer = setTimeout(() => stop('timeout'), ms);
  if (caller.aborted) onAbort();
  else caller.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    stopped: () => why,
    stop: onAbort,
    clear() {
      clearTimeout(timer);
      caller.removeEventListener('abort', onAbort);
    },
  };
}
