import type { Logger } from 'pino';
import { errorCode } from './errors.ts';

/** The queue's backend is away or too slow; the rows stay as they are and are picked again (P7). */
export class QueueUnavailableError extends Error {
  readonly code = 'queues.unavailable';

  constructor(options?: ErrorOptions) {
    super('The queue does not answer. What is due stays due and is queued when it is back.', options);
    this.name = 'QueueUnavailableError';
  }
}

/** The same trouble is told at most this often, ms. */
const REPEAT_AFTER_MS = 30_000;

/**
 * Hears BullMQ's error events, which would end the process if nobody did. A backend that is away raises many a
 * second, so each code is logged once in `REPEAT_AFTER_MS` with how often it was left out; codes only (P10).
 */
export function queueErrorLog(log: Logger): (queue: string) => (error: unknown) => void {
  const told = new Map<string, { at: number; leftOut: number }>();
  return (queue) => (error) => {
    const code = errorCode(error) ?? (error instanceof Error ? error.name : 'unknown');
    const now = performance.now();
    const last = told.get(code);
    if (last && now - last.at < REPEAT_AFTER_MS) {
      last.leftOut += 1;
      return;
    }
    log.warn({ queue, code, leftOut: last?.leftOut ?? 0 }, 'queue backend error');
    told.set(code, { at: now, leftOut: 0 });
  };
}
