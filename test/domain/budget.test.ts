import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Allowance, paceOf } from '../../src/domain/budget.ts';

/** The most requests any window of the far side can see at this pace. */
function worst({ windowMs }: Allowance, pace: ReturnType<typeof paceOf>): number {
  const slices = Math.ceil(windowMs / pace.steadyMs) + 1;
  return slices * pace.steady + 2 * pace.burst;
}

describe('a pace', () => {
  it('P8 keeps every window of the far side within the allowance, whenever it begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 5000 }),
        fc.integer({ min: 1_000, max: 600_000 }),
        fc.constantFrom(1, 0.9, 0.72, 0.45),
        (requests, windowMs, share) => {
          const allowance = { requests, windowMs };
          expect(worst(allowance, paceOf(allowance, share))).toBeLessThanOrEqual(requests * share + 2);
        },
      ),
    );
  });

  it('uses most of it: 300 in five minutes trickle by 7 in 10 s with 30 in reserve', () => {
    expect(paceOf({ requests: 300, windowMs: 300_000 }, 1)).toEqual({
      steady: 7,
      steadyMs: 10_000,
      burst: 30,
      burstMs: 300_000,
    });
  });
});
