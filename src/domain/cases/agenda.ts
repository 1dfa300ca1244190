import { type BusinessHours, nextOpen, USUAL_HOURS } from '../business-hours.ts';
import { addDays, atJst, isBusinessDay, jstDay } from '../calendar.ts';
import { CASE_REMINDERS, type CaseStanding, type TakenAction } from './case-state.ts';

/** A case without a call for this long is quiet. [seed: until it dies down; the figure is ours] */
export const QUIET_AFTER_DAYS = 14;
/** Clients are reminded, and staff is told, when a business morning has begun. JST. */
export const MORNING = '09:30';
/** Between two reminders, and between the last one and the escalation. */
export const BUSINESS_DAYS_BETWEEN = 2;
/** While a person still reads the newest report, the case is looked at again after so long. Milliseconds. */
export const HELD_LOOK_MS = 30 * 60_000;
/** Longer than any row of closed days. */
const DAYS_AHEAD = 60;

/** What time brings about in a case. */
export type CaseDue =
  | { readonly type: 'remind'; readonly number: number }
  | { readonly type: 'escalate' }
  | { readonly type: 'promise'; readonly until: string; readonly when: 'before' | 'due' }
  | { readonly type: 'go_quiet' };

export interface CaseTimes {
  readonly lastCallAt: Date;
  /** The agency's; null before it was imported. */
  readonly agency: BusinessHours | null;
  /**
   * When a supervisor let the newest call's report go, after having read it; `held`: one still has it, and the client
   * does not know of the call. Undefined: it went out as it was recorded.
   */
  readonly reported?: Date | 'held' | undefined;
}

/** One thing that is due now, if any, and when to look again after it; null: never, unless something happens. */
export interface CaseDecision {
  readonly due: CaseDue | null;
  readonly next: Date | null;
}

/**
 * What a case needs now.
 *
 *   unanswered   reminded on the next business morning, then every 2 business days, 3 times; 2 business days after the
 *                last a supervisor has it. Only then may it go quiet: what nobody answered does not just fade away.
 *                The newest report comes first: while a supervisor has it, nobody is reminded of what was not told, and
 *                once it is sent the client has until the next business morning.
 *   promised     staff is told on the business morning before the date, and on its own (or the next business morning)
 *   14 days without a call: quiet. Promises are kept in mind even then, because a stopped forwarding is quiet.
 */
export function decideCase(standing: CaseStanding, times: CaseTimes, now: Date): CaseDecision {
  const agenda = agendaOf(standing, times, now);
  const due = agenda.find(({ at }) => at <= now)?.due ?? null;
  return { due, next: agenda[0]?.at ?? null };
}

/** When the clock must look at a case next. */
export function nextLook(standing: CaseStanding, times: CaseTimes, now: Date): Date | null {
  return decideCase(standing, times, now).next;
}

interface Entry {
  readonly at: Date;
  readonly due: CaseDue;
}

function agendaOf(standing: CaseStanding, times: CaseTimes, now: Date): readonly Entry[] {
  if (standing.state === 'closed') return [];
  return [
    ...asking(standing, times, now),
    ...standing.actions.flatMap((action) => promised(action, times, now)),
    ...quiet(standing, times),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

function asking({ state, round }: CaseStanding, times: CaseTimes, now: Date): readonly Entry[] {
  if (state !== 'open' || round.escalated) return [];
  // Both sides work: the client's office is taken to be closed at weekends, whatever the agency's hours are.
  const clients: BusinessHours = { ...USUAL_HOURS, closures: times.agency?.closures ?? [] };
  const { reminders, remindedAt } = round;
  const { reported } = times;
  const asked =
    remindedAt === null
      ? morningAfter(jstDay(round.since), 1, clients)
      : morningAfter(jstDay(remindedAt), BUSINESS_DAYS_BETWEEN, clients);
  const planned =
    reported === undefined
      ? asked
      : later(
          asked,
          reported === 'held'
            ? new Date(now.getTime() + HELD_LOOK_MS)
            : morningAfter(jstDay(reported), 1, clients),
        );
  if (reminders >= CASE_REMINDERS) return [{ at: planned, due: { type: 'escalate' } }];
  // A reminder that comes due late must not come at night.
  const earliest = planned <= now ? opening(now, clients) : planned;
  return [{ at: earliest, due: { type: 'remind', number: reminders + 1 } }];
}

function promised(action: TakenAction, times: CaseTimes, now: Date): readonly Entry[] {
  const { until, at } = action.answer;
  if (until === null || action.due) return [];
  const agency = times.agency ?? USUAL_HOURS;
  const dueAt = morningAfter(addDays(until, -1), 1, agency);
  const due: Entry = { at: dueAt, due: { type: 'promise', until, when: 'due' } };
  const beforeAt = morningBefore(until, agency);
  // Whoever promises the evening before needs no reminder that morning.
  const before = !action.before && beforeAt > at && dueAt > now;
  return before ? [{ at: beforeAt, due: { type: 'promise', until, when: 'before' } }, due] : [due];
}

function quiet({ state, round }: CaseStanding, { lastCallAt }: CaseTimes): readonly Entry[] {
  const answered = state === 'answered' || state === 'acting';
  if (!answered && !(state === 'open' && round.escalated)) return [];
  return [{ at: new Date(lastCallAt.getTime() + QUIET_AFTER_DAYS * 86_400_000), due: { type: 'go_quiet' } }];
}

/** The morning of the n-th business day after a JST day; without any in sight, of the n-th day. */
function morningAfter(day: string, n: number, business: BusinessHours): Date {
  let left = n;
  for (let ahead = 1; ahead <= DAYS_AHEAD; ahead += 1) {
    const candidate = addDays(day, ahead);
    if (isBusinessDay(candidate, business)) left -= 1;
    if (left === 0) return atJst(candidate, MORNING);
  }
  return atJst(addDays(day, n), MORNING);
}

/** The morning of the last business day before a JST day. */
function morningBefore(day: string, business: BusinessHours): Date {
  for (let back = 1; back <= DAYS_AHEAD; back += 1) {
    const candidate = addDays(day, -back);
    if (isBusinessDay(candidate, business)) return atJst(candidate, MORNING);
  }
  return atJst(addDays(day, -1), MORNING);
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function opening(now: Date, business: BusinessHours): Date {
  try {
    return nextOpen(now, business);
  } catch {
    return now;
  }
}
