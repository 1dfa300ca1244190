import type { AgencyProfile } from './agency.ts';
import { addDays, atJst, isBusinessDay, jstDay, weekdayOf } from './calendar.ts';

/** When a business is open, JST; a weekday without an entry is closed. */
export type BusinessHours = Pick<AgencyProfile, 'hours' | 'closedOnHolidays' | 'closures'>;

const NINE_TO_SIX = { from: '09:00', to: '18:00' } as const;

/** What is taken for a client's hours: Monday to Friday 9:00–18:00, without national holidays. [ours] */
export const USUAL_HOURS: BusinessHours = {
  hours: { mon: NINE_TO_SIX, tue: NINE_TO_SIX, wed: NINE_TO_SIX, thu: NINE_TO_SIX, fri: NINE_TO_SIX },
  closedOnHolidays: true,
  closures: [],
};

/** Longer than any row of closed days. */
const DAYS_AHEAD = 60;

/**
 * The first moment from this one on at which the business is open: the moment itself within hours, else the next
 * opening. The hour of closing is closed. Throws a RangeError when it does not open within 60 days.
 */
export function nextOpen(moment: Date, business: BusinessHours): Date {
  const today = jstDay(moment);
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = addDays(today, ahead);
    const hours = business.hours[weekdayOf(day)];
    if (hours === undefined || !isBusinessDay(day, business)) continue;
    if (moment < atJst(day, hours.from)) return atJst(day, hours.from);
    if (moment < atJst(day, hours.to)) return moment;
  }
  throw new RangeError('these hours never open');
}
