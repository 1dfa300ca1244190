import { type Kysely, sql, type Transaction } from 'kysely';
import type { AddReport } from '../delivery/add-report.ts';
import { cancelLost } from '../delivery/cancel-reminders.ts';
import type { KindTemplate } from '../domain/kinds.ts';
import type { Clock } from '../domain/ports.ts';
import { decideReminder, type ReminderStanding } from '../domain/reminders.ts';
import type { Schema } from '../storage/schema.ts';
import { planReminder } from './plan-reminder.ts';
import { remindedDestinations } from './reminded-destinations.ts';

export interface Reminders {
  /** Turns what is due into reports. True when there may be more. */
  remind(): Promise<boolean>;
}

const BATCH = 20;

/**
 * Reminds clients of calls they have not marked done. Each reminder is one transaction: its row is locked, so that
 * of two processes one takes it; then the call's, so that it cannot be marked done in between; then it is decided,
 * becomes a report like any other, and the next one is planned. A reminder is never counted (P5).
 */
export function createReminders(deps: {
  readonly db: Kysely<Schema>;
  readonly addReport: AddReport;
  readonly clock: Clock;
  /** Called after a commit that made something due. A hint. */
  readonly wake: () => void;
}): Reminders {
  return {
    async remind() {
      await cancelLost(deps.db, deps.clock());
      for (let taken = 0; taken < BATCH; taken += 1) {
        const outcome = await deps.db.transaction().execute(takeOne);
        if (outcome === 'none') return false;
        if (outcome === 'queued') deps.wake();
      }
      return true;
    },
  };

  /** By index `reminders_waiting`. */
  async function takeOne(trx: Transaction<Schema>): Promise<'none' | 'queued' | 'settled'> {
    const now = deps.clock();
    const row = await trx
      .selectFrom('reminders')
      .select(['call_id as callId', 'number'])
      .where('state', '=', 'waiting')
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (row === undefined) return 'none';
    await trx.selectFrom('calls').select('id').where('id', '=', row.callId).forNoKeyUpdate().execute();
    const call = await load(trx, row.callId);
    const decision = decideReminder({ ...call, number: row.number }, now);
    switch (decision.type) {
      case 'wait':
        await change(trx, row, { due_at: decision.until });
        return 'settled';
      case 'drop':
        await change(trx, row, { state: 'dropped', ended_at: now });
        return 'settled';
      case 'send': {
        const reportId = await send(trx, row.callId, call);
        if (reportId === null) {
          await change(trx, row, { state: 'dropped', ended_at: now });
          return 'settled';
        }
        await change(trx, row, { state: 'queued', report_id: reportId, ended_at: now });
        await planReminder(trx, { ...call, callId: row.callId, number: row.number + 1, since: now });
        return 'queued';
      }
      default:
        return decision satisfies never;
    }
  }

  /** The reminder's report; null when the client has nowhere left to be reminded: staff knows of that already. */
  async function send(trx: Transaction<Schema>, callId: string, call: Reminded): Promise<string | null> {
    const destinations = await remindedDestinations(trx, {
      callId,
      clientId: call.clientId,
      names: call.settings?.to ?? [],
    });
    if (destinations.length === 0) return null;
    await deps.addReport(trx, {
      callId,
      clientId: call.clientId,
      purpose: 'reminder',
      template: call.template,
      // The running count as it was told: never rendered anew (P5).
      count: call.ordinal === null ? null : { ordinal: call.ordinal, included: call.included },
      urgent: call.urgent,
      destinations,
    });
    const { id } = await trx
      .selectFrom('reports')
      .select('id')
      .where('call_id', '=', callId)
      .where('purpose', '=', 'reminder')
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    return id;
  }
}

type Reminded = Omit<ReminderStanding, 'number'> & {
  readonly clientId: string;
  readonly template: KindTemplate;
  readonly ordinal: number | null;
  readonly included: number | null;
};

async function change(
  trx: Transaction<Schema>,
  row: { readonly callId: string; readonly number: number },
  set: { due_at?: Date; state?: 'queued' | 'dropped'; report_id?: string; ended_at?: Date },
): Promise<void> {
  await trx
    .updateTable('reminders')
    .set(set)
    .where('call_id', '=', row.callId)
    .where('number', '=', row.number)
    .execute();
}

async function load(trx: Transaction<Schema>, callId: string): Promise<Reminded> {
  const { rows } = await sql<Reminded>`
    select c.client_id as "clientId", c.urgent, c.recorded_at as "recordedAt", kind.template,
      (c.rule ->> 'reported') = 'true' as reported,
      client.reminders as settings, client.status as "clientStatus",
      exists (select 1 from done_marks m where m.call_id = c.id) as done,
      exists (select 1 from case_calls j where j.call_id = c.id) as "ofCase",
      exists (select 1 from reports r where r.call_id = c.id and r.purpose = 'retraction') as retracted,
      told.month_count as ordinal, told.month_included as included,
      (
        select min(d.ended_at) from deliveries d
        where d.state = 'delivered' and (d.report_id in (
          select digest_id from digest_items where call_id = c.id and state = 'out'
        ) or d.report_id = (
          select r.id from reports r
          where r.call_id = c.id and r.purpose in ('initial', 'correction', 'reminder')
          order by r.sequence desc limit 1
        ))
      ) as "arrivedAt"
    from calls c
    join clients client on client.id = c.client_id
    join kinds kind on kind.code = c.kind
    left join lateral (
      select r.month_count, r.month_included from reports r
      where r.call_id = c.id and r.purpose in ('initial', 'correction')
      order by r.sequence desc limit 1
    ) told on true
    where c.id = ${callId}
  `.execute(trx);
  const [call] = rows;
  if (call === undefined) throw new Error('a reminder without its call');
  return call;
}
