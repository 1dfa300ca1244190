import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cheapestPlan, monthlyCharge } from '../../src/domain/plans.ts';
import { formatReceiptNumber, parseReceiptNumber } from '../../src/domain/receipt.ts';

const small = { code: 'small', baseYen: 2960, includedCalls: 20, overYen: 148 };
const half = { code: 'half', baseYen: 5720, includedCalls: 40, overYen: 143 };
const standard = { code: 'standard', baseYen: 11_040, includedCalls: 80, overYen: 138 };

describe('worked examples of the trade', () => {
  test('[seed] 25 calls on スモール: 740 above the plan, 3,700 in all', () => {
    expect(monthlyCharge(small, 25)).toEqual({ overCalls: 5, overYen: 740, totalYen: 3700 });
  });

  test('[MK] 54 calls at the old price: 34 × 145, with 216 of surcharges 5,146 extra', () => {
    const charge = monthlyCharge({ baseYen: 2900, includedCalls: 20, overYen: 145 }, 54);
    expect(charge).toEqual({ overCalls: 34, overYen: 34 * 145, totalYen: 2900 + 4930 });
    expect(charge.overYen + 216).toBe(5146);
  });

  test('ハーフ is cheaper than スモール from 39 calls, スタンダード than ハーフ from 78', () => {
    const plans = [small, half, standard];
    expect([38, 39, 77, 78].map((counted) => cheapestPlan(plans, counted)?.code)).toEqual([
      'small',
      'half',
      'half',
      'standard',
    ]);
  });

  test('up to the included calls only the base is charged', () => {
    expect(monthlyCharge(small, 0).totalYen).toBe(2960);
    expect(monthlyCharge(small, 20)).toEqual({ overCalls: 0, overYen: 0, totalYen: 2960 });
    expect(monthlyCharge(small, 21).overYen).toBe(148);
  });
});

test('one more call never makes a month cheaper, and costs at most the over-rate', () => {
  fc.assert(
    fc.property(fc.constantFrom(small, half, standard), fc.nat(5000), (plan, counted) => {
      const step = monthlyCharge(plan, counted + 1).totalYen - monthlyCharge(plan, counted).totalYen;
      expect([0, plan.overYen]).toContain(step);
    }),
  );
});

test('a fraction or a negative number of calls is a bug, not a charge', () => {
  expect(() => monthlyCharge(small, -1)).toThrow(RangeError);
  expect(() => monthlyCharge(small, 1.5)).toThrow(RangeError);
  expect(cheapestPlan([], 1)).toBeUndefined();
});

test('receipt numbers carry the day, four digits or more, and read back', () => {
  expect(formatReceiptNumber('2024-06-20', 12)).toBe('20240620-0012');
  expect(formatReceiptNumber('2024-06-20', 12_345)).toBe('20240620-12345');
  expect(() => formatReceiptNumber('2024-06-20', 0)).toThrow(RangeError);
  expect(parseReceiptNumber('２０２４０６２０-００１２')).toEqual({ day: '2024-06-20', n: 12 });
  expect(parseReceiptNumber('20240620')).toBeUndefined();
});
