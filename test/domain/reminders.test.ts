import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atJst, jstMinute } from '../../src/domain/calendar.ts';
import {
  decideReminder,
  REMINDER_DELAYS,
  type ReminderDelay,
  type ReminderStanding,
  reminderDue,
  remindUntil,
} from '../../src/domain/reminders.ts';

const RECORDED = atJst('2026-06-18', '13:00');
const STANDING: ReminderStanding = {
  number: 1,
  settings: { after: '30m', times: 2, to: [] },
  urgent: false,
  recordedAt: RECORDED,
  done: false,
  ofCase: false,
  reported: true,
  retracted: false,
  clientStatus: 'active',
  arrivedAt: RECORDED,
};
const at = (time: string, day = '2026-06-18') => atJst(day, time);

describe('when a reminder is due', () => {
  it.each([
    ['15m', false, '13:15', '2026-06-18'],
    ['1h', false, '14:00', '2026-06-18'],
    // 01:00 at night, and 13:00 the day after.
    ['12h', false, '09:00', '2026-06-19'],
    ['24h', false, '13:00', '2026-06-19'],
    ['12h', true, '01:00', '2026-06-19'],
  ] as const)('%s, urgent %s', (after, urgent, time, day) => {
    expect(jstMinute(reminderDue({ since: RECORDED, after, urgent }))).toBe(`${day} ${time}`);
  });
});

describe('a reminder whose time has come', () => {
  it('is sent while nobody has marked the call done', () => {
    expect(decideReminder(STANDING, at('13:30'))).toEqual({ type: 'send' });
  });

  it.each([
    ['is done', { done: true }],
    ['belongs to a case', { ofCase: true }],
    ['was retracted', { retracted: true }],
    ['is of a client who chose no reminders any more', { settings: null }],
    ['is of a client whose contract ended', { clientStatus: 'ended' }],
    ['was reminded of as often as chosen', { number: 3 }],
  ] as const)('is dropped when the call %s', (_, change) => {
    expect(decideReminder({ ...STANDING, ...change }, at('13:30'))).toEqual({ type: 'drop' });
  });

  it('P2 is dropped when the call became one that is not reported, such as sales', () => {
    expect(decideReminder({ ...STANDING, reported: false }, at('13:30'))).toEqual({ type: 'drop' });
  });

  it('is dropped after a week', () => {
    const until = remindUntil(RECORDED);
    expect(decideReminder(STANDING, until)).toEqual({ type: 'send' });
    expect(decideReminder(STANDING, new Date(until.getTime() + 1))).toEqual({ type: 'drop' });
  });

  it('waits for a report that has not arrived, and then the whole time from its arrival', () => {
    expect(decideReminder({ ...STANDING, arrivedAt: null }, at('13:30'))).toEqual({
      type: 'wait',
      until: at('13:35'),
    });
    expect(decideReminder({ ...STANDING, arrivedAt: at('13:20') }, at('13:35'))).toEqual({
      type: 'wait',
      until: at('13:50'),
    });
  });

  it('waits for the morning when it comes late, unless it is urgent', () => {
    expect(decideReminder(STANDING, at('20:00'))).toEqual({ type: 'wait', until: at('09:00', '2026-06-19') });
    expect(decideReminder({ ...STANDING, urgent: true }, at('20:00'))).toEqual({ type: 'send' });
  });

  it('whatever happens, ends: it is sent or dropped after finitely many waits', () => {
    const delays = Object.keys(REMINDER_DELAYS) as ReminderDelay[];
    const minutes = fc.integer({ min: 0, max: 3 * 24 * 60 });
    fc.assert(
      fc.property(
        fc.constantFrom(...delays),
        fc.boolean(),
        minutes,
        fc.option(minutes),
        (after, urgent, late, arrives) => {
          const standing = { ...STANDING, settings: { after, times: 1, to: [] }, urgent };
          let now = new Date(RECORDED.getTime() + late * 60_000);
          const arrival = arrives === null ? null : new Date(RECORDED.getTime() + arrives * 60_000);
          for (let looks = 0; looks < 3_000; looks += 1) {
            const arrivedAt = arrival !== null && arrival <= now ? arrival : null;
            const decision = decideReminder({ ...standing, arrivedAt }, now);
            if (decision.type === 'drop') {
              expect(now > remindUntil(RECORDED)).toBe(true);
              return;
            }
            if (decision.type === 'send') {
              expect(arrivedAt).not.toBeNull();
              return;
            }
            expect(decision.until.getTime()).toBeGreaterThan(now.getTime());
            now = decision.until;
          }
          throw new Error('it never ended');
        },
      ),
    );
  });
});
