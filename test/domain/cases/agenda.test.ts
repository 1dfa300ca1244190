import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BusinessHours, nextOpen, USUAL_HOURS } from '../../../src/domain/business-hours.ts';
import { addDays, atJst, jstDay, jstMinute } from '../../../src/domain/calendar.ts';
import { type CaseDue, decideCase } from '../../../src/domain/cases/agenda.ts';
import { afterEvent, type CaseStanding, foldCase } from '../../../src/domain/cases/case-state.ts';
import type { CaseEventBody } from '../../../src/domain/cases/events.ts';

/** What the clock writes when something is due. */
function eventOf(due: CaseDue): CaseEventBody {
  switch (due.type) {
    case 'remind':
      return { type: 'reminded', number: due.number };
    case 'escalate':
      return { type: 'escalated' };
    case 'promise':
      return { type: 'promise_reminded', until: due.until, when: due.when };
    case 'go_quiet':
      return { type: 'went_quiet' };
    default:
      return due satisfies never;
  }
}

function caseWith(at: Date, ...bodies: readonly CaseEventBody[]): CaseStanding {
  const events = [{ type: 'opened', callId: 'c1' } as const, ...bodies].map((body, index) => ({
    seq: index + 1,
    at,
    actor: 'system',
    body,
  }));
  const standing = foldCase(events);
  if (standing === null) throw new Error('an opened case stands');
  return standing;
}

function pause(until: string | null): CaseEventBody {
  const given = { via: 'link', person: null, deliveryId: null, fromCase: null, note: null } as const;
  return { type: 'answered', choice: 'pause', until, ...given };
}

/** Looks whenever the case asks for it, every other time `late` ms late as after an outage, until nothing more comes; what happened when. */
function play(
  opened: CaseStanding,
  o: { readonly lastCallAt: Date; readonly agency?: BusinessHours; readonly late?: number },
): { readonly events: readonly (readonly [string, Date])[]; readonly end: CaseStanding } {
  const times = { lastCallAt: o.lastCallAt, agency: o.agency ?? null };
  const events: [string, Date][] = [];
  let standing = opened;
  let now = o.lastCallAt;
  let waits = 0;
  for (let look = 0; look < 60; look += 1) {
    const { due, next } = decideCase(standing, times, now);
    if (due === null) {
      if (next === null) return { events, end: standing };
      now = new Date(Math.max(now.getTime(), next.getTime()) + (waits % 2 === 0 ? (o.late ?? 0) : 0));
      waits += 1;
      continue;
    }
    const after = afterEvent(standing, { at: now, body: eventOf(due) });
    if (after === standing || after === null) throw new Error(`${due.type} changed nothing`);
    standing = after;
    events.push([due.type === 'promise' ? `promise ${due.when}` : due.type, now]);
  }
  throw new Error('it never comes to rest');
}

const minutes = (events: readonly (readonly [string, Date])[]) =>
  events.map(([what, at]) => `${what} ${jstMinute(at)}`);

describe('what time brings about', () => {
  // 2026-06-18 is a Thursday.
  const THURSDAY = atJst('2026-06-18', '13:05');

  it('P3 asks again on business mornings, then tells a supervisor, and only then lets it rest', () => {
    expect(minutes(play(caseWith(THURSDAY), { lastCallAt: THURSDAY }).events)).toEqual([
      'remind 2026-06-19 09:30',
      'remind 2026-06-23 09:30',
      'remind 2026-06-25 09:30',
      'escalate 2026-06-29 09:30',
      'go_quiet 2026-07-02 13:05',
    ]);
  });

  it('passes over holidays and the agency’s closed days', () => {
    // Silver Week: Monday to Wednesday are holidays, Thursday and Friday are closed by the agency.
    const friday = atJst('2026-09-18', '17:00');
    const agency = { ...USUAL_HOURS, closures: ['2026-09-24', '2026-09-25'] };
    expect(minutes(play(caseWith(friday), { lastCallAt: friday, agency }).events)[0]).toBe(
      'remind 2026-09-28 09:30',
    );
  });

  it('reminds nobody at night, however late the clock is', () => {
    const fifteenHours = 15 * 3_600_000;
    const { events } = play(caseWith(THURSDAY), { lastCallAt: THURSDAY, late: fifteenHours });
    expect(events.filter(([what]) => what === 'remind')).toHaveLength(3);
    for (const [what, at] of events) {
      if (what === 'remind') expect(nextOpen(at, USUAL_HOURS)).toEqual(at);
    }
  });

  it('reminds staff of a date on the business morning before and on its own, even when it is quiet by then', () => {
    const paused = caseWith(THURSDAY, pause('2026-07-13'));
    expect(minutes(play(paused, { lastCallAt: THURSDAY }).events)).toEqual([
      'go_quiet 2026-07-02 13:05',
      'promise before 2026-07-10 09:30',
      'promise due 2026-07-13 09:30',
    ]);
    // A Sunday: told on Friday before, and on Monday.
    expect(minutes(play(caseWith(THURSDAY, pause('2026-06-28')), { lastCallAt: THURSDAY }).events)).toEqual([
      'promise before 2026-06-26 09:30',
      'promise due 2026-06-29 09:30',
      'go_quiet 2026-07-02 13:05',
    ]);
  });

  it('keeps every date the client named, and the newest for the same thing', () => {
    const given = { via: 'link', person: null, deliveryId: null, fromCase: null, note: null } as const;
    const contact = { type: 'answered', choice: 'contact', until: '2026-06-23', ...given } as const;
    const both = caseWith(THURSDAY, pause('2026-06-22'), contact, pause('2026-06-24'));
    expect(minutes(play(both, { lastCallAt: THURSDAY }).events).slice(0, 4)).toEqual([
      'promise before 2026-06-22 09:30',
      'promise due 2026-06-23 09:30',
      'promise before 2026-06-23 09:30',
      'promise due 2026-06-24 09:30',
    ]);
  });

  it('leaves out the day before when that has passed', () => {
    const tomorrow = caseWith(THURSDAY, pause('2026-06-19'));
    expect(minutes(play(tomorrow, { lastCallAt: THURSDAY }).events)[0]).toBe('promise due 2026-06-19 09:30');
  });

  it('comes to rest answered, escalated or closed, with three reminders at most, whatever the calendar', () => {
    fc.assert(
      fc.property(
        fc.record({
          day: fc.integer({ min: 0, max: 800 }),
          minute: fc.integer({ min: 0, max: 1_439 }),
          closures: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }),
          // An agency whose file has no hours at all.
          never: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
          late: fc.constantFrom(0, 60_000, 3_600_000, 40 * 3_600_000),
          answer: fc.option(fc.option(fc.integer({ min: 0, max: 90 }), { nil: null }), { nil: undefined }),
        }),
        ({ day, minute, closures, never, late, answer }) => {
          const first = addDays('2026-01-01', day);
          const at = new Date(atJst(first, '00:00').getTime() + minute * 60_000);
          const agency: BusinessHours = {
            hours: never ? {} : USUAL_HOURS.hours,
            closedOnHolidays: true,
            closures: closures.map((days) => addDays(first, days)),
          };
          const until = typeof answer === 'number' ? addDays(jstDay(at), answer) : null;
          const standing = answer === undefined ? caseWith(at) : caseWith(at, pause(until));
          const { events, end } = play(standing, { lastCallAt: at, agency, late });
          const reminders = events.filter(([what]) => what === 'remind').length;
          expect(end.state).toBe('quiet');
          if (answer === undefined) {
            expect(reminders).toBe(3);
            expect(end.round.escalated).toBe(true);
            expect(events.findIndex(([what]) => what === 'escalate')).toBeLessThan(
              events.findIndex(([what]) => what === 'go_quiet'),
            );
          } else {
            expect(reminders).toBe(0);
            if (until !== null) expect(end.actions.every(({ due }) => due)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves a closed case alone', () => {
    const closed = caseWith(THURSDAY, { type: 'closed', reason: null, mergedInto: null });
    expect(decideCase(closed, { lastCallAt: THURSDAY, agency: null }, THURSDAY)).toEqual({
      due: null,
      next: null,
    });
  });
});
