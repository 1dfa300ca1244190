import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextOpen, USUAL_HOURS } from '../../src/domain/business-hours.ts';
import { atJst, isBusinessDay, jstDay, jstMinute } from '../../src/domain/calendar.ts';

const open = (day: string, time: string) => jstMinute(nextOpen(atJst(day, time), USUAL_HOURS));

describe('the next moment of the usual business hours', () => {
  it.each([
    ['within hours: now', '2026-06-18', '13:05', '2026-06-18 13:05'],
    ['at opening: now', '2026-06-18', '09:00', '2026-06-18 09:00'],
    ['before opening: today', '2026-06-18', '06:30', '2026-06-18 09:00'],
    ['at closing: tomorrow', '2026-06-18', '18:00', '2026-06-19 09:00'],
    ['on a Friday evening: Monday', '2026-06-19', '18:10', '2026-06-22 09:00'],
    ['on a Saturday: Monday', '2026-06-20', '11:00', '2026-06-22 09:00'],
    ['before a Monday holiday (海の日): Tuesday', '2026-07-17', '19:00', '2026-07-21 09:00'],
    [
      'in the Golden Week of 2026, its substitute holiday included',
      '2026-05-01',
      '18:00',
      '2026-05-07 09:00',
    ],
    [
      'in the Silver Week of 2026, the day between two holidays included',
      '2026-09-18',
      '18:00',
      '2026-09-24 09:00',
    ],
  ])('%s', (_, day, time, expected) => {
    expect(open(day, time)).toBe(expected);
  });

  it('is never before the moment, always open, and itself when asked again', () => {
    const within = {
      min: new Date('2026-01-01T00:00:00Z'),
      max: new Date('2029-12-31T00:00:00Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(within), (moment) => {
        const found = nextOpen(moment, USUAL_HOURS);
        expect(found.getTime()).toBeGreaterThanOrEqual(moment.getTime());
        expect(isBusinessDay(jstDay(found), USUAL_HOURS)).toBe(true);
        const time = jstMinute(found).slice(-5);
        expect(time >= '09:00' && time < '18:00').toBe(true);
        expect(nextOpen(found, USUAL_HOURS)).toEqual(found);
      }),
    );
  });

  it('refuses hours that never open', () => {
    const never = { hours: {}, closedOnHolidays: false, closures: [] };
    expect(() => nextOpen(new Date('2026-06-18T00:00:00Z'), never)).toThrow(RangeError);
  });
});
