import { monthlyCharge } from '../plans.ts';
import { daysUnder, proratedPrice, proratedYen } from './contract.ts';
import type {
  BilledCall,
  ExtraTerms,
  PlanTerms,
  Statement,
  StatementFacts,
  StatementLine,
  TakenBackCall,
  UsageEvent,
} from './statement.ts';
import { taxPercentIn, taxTotals } from './tax.ts';

/**
 * A client's statement of a month.
 *
 * Calls of the month that count are charged by the plan; [seed] 25 on スモール are 2,960 + 5 × 148 = 3,700. What was
 * booked for closed months before comes as lines at its worth. Plan and extras are due for a month with any day under
 * contract, whole unless their price says that they are prorated.
 *
 * @throws RangeError for what no statement may hold: a fraction of a yen, a negative price or surcharge, an event of a
 *   later month
 */
export function computeStatement(facts: StatementFacts): Statement {
  const { month } = facts;
  for (const event of facts.events) checkEvent(event, month);
  const days = daysUnder(facts.contract, month);
  const partly = days.charged < days.ofMonth ? days : null;
  const { calls, takenBack } = callsOf(facts.events, month);
  const counted = calls.length;

  const plan = facts.plan?.prorated && partly ? proratedPrice(facts.plan, partly) : facts.plan;
  // Calls taken for a client before or after its contract are charged as in any other month.
  const due = days.charged > 0 || counted > 0;
  const over = plan === null ? { overCalls: 0, overYen: 0 } : monthlyCharge(plan, counted);
  const taxPercent = taxPercentIn(month);
  const lines: readonly StatementLine[] = [
    ...(plan !== null && due
      ? [
          {
            type: 'base' as const,
            name: plan.name,
            days: plan.prorated ? partly : null,
            yen: plan.baseYen,
            taxPercent,
          },
        ]
      : []),
    ...(plan !== null && over.overCalls > 0
      ? [
          {
            type: 'over' as const,
            calls: over.overCalls,
            eachYen: plan.overYen,
            yen: over.overYen,
            taxPercent,
          },
        ]
      : []),
    ...(days.charged > 0 ? facts.extras : []).map(({ code, name, quantity, monthlyYen, prorated }) => {
      const eachYen = prorated && partly ? proratedYen(monthlyYen, partly) : monthlyYen;
      return {
        type: 'extra' as const,
        code,
        name,
        quantity,
        eachYen,
        days: prorated ? partly : null,
        yen: quantity * eachYen,
        taxPercent,
      };
    }),
    ...facts.events.flatMap((event) => lineOf(event, month)).toSorted(inOrder),
  ];
  for (const { yen } of lines) checkYen(yen);
  checkPrices(facts);

  const taxes = taxTotals(lines);
  return {
    month,
    client: facts.client,
    plan,
    counted,
    overCalls: over.overCalls,
    credited: takenBack.length + lines.filter(({ type }) => type === 'credit').length,
    lines,
    taxes,
    totalYen: sum(taxes.map(({ totalYen }) => totalYen)),
    taxYen: sum(taxes.map(({ taxYen }) => taxYen)),
    refusedSales:
      facts.refusedSales === null
        ? null
        : { calls: facts.refusedSales, savedYen: savedYen(plan, counted, facts.refusedSales) },
    calls,
    takenBack,
  };
}

/** What further calls would have cost. */
function savedYen(plan: PlanTerms | null, counted: number, refused: number): number {
  if (plan === null) return 0;
  return monthlyCharge(plan, counted + refused).totalYen - monthlyCharge(plan, counted).totalYen;
}

/** The month's own calls by the events booked in it, each once, however often its kind was changed to and fro. */
export function callsOf(
  events: readonly UsageEvent[],
  month: string,
): { readonly calls: readonly BilledCall[]; readonly takenBack: readonly TakenBackCall[] } {
  const balance = new Map<string, { call: BilledCall; live: number; reason: string | null }>();
  for (const { type, ofMonth, takesBack, call, reason } of events) {
    if (call === null || ofMonth !== month) continue;
    const change = type === 'count' ? 1 : type === 'credit' && takesBack === 'count' ? -1 : 0;
    if (change === 0) continue;
    const known = balance.get(call.id) ?? { call, live: 0, reason: null };
    known.live += change;
    if (change < 0) known.reason = reason;
    balance.set(call.id, known);
  }
  const all = [...balance.values()].toSorted((a, b) => byTime(a.call, b.call));
  if (all.some(({ live }) => live !== 0 && live !== 1)) {
    throw new RangeError('a call counts once or not at all (P5)');
  }
  return {
    calls: all.filter(({ live }) => live === 1).map(({ call }) => call),
    takenBack: all.filter(({ live }) => live === 0).map(({ call, reason }) => ({ call, reason })),
  };
}

function lineOf(event: UsageEvent, month: string): readonly StatementLine[] {
  const { type, yen, call, reason, ofMonth } = event;
  const amount = { yen, taxPercent: taxPercentIn(ofMonth) };
  if (type === 'correction') return [{ type, call, reason, ...amount }];
  if (call === null) throw new RangeError(`a ${type} names its call`);
  if (type === 'surcharge') return [{ type, call, reason, ...amount }];
  if (event.takesBack === 'surcharge') return [{ type: 'surcharge-credit', call, reason, ...amount }];
  // Within the month a call is charged by the plan, or not at all.
  if (ofMonth === month) return [];
  return type === 'count'
    ? [{ type: 'late-call', call, ofMonth, ...amount }]
    : [{ type: 'credit', call, ofMonth, reason, ...amount }];
}

const ORDER: readonly StatementLine['type'][] = [
  'surcharge',
  'surcharge-credit',
  'late-call',
  'credit',
  'correction',
];

function inOrder(a: StatementLine, b: StatementLine): number {
  const step = ORDER.indexOf(a.type) - ORDER.indexOf(b.type);
  if (step !== 0) return step;
  const [one, other] = ['call' in a ? a.call : null, 'call' in b ? b.call : null];
  return one && other ? byTime(one, other) : Number(one === null) - Number(other === null);
}

function byTime(a: BilledCall, b: BilledCall): number {
  return a.occurredAt.getTime() - b.occurredAt.getTime() || (a.receiptNumber < b.receiptNumber ? -1 : 1);
}

function checkEvent({ type, ofMonth, yen, takesBack }: UsageEvent, month: string): void {
  checkYen(yen);
  if (ofMonth > month) throw new RangeError(`an event of ${ofMonth} is not charged in ${month}`);
  const wrong =
    (type === 'surcharge' && yen <= 0) ||
    (type === 'count' && (yen < 0 || (ofMonth === month && yen !== 0))) ||
    (type === 'credit' && (takesBack === null || yen > 0)) ||
    (type === 'credit' && takesBack === 'count' && ofMonth === month && yen !== 0);
  if (wrong) throw new RangeError(`a ${type} of ${yen} yen is none`);
}

function checkPrices({ plan, extras }: StatementFacts): void {
  const prices = [
    ...(plan === null ? [] : [plan.baseYen, plan.overYen, plan.includedCalls]),
    ...extras.flatMap(({ monthlyYen, quantity }: ExtraTerms) => [monthlyYen, quantity]),
  ];
  for (const price of prices) {
    checkYen(price);
    if (price < 0) throw new RangeError(`a price is never below zero, as ${price} is`);
  }
}

function checkYen(yen: number): void {
  if (!Number.isSafeInteger(yen)) throw new RangeError(`yen are whole, not ${yen}`);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
