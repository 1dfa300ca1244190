import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { harmless, type Observer, unobserved } from '../../src/delivery/observer.ts';

const told: readonly ((observer: Observer) => void)[] = [
  (observer) => observer.attemptBegan({ channel: 'slack' }),
  (observer) =>
    observer.attemptEnded({ channel: 'slack', outcome: { type: 'delivered', receipt: {} }, tookMs: 1 }),
  (observer) => observer.arrived({ channel: 'slack', urgent: false, afterMs: 1 }),
  (observer) => observer.looked({ channel: 'slack', seen: 'found' }),
  (observer) => observer.noticeTried({ outcome: 'delivered' }),
  (observer) => observer.workerRestarted(),
];

describe('an observer of deliveries', () => {
  it('P4 can never keep an outcome from being written down', () => {
    const lines: string[] = [];
    const throwing = new Proxy(unobserved(), {
      get: () => () => {
        throw new RangeError('no such label');
      },
    });
    const observer = harmless(throwing, pino({}, { write: (line: string) => void lines.push(line) }));
    for (const tell of told) expect(() => tell(observer)).not.toThrow();
    expect(lines).toHaveLength(told.length);
  });

  it('is told everything', () => {
    const heard: PropertyKey[] = [];
    const listening = new Proxy(unobserved(), { get: (_, name) => () => heard.push(name) });
    const observer = harmless(listening, pino({ level: 'silent' }));
    for (const tell of told) tell(observer);
    expect(heard.toSorted()).toEqual(Object.keys(unobserved()).toSorted());
  });
});
