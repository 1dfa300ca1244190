import type { Clock } from '../../src/domain/ports.ts';

/** A clock that moves only when told to. */
export interface HandClock {
  readonly now: Clock;
  advance(ms: number): void;
  set(moment: string | Date): void;
}

export function handClock(start = '2026-06-18T04:05:00Z'): HandClock {
  let at = new Date(start).getTime();
  return {
    now: () => new Date(at),
    advance(ms) {
      at += ms;
    },
    set(moment) {
      at = new Date(moment).getTime();
    },
  };
}
