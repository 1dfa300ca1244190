import fc from 'fast-check';
import { expect, it } from 'vitest';
import { computeStatement } from '../../../src/domain/billing/compute-statement.ts';
import { billingMonth, worthOfCall } from '../../../src/domain/billing/late.ts';
import type { PlanTerms, UsageEvent } from '../../../src/domain/billing/statement.ts';
import { dice } from '../../support/dice.ts';

/** The tax changed from 8 to 10 % among these. */
const MONTHS = ['2019-08', '2019-09', '2019-10', '2019-11'];

interface TrueCall {
  readonly month: number;
  live: boolean;
  surchargeYen: number;
}

/**
 * One client's history: calls, credits, surcharges and closings in any order. Booked as the program books, each
 * closing's statement is compared with a plain reckoning that knows no events: all that is known to have been owed
 * for the months so far, less what was paid.
 */
function live(seed: number): void {
  const roll = dice(seed);
  const plans = MONTHS.map((): PlanTerms | null =>
    roll(8) === 0
      ? null
      : {
          ...{ code: 'p', name: 'p', baseYen: 1000 + roll(2000), includedCalls: roll(4) },
          ...{ overYen: 100 + roll(100), prorated: roll(2) === 0 },
        },
  );
  const contract = {
    from: roll(2) === 0 ? null : `2019-08-${10 + roll(20)}`,
    until: roll(2) === 0 ? null : `2019-11-${10 + roll(20)}`,
  };
  const extraYen = roll(3) * 550;
  const events: (UsageEvent & { readonly month: string })[] = [];
  const calls: TrueCall[] = [];
  const paid = MONTHS.map(() => 0);
  const baseOwed = MONTHS.map(() => 0);
  const termsAtClosing: (PlanTerms | null)[] = [];
  let closed = 0;

  const book = (n: number, type: 'count' | 'credit'): void => {
    const ofMonth = MONTHS[calls[n]?.month ?? 0] ?? '';
    const month = billingMonth(ofMonth, closed === 0 ? null : (MONTHS[closed - 1] ?? ''));
    const countedIn = events.reduce(
      (sum, one) =>
        sum + (one.ofMonth !== ofMonth ? 0 : one.type === 'count' ? 1 : one.takesBack === 'count' ? -1 : 0),
      0,
    );
    const terms = termsAtClosing[MONTHS.indexOf(ofMonth)] ?? null;
    const late = month !== ofMonth;
    const worth = late ? worthOfCall(terms, type === 'count' ? countedIn + 1 : countedIn) : 0;
    events.push({
      ...{ type, month, ofMonth, reason: null, call: named(n) },
      ...{
        takesBack: type === 'credit' ? ('count' as const) : null,
        yen: type === 'credit' && worth > 0 ? -worth : worth,
      },
    });
  };
  const surcharge = (n: number, yen: number): void => {
    const call = calls[n];
    if (call === undefined) return;
    const ofMonth = MONTHS[call.month] ?? '';
    const month = billingMonth(ofMonth, closed === 0 ? null : (MONTHS[closed - 1] ?? ''));
    const more = { month, ofMonth, reason: null, call: named(n) };
    if (call.surchargeYen > 0)
      events.push({ ...more, type: 'credit', takesBack: 'surcharge', yen: -call.surchargeYen });
    if (yen > 0) events.push({ ...more, type: 'surcharge', takesBack: null, yen });
    call.surchargeYen = yen;
  };

  const close = (): void => {
    const m = closed;
    const month = MONTHS[m] ?? '';
    const statement = computeStatement({
      ...{ month, contract, plan: plans[m] ?? null, refusedSales: null },
      client: { id: 'c', code: 'c', name: 'c' },
      extras:
        extraYen === 0 ? [] : [{ code: 'x', name: 'x', monthlyYen: extraYen, prorated: false, quantity: 1 }],
      events: events.filter((one) => one.month === month),
    });
    termsAtClosing.push(statement.plan);
    closed += 1;

    // ── The plain reckoning ──────────────────────────────────────────────────────────────────────────────
    const days = daysOneByOne(contract, month);
    const within = calls.filter((call) => call.month === m && call.live).length;
    const part = (yen: number) =>
      plans[m]?.prorated ? Number((BigInt(yen) * BigInt(days.under)) / BigInt(days.all)) : yen;
    baseOwed[m] =
      (plans[m] && (days.under > 0 || within > 0) ? part(plans[m].baseYen) : 0) +
      (days.under > 0 ? extraYen : 0);
    const dueByRate = new Map<number, bigint>();
    for (let k = 0; k <= m; k += 1) {
      let owed = baseOwed[k] ?? 0;
      const plan = plans[k];
      const inMonth = daysOneByOne(contract, MONTHS[k] ?? '');
      let free = plan?.includedCalls ?? 0;
      if (plan?.prorated)
        while (free > 0 && (free - 1) * inMonth.all >= plan.includedCalls * inMonth.under) free -= 1;
      for (const call of calls) {
        if (call.month !== k) continue;
        owed += call.surchargeYen;
        if (!call.live || !plan) continue;
        if (free > 0) free -= 1;
        else owed += plan.overYen;
      }
      const rate = k < 2 ? 8 : 10;
      dueByRate.set(rate, (dueByRate.get(rate) ?? 0n) + BigInt(owed - (paid[k] ?? 0)));
      paid[k] = owed;
    }
    let total = 0n;
    let tax = 0n;
    for (const [rate, due] of dueByRate) {
      total += due;
      tax += (due * BigInt(rate)) / BigInt(100 + rate);
    }
    const lines = statement.lines.reduce((sum, { yen }) => sum + yen, 0);
    const said = [statement.totalYen, lines, statement.taxYen, statement.counted, statement.calls.length];
    const plain = [Number(total), Number(total), Number(tax), within, within];
    // `expect` takes longer than everything before it.
    if (said.some((figure, index) => figure !== plain[index])) expect(said).toEqual(plain);
  };

  for (let step = 0; step < 24 && closed < MONTHS.length; step += 1) {
    const n = roll(Math.max(1, calls.length));
    const call = calls[n];
    switch (roll(6)) {
      case 0:
      case 1:
      case 2: {
        // Also of months closed long ago, and never of one after the present.
        calls.push({ month: roll(Math.min(closed + 1, MONTHS.length)), live: true, surchargeYen: 0 });
        book(calls.length - 1, 'count');
        break;
      }
      case 3:
        if (call === undefined) break;
        book(n, call.live ? 'credit' : 'count');
        if (call.live) surcharge(n, 0);
        call.live = !call.live;
        break;
      case 4:
        if (call?.live) surcharge(n, roll(2) * 200 + roll(100));
        break;
      default:
        close();
    }
  }
  while (closed < MONTHS.length) close();
}

function named(n: number) {
  return {
    ...{ id: `call-${n}`, receiptNumber: `r-${n}`, occurredAt: new Date(n), addressee: null },
    kind: { code: 'message', label: '用件' },
  };
}

const dayCache = new Map<string, { readonly under: number; readonly all: number }>();
function daysOneByOne(
  contract: { readonly from: string | null; readonly until: string | null },
  month: string,
) {
  const key = `${contract.from} ${contract.until} ${month}`;
  const known = dayCache.get(key);
  if (known) return known;
  let [under, all] = [0, 0];
  for (let at = Date.parse(`${month}-01T00:00:00Z`); ; at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (!day.startsWith(month)) break;
    all += 1;
    if (day >= (contract.from ?? '0') && day <= (contract.until ?? '9')) under += 1;
  }
  dayCache.set(key, { under, all });
  return { under, all };
}

it('P5 ten thousand histories cost to the yen what a plain reckoning says, whenever months were closed', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => live(seed)),
    { numRuns: 10_000 },
  );
}, 30_000);
