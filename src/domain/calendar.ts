import holidayJp from '@holiday-jp/holiday_jp';
import { DateTime } from 'luxon';
import type { AgencyProfile } from './agency.ts';
import { WEEKDAYS, type Weekday } from './agency.ts';

/*
 * The only place that knows the time zone. Everywhere else a moment is a `Date`, a day is `YYYY-MM-DD` and a
 * month is `YYYY-MM`, both in Japan Standard Time.
 */
const ZONE = 'Asia/Tokyo';
const WEEKDAY_SIGNS = ['月', '火', '水', '木', '金', '土', '日'] as const;

function jst(moment: Date): DateTime<true> {
  const local = DateTime.fromJSDate(moment, { zone: ZONE });
  if (!local.isValid) throw new RangeError('not a valid date');
  return local;
}

function onDay(day: string): DateTime<true> {
  const start = DateTime.fromISO(day, { zone: ZONE });
  if (!start.isValid || !isDay(day)) throw new RangeError(`not a day: ${day}`);
  return start;
}

/** The JST day of a moment, `YYYY-MM-DD`. */
export function jstDay(moment: Date): string {
  return jst(moment).toFormat('yyyy-MM-dd');
}

/** The JST month of a moment, `YYYY-MM`: months of plans and statements are calendar months in Japan. */
export function jstMonth(moment: Date): string {
  return jst(moment).toFormat('yyyy-MM');
}

/** A moment to the minute, JST, for administrators' lists: `2024-06-20 13:05`. */
export function jstMinute(moment: Date): string {
  return jst(moment).toFormat('yyyy-MM-dd HH:mm');
}

/** A moment to the second, JST, for records that prove something: `2024-06-20 13:05:09`. */
export function jstSecond(moment: Date): string {
  return jst(moment).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** First day of a month: `2024-06` → `2024-06-01`. */
export function monthStart(month: string): string {
  if (!isMonth(month)) throw new RangeError(`not a month: ${month}`);
  return `${month}-01`;
}

/** `2024-12` → `2025-01`. */
export function nextMonth(month: string): string {
  const [year, number] = [Number(monthStart(month).slice(0, 4)), Number(month.slice(5))];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

/** Some days later, or earlier when negative: `2024-02-28`, 2 → `2024-03-01`. */
export function addDays(day: string, days: number): string {
  return onDay(day).plus({ days }).toFormat('yyyy-MM-dd');
}

/** Whether a text is a real day, `YYYY-MM-DD`, of the years 1900 to 2199. */
export function isDay(text: string): boolean {
  return (
    /^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: ZONE }).toISODate() === text
  );
}

/** Whether a text is a month, `YYYY-MM`, of the years 1900 to 2199. */
export function isMonth(text: string): boolean {
  return /^(19|20|21)\d{2}-(0[1-9]|1[0-2])$/.test(text);
}

/** Whether a text is a time of day, `HH:MM`, 00:00 to 23:59. */
export function isClockTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** The moment of a JST day and time of day (`HH:MM`). Throws a RangeError when either is malformed. */
export function atJst(day: string, time: string): Date {
  if (!isClockTime(time)) throw new RangeError(`not a time of day: ${time}`);
  const start = onDay(day);
  return start.set({ hour: Number(time.slice(0, 2)), minute: Number(time.slice(3)) }).toJSDate();
}

/** 受電日時 as reports show it, JST: `2024年6月20日(木) 13:05`. Never 本日 or 明日: it is read later. */
export function formatCallTime(moment: Date): string {
  const local = jst(moment);
  return `${formatDate(local)} ${local.toFormat('HH:mm')}`;
}

/** A moment within a month that is named already, JST: `6月20日(木) 13:05`. */
export function formatShortTime(moment: Date): string {
  return formatCallTime(moment).replace(/^\d+年/, '');
}

/** A JST day as reports show it: `2024年6月20日(木)`. */
export function formatDay(day: string): string {
  return formatDate(onDay(day));
}

/** A month as statements show it: `2024年6月`. */
export function formatMonth(month: string): string {
  return onDay(monthStart(month)).toFormat('yyyy年M月');
}

function formatDate(local: DateTime<true>): string {
  return `${local.toFormat('yyyy年M月d日')}(${WEEKDAY_SIGNS[local.weekday - 1]})`;
}

export function weekdayOf(day: string): Weekday {
  const weekday = WEEKDAYS[onDay(day).weekday - 1];
  if (weekday === undefined) throw new RangeError(`not a day: ${day}`);
  return weekday;
}

/** Whether a JST day is a national holiday, substitute holidays (振替休日) included; known for 1970 to 2050. */
export function isHoliday(day: string): boolean {
  return Object.hasOwn(holidayJp.holidays, day);
}

/**
 * Whether the agency answers on a JST day: the weekday has hours, it is no closed day of the agency's own, and
 * no national holiday where the agency closes on those.
 */
export function isBusinessDay(
  day: string,
  agency: Pick<AgencyProfile, 'hours' | 'closedOnHolidays' | 'closures'>,
): boolean {
  return (
    agency.hours[weekdayOf(day)] !== undefined &&
    !agency.closures.includes(day) &&
    !(agency.closedOnHolidays && isHoliday(day))
  );
}
