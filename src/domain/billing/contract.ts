import type { PlanPrice } from '../plans.ts';

/** The days a client is under contract, JST `YYYY-MM-DD`, both included; null: no such limit. */
export interface Contract {
  readonly from: string | null;
  readonly until: string | null;
}

/** How many days of a month are charged. */
export interface ChargedDays {
  readonly charged: number;
  readonly ofMonth: number;
}

/** The days of a JST month (`YYYY-MM`) that lie within a contract. */
export function daysUnder(contract: Contract, month: string): ChargedDays {
  const ofMonth = daysIn(month);
  const { from, until } = contract;
  const first = from === null || from < `${month}-01` ? 1 : dayIn(from, month, ofMonth);
  const last = until === null ? ofMonth : until < `${month}-01` ? 0 : dayIn(until, month, ofMonth);
  return { charged: Math.max(0, Math.min(last, ofMonth) - first + 1), ofMonth };
}

/**
 * A monthly amount for part of a month: rounded down, so that the client never pays for a day too many. Only for
 * prices whose data says that they are prorated (日割り); all others are due whole for any day of a month.
 */
export function proratedYen(monthlyYen: number, { charged, ofMonth }: ChargedDays): number {
  return Math.floor((monthlyYen * charged) / ofMonth);
}

/** A plan's price for part of a month: the base in proportion, and the calls it covers, rounded up. */
export function proratedPrice<P extends PlanPrice>(price: P, days: ChargedDays): P {
  return {
    ...price,
    baseYen: proratedYen(price.baseYen, days),
    includedCalls: Math.ceil((price.includedCalls * days.charged) / days.ofMonth),
  };
}

/** A day's number in a month, 1 more than its last for later ones. */
function dayIn(day: string, month: string, ofMonth: number): number {
  return day.slice(0, 7) === month ? Number(day.slice(8, 10)) : ofMonth + 1;
}

function daysIn(month: string): number {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate();
}
