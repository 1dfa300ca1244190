import type { Kysely } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/**
 * Takes back the reminders of a harassment case that have not gone out, in the transaction that makes them needless:
 * the client answered, or the case ended. One that a worker is sending may still arrive.
 */
export async function cancelCaseReminders(trx: Kysely<Schema>, caseId: string, now: Date): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set({ state: 'cancelled', reason: 'answered', lease_until: null, ended_at: now, updated_at: now })
    .where('state', 'in', ['held', 'due', 'queued'])
    .where('report_id', 'in', (eb) =>
      eb
        .selectFrom('reports')
        .select('id')
        .where('case_id', '=', caseId)
        .where('purpose', '=', 'case_reminder'),
    )
    .execute();
}
