import { nextOpen, USUAL_HOURS } from './business-hours.ts';

const MINUTE_MS = 60_000;

/** What a client may choose from: how long a report may stay unanswered. Minutes. */
export const REMINDER_DELAYS = { '15m': 15, '30m': 30, '1h': 60, '12h': 720, '24h': 1440 } as const;
export type ReminderDelay = keyof typeof REMINDER_DELAYS;

/** A call is reminded of at most this often, and no longer than this after it was recorded. */
export const REMINDERS_AT_MOST = 10;
export const REMIND_WITHIN_DAYS = 7;

/** What a client chose; without it nobody is reminded. Stored as it is. */
export interface ReminderSettings {
  readonly after: ReminderDelay;
  /** 1: once. More: again after the same time, until it is done. */
  readonly times: number;
  /** Names on the roster; empty: to where the report went. */
  readonly to: readonly string[];
}

/** When to remind of what was told at `since`: after the chosen time, within business hours unless urgent (至急). */
export function reminderDue(o: {
  readonly since: Date;
  readonly after: ReminderDelay;
  readonly urgent: boolean;
}): Date {
  const due = new Date(o.since.getTime() + REMINDER_DELAYS[o.after] * MINUTE_MS);
  return o.urgent ? due : nextOpen(due, USUAL_HOURS);
}

/** The last moment at which a call recorded then is reminded of. */
export function remindUntil(recordedAt: Date): Date {
  return new Date(recordedAt.getTime() + REMIND_WITHIN_DAYS * 86_400_000);
}

/** Everything that decides about a reminder whose time has come. */
export interface ReminderStanding {
  /** Which it would be, from 1. */
  readonly number: number;
  /** What the client chooses by now; null: no reminders. */
  readonly settings: ReminderSettings | null;
  readonly urgent: boolean;
  readonly recordedAt: Date;
  readonly done: boolean;
  /** Whether it belongs to a harassment case: that is answered, not marked done, and has reminders of its own. */
  readonly ofCase: boolean;
  /** Whether the call still is one whose reports may be answered. */
  readonly reported: boolean;
  readonly retracted: boolean;
  readonly clientStatus: 'active' | 'paused' | 'ended';
  /** When the newest report of the call first arrived somewhere; null while it has not. */
  readonly arrivedAt: Date | null;
}

export type ReminderDecision =
  | { readonly type: 'send' }
  | { readonly type: 'wait'; readonly until: Date }
  | { readonly type: 'drop' };

/** How soon to look again at a report that has not arrived: there is nothing yet to remind of. */
const LOOK_AGAIN_MS = 5 * MINUTE_MS;

export function decideReminder(standing: ReminderStanding, now: Date): ReminderDecision {
  const { settings, arrivedAt } = standing;
  const over =
    settings === null ||
    standing.number > settings.times ||
    standing.done ||
    standing.ofCase ||
    !standing.reported ||
    standing.retracted ||
    standing.clientStatus === 'ended' ||
    now > remindUntil(standing.recordedAt);
  if (over) return { type: 'drop' };
  if (arrivedAt === null) return { type: 'wait', until: new Date(now.getTime() + LOOK_AGAIN_MS) };
  // The time runs from the report's arrival, and a reminder that comes due late must not come at night.
  const due = reminderDue({ since: arrivedAt, after: settings.after, urgent: standing.urgent });
  const earliest = standing.urgent ? now : nextOpen(now, USUAL_HOURS);
  const at = due > earliest ? due : earliest;
  return at > now ? { type: 'wait', until: at } : { type: 'send' };
}
