import { nextMonth } from '../calendar.ts';
import { monthlyCharge, type PlanPrice } from '../plans.ts';

/**
 * The month an event is booked in: the call's own, or the first open one after it when that is closed. A closed month
 * never changes (P5).
 * @param ofMonth JST month of the call, `YYYY-MM`
 * @param lastClosed every month up to it is closed; null: none is
 */
export function billingMonth(ofMonth: string, lastClosed: string | null): string {
  return lastClosed === null || ofMonth > lastClosed ? ofMonth : nextMonth(lastClosed);
}

/**
 * What a month's call is worth, yen: what the month would cost less without it. The 25th call on スモール is worth 148,
 * the 20th nothing. Late counts and credits are booked at it, so that what a client pays in the end does not depend on
 * when a month was closed.
 * @param price in force in that month; null: the client had no plan, and calls cost nothing
 * @param counted calls that count in the month, this one among them
 */
export function worthOfCall(price: PlanPrice | null, counted: number): number {
  if (price === null) return 0;
  return monthlyCharge(price, counted).totalYen - monthlyCharge(price, counted - 1).totalYen;
}
