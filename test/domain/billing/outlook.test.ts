import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastOf, marksReached, outlookOf } from '../../../src/domain/billing/outlook.ts';
import type { PlanTerms } from '../../../src/domain/billing/statement.ts';
import { USUAL_HOURS } from '../../../src/domain/business-hours.ts';
import { atJst } from '../../../src/domain/calendar.ts';
import { monthlyCharge } from '../../../src/domain/plans.ts';

const plan = (
  code: string,
  name: string,
  baseYen: number,
  includedCalls: number,
  overYen: number,
): PlanTerms => ({
  ...{ code, name, baseYen, includedCalls, overYen },
  prorated: false,
});
const SMALL = plan('small', 'スモール', 2960, 20, 148);
const HALF = plan('half', 'ハーフ', 5720, 40, 143);
const STANDARD = plan('standard', 'スタンダード', 11_040, 80, 138);
const PLANS = [SMALL, HALF, STANDARD];
const ALWAYS = { from: null, until: null };

// June 2026: 22 weekdays, no national holiday.
const june = (
  day: number,
  counted: number,
  contract: { from: string | null; until: string | null } = ALWAYS,
) =>
  forecastOf({
    month: '2026-06',
    counted,
    now: atJst(`2026-06-${String(day).padStart(2, '0')}`, '10:15'),
    business: USUAL_HOURS,
    contract,
  });

describe('the forecast to the end of the month', () => {
  it('goes by business days elapsed, today among them', () => {
    expect(june(10, 16)).toEqual({ calls: 44, elapsedDays: 8, businessDays: 22 });
    expect(june(14, 16)).toEqual(june(12, 16));
    expect(june(30, 16)).toEqual({ calls: 16, elapsedDays: 22, businessDays: 22 });
  });

  it('takes a contract that begins or ends within the month for what it is', () => {
    expect(june(22, 16, { from: '2026-06-15', until: null })).toEqual({
      calls: 32,
      elapsedDays: 6,
      businessDays: 12,
    });
    expect(june(22, 16, { from: null, until: '2026-06-22' })?.calls).toBe(16);
  });

  it('is none once the month is over, and never of one that has not begun', () => {
    const o = { counted: 16, business: null, contract: ALWAYS, now: atJst('2026-07-01', '00:00') };
    expect(forecastOf({ ...o, month: '2026-06' })).toBeNull();
    expect(() => forecastOf({ ...o, month: '2026-08' })).toThrow(RangeError);
  });

  it('is never below what there is, grows with it, falls with the days, and ends at it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(5000), (day, counted) => {
        const [now, more, tomorrow] = [
          june(day, counted),
          june(day, counted + 1),
          june(Math.min(30, day + 1), counted),
        ];
        if (!now || !more || !tomorrow) throw new Error('no forecast');
        expect(now.calls).toBeGreaterThanOrEqual(counted);
        expect(more.calls).toBeGreaterThan(now.calls);
        expect(tomorrow.calls).toBeLessThanOrEqual(now.calls);
        // Within half a call of the exact proportion, in whole numbers.
        expect(Math.abs(2 * (now.calls * now.elapsedDays - counted * now.businessDays))).toBeLessThanOrEqual(
          now.elapsedDays,
        );
      }),
      { numRuns: 40 },
    );
    expect(june(30, 77)?.calls).toBe(77);
  });
});

describe('what a month leads to', () => {
  const outlook = (counted: number, over: Partial<Parameters<typeof outlookOf>[0]> = {}) =>
    outlookOf({
      month: '2026-06',
      counted,
      now: atJst('2026-06-30', '10:15'),
      plan: SMALL,
      plans: PLANS,
      nextPlan: 'small',
      business: null,
      contract: ALWAYS,
      ...over,
    });

  it('shows what it costs, and the plan that costs less', () => {
    const { cost, cheaper } = outlook(42);
    expect(cost).toMatchObject({ name: 'スモール', overCalls: 22, eachYen: 148, totalYen: 6216 });
    expect(cheaper).toMatchObject({ name: 'ハーフ', overCalls: 2, eachYen: 143, totalYen: 6006 });
    // [seed] Half costs less from 39 calls on; at 38 both are 5,624 and 5,720.
    expect(outlook(38).cheaper).toBeNull();
    expect(outlook(39).cheaper?.totalYen).toBe(5720);
    expect(outlook(60, { plan: STANDARD, nextPlan: 'standard' }).cheaper?.name).toBe('ハーフ');
  });

  it('advises nothing that is chosen already, nor to a client that leaves', () => {
    expect(outlook(42, { nextPlan: 'half' }).cheaper).toBeNull();
    expect(outlook(42, { contract: { from: null, until: '2026-06-30' } }).cheaper).toBeNull();
    expect(outlook(42, { contract: { from: null, until: '2026-07-31' } }).cheaper).not.toBeNull();
  });

  it('P5 is what the statement would charge, and its advice is the least of all', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.constantFrom(...PLANS), (counted, mine) => {
        const { cost, cheaper } = outlook(counted, { plan: mine, nextPlan: mine.code });
        const all = PLANS.map((each) => monthlyCharge(each, counted).totalYen);
        expect(cost.totalYen).toBe(monthlyCharge(mine, counted).totalYen);
        expect(cost.totalYen).toBe(cost.baseYen + cost.overCalls * cost.eachYen);
        expect(cheaper?.totalYen ?? cost.totalYen).toBe(Math.min(...all));
      }),
      { numRuns: 40 },
    );
  });

  it('marks 80 and 100 % at the first call that reaches them, and none of a plan without calls', () => {
    expect([15, 16, 19, 20, 21].map((n) => marksReached(n, 20))).toEqual([
      [],
      [80],
      [80],
      [80, 100],
      [80, 100],
    ]);
    expect(marksReached(28, 35)).toEqual([80]);
    expect(marksReached(27, 35)).toEqual([]);
    expect(marksReached(1, 1)).toEqual([80, 100]);
    expect(marksReached(5, 0)).toEqual([]);
  });
});
