import type { AgencyProfile } from '../agency.ts';
import { USUAL_HOURS } from '../business-hours.ts';
import { addDays, atJst, isBusinessDay, jstMonth, monthStart } from '../calendar.ts';

/*
 * The run that brings a month's statements to clients: prepared by itself, sent when a supervisor approves it.
 */

/** What supervisors are shown of a run before they approve it. Yen with tax. */
export interface RunFigures {
  readonly clients: number;
  readonly counted: number;
  readonly totalYen: number;
  readonly taxYen: number;
  /** Events booked in the month when it was looked at: whoever approves these figures approves so many and no more. */
  readonly events: number;
  /** Clients far above their usual, the dearest first. */
  readonly outliers: readonly Outlier[];
  /** Codes of clients whose calls were counted without a plan in the month: nothing is charged for them. */
  readonly withoutPlan: readonly string[];
  /** Whether the agency has a registration number; without it a statement is no qualified invoice (適格請求書). */
  readonly registered: boolean;
}

export interface Outlier {
  readonly code: string;
  readonly name: string;
  readonly totalYen: number;
  /** The mean of up to three months before. */
  readonly usualYen: number;
}

/** Above so many times its usual a client's total is told to supervisors. */
const OUTLIER_TIMES = 2;
/** Months whose mean is a client's usual. */
export const USUAL_MONTHS = 3;
/** JST time of day on the first business day of a month. [ours] */
const PREPARED_AT = '09:00';
/** Longer than any row of closed days. */
const DAYS_AHEAD = 31;

/** Whether a total is over twice the usual; without a month before there is no usual. */
export function isOutlier(totalYen: number, usualYen: number | undefined): boolean {
  return usualYen !== undefined && usualYen > 0 && totalYen > OUTLIER_TIMES * usualYen;
}

/**
 * The JST month whose statements are to be prepared by now: the one before this, from 9:00 of the agency's first
 * business day on. Null before that.
 */
export function monthToPrepare(now: Date, agency: AgencyProfile | undefined): string | null {
  const first = monthStart(jstMonth(now));
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead += 1) {
    const day = addDays(first, ahead);
    if (!isBusinessDay(day, agency ?? USUAL_HOURS)) continue;
    return now >= atJst(day, PREPARED_AT) ? addDays(first, -1).slice(0, 7) : null;
  }
  return null;
}

/** The months before one whose mean is the usual, `YYYY-MM`. */
export function usualMonths(month: string): readonly string[] {
  const months: string[] = [];
  for (let first = monthStart(month); months.length < USUAL_MONTHS; ) {
    first = `${addDays(first, -1).slice(0, 7)}-01`;
    months.push(first.slice(0, 7));
  }
  return months;
}
