import type { Kysely } from 'kysely';
import { type ReminderSettings, reminderDue, remindUntil } from '../domain/reminders.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * Plans a call's next reminder, in the transaction of what it would remind of. Nothing is planned for a client that
 * chose none, beyond the chosen number, or past the last day; a reminder planned before stays as it is.
 */
export async function planReminder(
  trx: Kysely<Schema>,
  o: {
    readonly callId: string;
    readonly settings: ReminderSettings | null;
    /** Which reminder, from 1. */
    readonly number: number;
    readonly urgent: boolean;
    readonly recordedAt: Date;
    /** When the client was told last. */
    readonly since: Date;
  },
): Promise<void> {
  if (o.settings === null || o.number > o.settings.times) return;
  const due = reminderDue({ since: o.since, after: o.settings.after, urgent: o.urgent });
  if (due > remindUntil(o.recordedAt)) return;
  await trx
    .insertInto('reminders')
    .values({
      call_id: o.callId,
      number: o.number,
      due_at: due,
      state: 'waiting',
      report_id: null,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.columns(['call_id', 'number']).doNothing())
    .execute();
}
