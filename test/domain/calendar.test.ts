import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  atJst,
  formatCallTime,
  formatDay,
  formatMonth,
  isBusinessDay,
  isClockTime,
  isDay,
  isHoliday,
  isMonth,
  jstDay,
  jstMonth,
  monthStart,
  nextMonth,
  weekdayOf,
} from '../../src/domain/calendar.ts';

test('days and months turn at midnight in Japan, not in UTC', () => {
  const lastMoment = new Date('2024-06-30T14:59:59.999Z');
  const firstMoment = new Date('2024-06-30T15:00:00.000Z');
  expect([jstDay(lastMoment), jstMonth(lastMoment)]).toEqual(['2024-06-30', '2024-06']);
  expect([jstDay(firstMoment), jstMonth(firstMoment)]).toEqual(['2024-07-01', '2024-07']);
});

test('a call time reads as month, day and weekday', () => {
  expect(formatCallTime(new Date('2024-06-20T04:05:00Z'))).toBe('2024年6月20日(木) 13:05');
  expect(formatCallTime(new Date('2024-12-31T15:09:00Z'))).toBe('2025年1月1日(水) 00:09');
  expect(formatDay('2024-06-20')).toBe('2024年6月20日(木)');
  expect(formatMonth('2024-06')).toBe('2024年6月');
});

test('months and days count on', () => {
  expect(monthStart('2024-06')).toBe('2024-06-01');
  expect(nextMonth('2024-12')).toBe('2025-01');
  expect(addDays('2024-02-28', 2)).toBe('2024-03-01');
  expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
  expect(() => monthStart('2024-13')).toThrow(RangeError);
  expect(() => addDays('2024-02-30', 1)).toThrow(RangeError);
});

test('what is a day, a month, a time of day', () => {
  expect(['2024-02-29', '2023-02-29', '2024-2-9', '2024-02-29T00:00', ' 2024-02-29', ''].map(isDay)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(['2024-06', '2024-00', '2024-13', '2024-6', '2024-06-01'].map(isMonth)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(['09:00', '23:59', '24:00', '9:00', '09:60'].map(isClockTime)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(() => atJst('2024-06-20', '25:00')).toThrow(RangeError);
  expect(() => jstDay(new Date(Number.NaN))).toThrow(RangeError);
});

test('a moment, its JST day and its clock time go around', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-02'), max: new Date('2100-01-01'), noInvalidDate: true }),
      (date) => {
        const minute = new Date(Math.floor(date.getTime() / 60_000) * 60_000);
        const [, time = ''] = formatCallTime(minute).split(' ');
        expect(atJst(jstDay(minute), time)).toEqual(minute);
        expect(jstMonth(minute)).toBe(jstDay(minute).slice(0, 7));
      },
    ),
  );
});

describe('business days', () => {
  const nine = { from: '09:00', to: '18:00' };
  const agency = {
    hours: { mon: nine, tue: nine, wed: nine, thu: nine, fri: nine },
    closedOnHolidays: true,
    closures: ['2026-12-29'],
  };

  test('weekdays with hours are, weekends, holidays and own closures are not', () => {
    expect(isBusinessDay('2026-11-24', agency)).toBe(true);
    expect(isBusinessDay('2026-11-22', agency)).toBe(false);
    expect(isBusinessDay('2026-11-23', agency)).toBe(false);
    expect(isBusinessDay('2026-12-29', agency)).toBe(false);
  });

  test('an agency that answers on holidays is open on them, and substitute holidays are known', () => {
    expect(isBusinessDay('2026-11-23', { ...agency, closedOnHolidays: false })).toBe(true);
    expect(isHoliday('2026-05-06')).toBe(true);
    expect(isHoliday('constructor')).toBe(false);
    expect(weekdayOf('2026-05-06')).toBe('wed');
  });
});
