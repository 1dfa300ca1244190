import { sql, type Transaction } from 'kysely';
import { cancelCaseReminders } from '../../delivery/cancel-case-reminders.ts';
import { nextLook } from '../../domain/cases/agenda.ts';
import type { CaseStanding } from '../../domain/cases/case-state.ts';
import { loadAgency } from '../../rulebook/agency.ts';
import type { Schema } from '../../storage/schema.ts';
import { newestReported } from './newest-reported.ts';

/**
 * Ends a change of a case: takes back reminders that have not gone out, unless it is open, and writes beside its events
 * what it is found by: its state, when the clock must look, and what its calls say. A case whose calls are all gone
 * keeps what they said.
 */
export async function refreshCase(
  trx: Transaction<Schema>,
  o: {
    readonly id: string;
    readonly clientId: string;
    readonly standing: CaseStanding;
    readonly lastSeq: number;
    readonly now: Date;
  },
): Promise<void> {
  if (o.standing.state !== 'open') await cancelCaseReminders(trx, o.id, o.now);
  const { rows } = await sql<{
    kind: string | null;
    opened_at: Date | null;
    last_call_at: Date | null;
    number_e164: string | null;
  }>`
    select (array_agg(c.kind order by c.occurred_at, c.id))[1] as kind,
      min(c.occurred_at) as opened_at, max(c.occurred_at) as last_call_at,
      (array_agg(c.number_e164 order by c.occurred_at desc, c.id desc)
        filter (where c.number_e164 is not null and not c.number_e164 = any(client.own_numbers || client.forwarding_numbers)))[1]
        as number_e164
    from case_calls m
    join calls c on c.id = m.call_id
    join clients client on client.id = c.client_id
    where m.case_id = ${o.id}
  `.execute(trx);
  const [facts] = rows;
  const { last_call_at: lastCallAt } = await trx
    .selectFrom('cases')
    .select('last_call_at')
    .where('id', '=', o.id)
    .executeTakeFirstOrThrow();
  const times = {
    lastCallAt: facts?.last_call_at ?? lastCallAt,
    agency: (await loadAgency(trx)) ?? null,
    reported: await newestReported(trx, o.id),
  };
  await trx
    .updateTable('cases')
    .set({
      state: o.standing.state,
      last_seq: o.lastSeq,
      next_at: nextLook(o.standing, times, o.now),
      updated_at: o.now,
      ...(facts?.kind &&
        facts.opened_at &&
        facts.last_call_at && {
          kind: facts.kind,
          opened_at: facts.opened_at,
          last_call_at: facts.last_call_at,
          number_e164: facts.number_e164,
        }),
    })
    .where('id', '=', o.id)
    .execute();
}
