import { type BusinessHours, USUAL_HOURS } from '../business-hours.ts';
import { addDays, isBusinessDay, jstDay, jstMonth, monthStart } from '../calendar.ts';
import { cheapestPlan, type MonthlyCharge, monthlyCharge } from '../plans.ts';
import { type Contract, daysUnder, proratedPrice } from './contract.ts';
import type { PlanTerms } from './statement.ts';

/** Shares of a plan's calls at which its client is told, in percent. */
export const WARNED_AT = [80, 100] as const;
export type WarnedAt = (typeof WARNED_AT)[number];

/** The marks a count has reached of a plan that covers so many calls, lowest first; none of one that covers none. */
export function marksReached(counted: number, includedCalls: number): readonly WarnedAt[] {
  // In whole numbers: 0.8 × 35 is not 28.
  return includedCalls < 1 ? [] : WARNED_AT.filter((percent) => counted * 100 >= includedCalls * percent);
}

/** How a month goes on if calls keep coming as they did. */
export interface Forecast {
  /** Calls at the month's end. */
  readonly calls: number;
  /** Business days so far, today among them. */
  readonly elapsedDays: number;
  /** Business days of the month, or of the part of it under contract. */
  readonly businessDays: number;
}

/** A plan and what it would come to, before surcharges and extras; its arithmetic can be shown. Yen with tax. */
export interface PlanCost extends MonthlyCharge {
  readonly name: string;
  readonly baseYen: number;
  readonly includedCalls: number;
  /** For each call above. */
  readonly eachYen: number;
}

export interface Outlook {
  readonly counted: number;
  /** Null once the month is over: nothing is left to forecast. */
  readonly forecast: Forecast | null;
  /** What the month comes to on the client's plan: by the forecast, or as counted once it is over. */
  readonly cost: PlanCost;
  /** The plan that would have cost least, if that is another one. */
  readonly cheaper: PlanCost | null;
}

/** The figures of a 【ご利用状況】 as they were when it was told. */
export interface UsageFigures extends Outlook {
  /** ISO 8601. */
  readonly asOf: string;
}

/**
 * The month's calls by business days elapsed: counted × business days of the month ÷ business days so far, rounded, and
 * never fewer than there are. Today is a whole day. Days outside the contract do not count; before the first business
 * day the pace is that of one day.
 * @param month JST `YYYY-MM`, not before the day of `now`'s own month; a RangeError for a later one
 */
export function forecastOf(o: {
  readonly month: string;
  readonly counted: number;
  readonly now: Date;
  readonly business: BusinessHours | null;
  readonly contract: Contract;
}): Forecast | null {
  const current = jstMonth(o.now);
  if (o.month > current) throw new RangeError(`${o.month} has not begun`);
  if (o.month < current) return null;
  const days = businessDaysOf(o.month, o.business ?? USUAL_HOURS, o.contract);
  const today = jstDay(o.now);
  const elapsedDays = Math.max(1, days.filter((day) => day <= today).length);
  const businessDays = Math.max(elapsedDays, days.length);
  const calls = Math.max(o.counted, Math.round((o.counted * businessDays) / elapsedDays));
  return { calls, elapsedDays, businessDays };
}

/**
 * What a client's month leads to. `plans`: what it could have instead, at the prices of the month; `nextPlan`: the code
 * of the plan it has from next month, which is no news. A contract that ends within the month has no next plan.
 */
export function outlookOf(o: {
  readonly month: string;
  readonly counted: number;
  readonly now: Date;
  readonly plan: PlanTerms;
  readonly plans: readonly PlanTerms[];
  readonly nextPlan: string | null;
  readonly business: BusinessHours | null;
  readonly contract: Contract;
}): Outlook {
  const forecast = forecastOf(o);
  const calls = forecast?.calls ?? o.counted;
  const days = daysUnder(o.contract, o.month);
  const priced = (plan: PlanTerms): PlanTerms =>
    plan.prorated && days.charged < days.ofMonth ? proratedPrice(plan, days) : plan;
  const cost = costOf(priced(o.plan), calls);
  const ends = o.contract.until !== null && o.contract.until.slice(0, 7) <= o.month;
  const best = ends ? undefined : cheapestPlan(o.plans.map(priced), calls);
  const other = best === undefined || best.code === o.plan.code || best.code === o.nextPlan ? null : best;
  const cheaper = other && costOf(other, calls);
  return {
    counted: o.counted,
    forecast,
    cost,
    cheaper: cheaper !== null && cheaper.totalYen < cost.totalYen ? cheaper : null,
  };
}

function costOf(plan: PlanTerms, calls: number): PlanCost {
  const { name, baseYen, includedCalls, overYen: eachYen } = plan;
  return { name, baseYen, includedCalls, eachYen, ...monthlyCharge(plan, calls) };
}

function businessDaysOf(month: string, business: BusinessHours, contract: Contract): readonly string[] {
  const days: string[] = [];
  for (let day = monthStart(month); day.slice(0, 7) === month; day = addDays(day, 1)) {
    const under = (contract.from ?? day) <= day && day <= (contract.until ?? day);
    if (under && isBusinessDay(day, business)) days.push(day);
  }
  return days;
}
