import { sql, type Transaction } from 'kysely';
import { addNotice } from '../../delivery/notice.ts';
import type { Schema } from '../../storage/schema.ts';
import { askButtons } from './ask-buttons.ts';
import { alarmNotice } from './case-notices.ts';
import { caseWords } from './case-words.ts';
import type { FlaggedCall } from './cases.ts';
import type { CaseDeps, HeldCase } from './held-case.ts';

/** So many flagged calls of one client, of whatever case, raise an alarm; once within the same time. [ours] */
export const ALARMS = [
  { window: 'hour', ms: 3_600_000, calls: 3 },
  { window: 'day', ms: 86_400_000, calls: 10 },
] as const;

/** Whether a call just joined makes too many in an hour or a day; the events go into its case. */
export async function raiseAlarms(
  trx: Transaction<Schema>,
  held: HeldCase,
  call: FlaggedCall,
  deps: CaseDeps,
): Promise<readonly NewAlarm[]> {
  const raised: NewAlarm[] = [];
  for (const { window, ms, calls: enough } of ALARMS) {
    // A call entered or put right long afterwards is history, and alarms nobody.
    if (deps.clock().getTime() - call.occurredAt.getTime() > ms) continue;
    const calls = await callsWithin(trx, call, ms);
    if (calls < enough || (await alarmedWithin(trx, call.clientId, window, deps.clock(), ms))) continue;
    const seq = await held.write({ type: 'alarmed', window, calls }, { actor: 'system' });
    raised.push({ seq, window, calls });
  }
  return raised;
}

export interface NewAlarm {
  readonly seq: number;
  readonly window: 'hour' | 'day';
  readonly calls: number;
}

/** Told when the case's row is up to date, because the words are taken from it. */
export async function tellAlarms(
  trx: Transaction<Schema>,
  caseId: string,
  alarms: readonly NewAlarm[],
  deps: CaseDeps,
): Promise<void> {
  for (const { seq, ...alarm } of alarms) {
    await addNotice(
      trx,
      alarmNotice(await caseWords(trx, caseId), seq, { ...alarm, blocks: [askButtons(caseId)] }),
      deps,
    );
  }
}

/** By index `calls_client_time`. */
async function callsWithin(trx: Transaction<Schema>, call: FlaggedCall, ms: number): Promise<number> {
  const from = new Date(call.occurredAt.getTime() - ms);
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from calls
    where client_id = ${call.clientId} and occurred_at > ${from} and occurred_at <= ${call.occurredAt}
      and (rule ->> 'flagged') = 'true' and retracted_at is null
  `.execute(trx);
  return rows[0]?.n ?? 0;
}

/** Under the client's row lock: nobody else raises one at the same moment. */
async function alarmedWithin(
  trx: Transaction<Schema>,
  clientId: string,
  window: string,
  now: Date,
  ms: number,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from cases k join case_events e on e.case_id = k.id
    where k.client_id = ${clientId} and e.at > ${new Date(now.getTime() - ms)}
      and e.body ->> 'type' = 'alarmed' and e.body ->> 'window' = ${window}
    limit 1
  `.execute(trx);
  return rows.length > 0;
}
