import { describe, expect, it } from 'vitest';
import { computeStatement } from '../../../src/domain/billing/compute-statement.ts';
import { daysUnder } from '../../../src/domain/billing/contract.ts';
import { billingMonth, worthOfCall } from '../../../src/domain/billing/late.ts';
import type {
  BilledCall,
  PlanTerms,
  StatementFacts,
  UsageEvent,
} from '../../../src/domain/billing/statement.ts';
import { includedTax, taxPercentIn, taxTotals } from '../../../src/domain/billing/tax.ts';

const SMALL: PlanTerms = {
  code: 'small',
  name: 'スモール',
  baseYen: 2960,
  includedCalls: 20,
  overYen: 148,
  prorated: false,
};
const HALF: PlanTerms = {
  ...SMALL,
  code: 'half',
  name: 'ハーフ',
  baseYen: 5720,
  includedCalls: 40,
  overYen: 143,
};
const STANDARD: PlanTerms = { ...HALF, code: 'standard', baseYen: 11_040, includedCalls: 80, overYen: 138 };
const MONTH = '2026-06';

function call(n: number, over: Partial<BilledCall> = {}): BilledCall {
  return {
    id: `call-${n}`,
    receiptNumber: `20260618-${String(n).padStart(4, '0')}`,
    occurredAt: new Date(Date.UTC(2026, 5, 18, 0, n)),
    addressee: '山田',
    kind: { code: 'message', label: '用件' },
    ...over,
  };
}
function event(type: UsageEvent['type'], n: number, over: Partial<UsageEvent> = {}): UsageEvent {
  return { type, ofMonth: MONTH, yen: 0, takesBack: null, reason: null, call: call(n), ...over };
}
const counts = (n: number) => Array.from({ length: n }, (_, index) => event('count', index));
const back = (n: number, reason = '営業電話と判明') => event('credit', n, { takesBack: 'count', reason });

function statement(over: Partial<StatementFacts>) {
  return computeStatement({
    month: MONTH,
    client: { id: 'c', code: 'acme', name: '株式会社サンプル' },
    contract: { from: null, until: null },
    plan: SMALL,
    extras: [],
    events: [],
    refusedSales: null,
    ...over,
  });
}

describe('worked examples of the trade', () => {
  it('[seed] 25 calls on スモール: 5 × 148 = 740, 3,700 in all, 336 of it tax', () => {
    const june = statement({ events: counts(25) });
    expect(june).toMatchObject({ counted: 25, overCalls: 5, totalYen: 3700, taxYen: 336 });
    expect(june.lines).toEqual([
      { type: 'base', name: 'スモール', days: null, yen: 2960, taxPercent: 10 },
      { type: 'over', calls: 5, eachYen: 148, yen: 740, taxPercent: 10 },
    ]);
    expect(june.calls).toHaveLength(25);
  });

  it('[MK] old prices: 54 calls on 20 → 34 × 145, with 216 of surcharges 5,146 extra', () => {
    const old = { ...SMALL, baseYen: 2900, overYen: 145 };
    const surcharge = event('surcharge', 3, { yen: 216, reason: '長時間の通話' });
    const { totalYen, lines } = statement({ plan: old, events: [...counts(54), surcharge] });
    expect(totalYen - old.baseYen).toBe(5146);
    expect(lines.map(({ type, yen }) => [type, yen])).toEqual([
      ['base', 2900],
      ['over', 4930],
      ['surcharge', 216],
    ]);
  });

  it('ハーフ is cheaper than スモール from 39 calls, スタンダード than ハーフ from 78', () => {
    const total = (plan: PlanTerms, n: number) => statement({ plan, events: counts(n) }).totalYen;
    expect(total(HALF, 38)).toBeGreaterThan(total(SMALL, 38));
    expect(total(HALF, 39)).toBeLessThan(total(SMALL, 39));
    expect(total(STANDARD, 77)).toBeGreaterThan(total(HALF, 77));
    expect(total(STANDARD, 78)).toBeLessThan(total(HALF, 78));
  });
});

describe('credits', () => {
  it('within the month take the call off and name it', () => {
    const june = statement({ events: [...counts(22), back(4)] });
    expect(june).toMatchObject({ counted: 21, overCalls: 1, totalYen: 3108 });
    expect(june.takenBack).toEqual([{ call: call(4), reason: '営業電話と判明' }]);
    expect(june.calls.map(({ id }) => id)).not.toContain('call-4');
  });

  it('a call changed to sales and back again is one line', () => {
    const june = statement({ events: [...counts(2), back(1), event('count', 1)] });
    expect(june.calls.map(({ id }) => id)).toEqual(['call-0', 'call-1']);
    expect(june.takenBack).toEqual([]);
  });

  it('P5 of a closed month, and calls counted after it, are lines at their worth, at the tax of their month', () => {
    const may = call(9, { occurredAt: new Date('2019-09-30T14:59:59Z') });
    const credit = event('credit', 9, { ofMonth: '2019-09', yen: -148, takesBack: 'count', call: may });
    const late = event('count', 8, { ofMonth: '2019-09', yen: 145 });
    const october = computeStatement({
      ...{ client: { id: 'c', code: 'acme', name: 'x' }, contract: { from: null, until: null } },
      ...{ month: '2019-10', plan: SMALL, extras: [], refusedSales: null, events: [late, credit] },
    });
    expect(october).toMatchObject({ counted: 0, calls: [], takenBack: [], totalYen: 2957 });
    expect(october.lines.map(({ type, yen, taxPercent }) => [type, yen, taxPercent])).toEqual([
      ['base', 2960, 10],
      ['late-call', 145, 8],
      ['credit', -148, 8],
    ]);
    expect(october.taxes).toEqual([
      { percent: 10, totalYen: 2960, taxYen: 269 },
      { percent: 8, totalYen: -3, taxYen: 0 },
    ]);
  });

  it('of a surcharge stand beside it', () => {
    const { lines, totalYen } = statement({
      events: [
        ...counts(1),
        event('surcharge', 0, { yen: 300, reason: '暴言' }),
        event('credit', 0, { yen: -300, takesBack: 'surcharge', reason: '聞き間違い' }),
        event('correction', 0, { yen: -50, call: null, reason: 'お詫び' }),
      ],
    });
    expect(lines.slice(1).map(({ type, yen }) => [type, yen])).toEqual([
      ['surcharge', 300],
      ['surcharge-credit', -300],
      ['correction', -50],
    ]);
    expect(totalYen).toBe(2910);
  });
});

describe('parts of a month', () => {
  const contract = { from: '2026-06-21', until: null };

  it('are charged whole unless the price says otherwise', () => {
    expect(statement({ contract }).totalYen).toBe(2960);
    expect(statement({ contract: { from: null, until: '2026-06-01' } }).totalYen).toBe(2960);
    expect(statement({ contract: { from: '2026-07-01', until: null } }).totalYen).toBe(0);
    expect(statement({ contract: { from: null, until: '2026-05-31' } }).totalYen).toBe(0);
  });

  it('are charged by the day where it does: 10 of 30 days, 986 yen for 7 calls', () => {
    const prorated = { ...SMALL, prorated: true };
    const june = statement({ contract, plan: prorated, events: counts(8) });
    expect(june.plan).toMatchObject({ baseYen: 986, includedCalls: 7 });
    expect(june.lines[0]).toMatchObject({ type: 'base', yen: 986, days: { charged: 10, ofMonth: 30 } });
    expect(june.totalYen).toBe(986 + 148);
    expect(statement({ plan: prorated }).lines[0]).toMatchObject({ yen: 2960, days: null });
  });

  it('count both days, in months of every length', () => {
    const days = (from: string | null, until: string | null, month: string) =>
      daysUnder({ from, until }, month).charged;
    expect(days('2024-02-10', '2024-02-10', '2024-02')).toBe(1);
    expect(days('2024-02-10', null, '2024-02')).toBe(20);
    expect(days('2023-12-31', '2024-03-01', '2024-02')).toBe(29);
    expect(days(null, '2024-02-29', '2024-03')).toBe(0);
    expect(days('2024-04-01', null, '2024-03')).toBe(0);
  });

  it('extras are lines of their own, each with its price', () => {
    const number = { code: 'number', name: '2番目の電話番号', monthlyYen: 1100, prorated: true, quantity: 2 };
    expect(statement({ extras: [number] })).toMatchObject({
      totalYen: 2960 + 2200,
      lines: [{ type: 'base' }, { type: 'extra', quantity: 2, eachYen: 1100, yen: 2200 }],
    });
    expect(statement({ contract, extras: [number] }).lines[1]).toMatchObject({ eachYen: 366, yen: 732 });
  });
});

describe('tax', () => {
  it('is rounded down once a rate, not once a line', () => {
    const line = { yen: 148, taxPercent: 10 };
    expect(includedTax(148, 10)).toBe(13);
    expect(taxTotals([line, line, line, line])).toEqual([{ percent: 10, totalYen: 592, taxYen: 53 }]);
    expect(taxTotals([{ yen: 100, taxPercent: 8 }, line])).toEqual([
      { percent: 10, totalYen: 148, taxYen: 13 },
      { percent: 8, totalYen: 100, taxYen: 7 },
    ]);
    expect([taxPercentIn('2019-09'), taxPercentIn('2019-10'), taxPercentIn('2026-06')]).toEqual([8, 10, 10]);
  });

  it('mirrors what is paid back', () => {
    expect(includedTax(-148, 10)).toBe(-13);
    expect(Object.is(includedTax(-1, 10), 0)).toBe(true);
  });
});

it('refused sales calls are two figures, and only for those who chose to be told', () => {
  expect(statement({ events: counts(18) }).refusedSales).toBeNull();
  expect(statement({ events: counts(18), refusedSales: 30 }).refusedSales).toEqual({
    calls: 30,
    savedYen: 28 * 148,
  });
  expect(statement({ plan: null, refusedSales: 3 }).refusedSales).toEqual({ calls: 3, savedYen: 0 });
});

it('without a plan calls are counted and cost nothing', () => {
  expect(statement({ plan: null, events: counts(3) })).toMatchObject({ counted: 3, totalYen: 0, lines: [] });
});

describe('wrong figures never become a statement', () => {
  it.each([
    ['a fraction of a yen', { plan: { ...SMALL, baseYen: 0.5 } }],
    ['a negative price', { plan: { ...SMALL, baseYen: -1 } }],
    ['a negative surcharge', { events: [event('surcharge', 1, { yen: -200 })] }],
    ['a surcharge of nothing', { events: [event('surcharge', 1)] }],
    ['a credit that charges', { events: [event('credit', 1, { yen: 1, takesBack: 'surcharge' })] }],
    ['a count with a price of its own', { events: [event('count', 1, { yen: 1 })] }],
    ['an event of a later month', { events: [event('count', 1, { ofMonth: '2026-07' })] }],
    ['a call counted twice', { events: [event('count', 1), event('count', 1)] }],
    ['a credit of nothing', { events: [back(1)] }],
    ['a surcharge for no call', { events: [event('surcharge', 1, { yen: 1, call: null })] }],
  ])('%s', (_what, over) => {
    expect(() => statement(over)).toThrow(RangeError);
  });
});

it('P5 what comes late is booked in the first open month, at what the call was worth in its own', () => {
  expect(billingMonth('2026-06', null)).toBe('2026-06');
  expect(billingMonth('2026-06', '2026-05')).toBe('2026-06');
  expect(billingMonth('2026-05', '2026-12')).toBe('2027-01');
  expect([20, 21, 25].map((n) => worthOfCall(SMALL, n))).toEqual([0, 148, 148]);
  expect(worthOfCall(null, 30)).toBe(0);
});
