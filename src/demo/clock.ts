import { addDays, atJst, isHoliday, jstDay, weekdayOf } from '../domain/calendar.ts';
import type { Clock } from '../domain/ports.ts';

/** When the demo's day of calls is over, JST. */
const CLOSING = '17:30';

/**
 * A clock on which it is closing time of the last business day, so that a whole day of calls lies behind. It
 * runs as fast as the real one.
 */
export function closingTimeClock(real: Clock): Clock {
  let day = addDays(jstDay(real()), -1);
  while (['sat', 'sun'].includes(weekdayOf(day)) || isHoliday(day)) day = addDays(day, -1);
  const shift = atJst(day, CLOSING).getTime() - real().getTime();
  return () => new Date(real().getTime() + shift);
}
