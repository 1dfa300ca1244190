import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** What has been opened, to be let go of in the opposite order. */
export interface Opened {
  /** Remembers how to close something that was just opened, and how long that may take at most. */
  push(name: string, withinMs: number, close: () => Promise<unknown>): void;
  /** Closes everything, newest first. A part that fails or takes too long holds nobody else up. */
  closeAll(): Promise<void>;
}

export function createOpened(log: Logger): Opened {
  const stack: {
    readonly name: string;
    readonly withinMs: number;
    readonly close: () => Promise<unknown>;
  }[] = [];
  let closing: Promise<void> | undefined;

  const closeEach = async (): Promise<void> => {
    for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
      const timer = new AbortController();
      const late = sleep(part.withinMs, 'late' as const, { signal: timer.signal }).catch(
        () => 'stopped' as const,
      );
      const ended = part.close().then(
        () => 'closed' as const,
        () => 'failed' as const,
      );
      const how = await Promise.race([ended, late]);
      timer.abort();
      if (how !== 'closed') log.warn({ part: part.name, how }, 'a part did not close cleanly');
    }
  };

  return {
    push(name, withinMs, close) {
      stack.push({ name, withinMs, close });
    },
    closeAll() {
      closing ??= closeEach();
      return closing;
    },
  };
}
