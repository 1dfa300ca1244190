import { sql, type Transaction } from 'kysely';
import { caseOf, type MemberCandidate, SAME_KIND_DAYS } from '../../domain/cases/membership.ts';
import type { Schema } from '../../storage/schema.ts';
import { afterJoining } from './after-joining.ts';
import type { FlaggedCall, Joined } from './cases.ts';
import { type CaseDeps, type HeldCase, holdCase, openCase } from './held-case.ts';
import { moveCalls } from './move-calls.ts';

/** Why a case ends whose last call was taken away. */
export const NO_CALL_LEFT = '電話がすべて取り消されたか、対象外の種別に変更されたため';

/**
 * Puts a flagged call where it belongs, under its client's row lock: into the case the rule finds, which is open
 * again if it was quiet or closed, or into one of its own. A call that is in a case stays there.
 */
export async function joinCase(trx: Transaction<Schema>, call: FlaggedCall, deps: CaseDeps): Promise<Joined> {
  const present = await caseIdOf(trx, call.id);
  if (present !== undefined) {
    await (await mustHold(trx, present, deps)).refresh();
    return { caseId: present, how: 'joined' };
  }
  const found = caseOf(call, await candidatesFor(trx, call));
  if (found === null) {
    const opened = await openCase(trx, call, call, deps);
    await addCall(trx, opened.id, call.id, deps);
    await afterJoining(trx, opened, call, null, deps);
    return { caseId: opened.id, how: 'opened' };
  }
  const held = await mustHold(trx, found, deps);
  const before = held.standing();
  const { state } = before;
  const reopens = state === 'quiet' || state === 'closed';
  if (reopens) await held.write({ type: 'reopened', callId: call.id }, call);
  await held.write({ type: 'call_joined', callId: call.id, by: 'rule' }, call);
  await addCall(trx, found, call.id, deps);
  await afterJoining(trx, held, call, before, deps);
  return { caseId: found, how: reopens ? 'reopened' : 'joined' };
}

/** Takes a call out of its case; nothing happens for a call of none. A case left without calls is closed. */
export async function leaveCase(
  trx: Transaction<Schema>,
  o: { readonly callId: string; readonly why: 'retracted' | 'reclassified'; readonly actor: string },
  deps: CaseDeps,
): Promise<void> {
  const caseId = await caseIdOf(trx, o.callId);
  if (caseId === undefined) return;
  const held = await mustHold(trx, caseId, deps);
  await held.write({ type: 'call_left', callId: o.callId, why: o.why }, o);
  await trx.deleteFrom('case_calls').where('call_id', '=', o.callId).execute();
  const { calls, state } = held.standing();
  if (calls.length === 0 && state !== 'closed') {
    await held.write({ type: 'closed', reason: NO_CALL_LEFT, mergedInto: null }, { actor: 'system' });
  }
  await held.refresh();
}

/**
 * After a call was put right: with another number it moves where it belongs now, with the answers given to its own
 * reports. It stays where it fits as well as before, where it is alone and belongs to no other case, and where a person
 * put it. A call of no case yet joins one.
 */
export async function rejoinCase(
  trx: Transaction<Schema>,
  call: FlaggedCall,
  o: { readonly newNumber: boolean },
  deps: CaseDeps,
): Promise<Joined> {
  const present = await caseIdOf(trx, call.id);
  if (present === undefined || !o.newNumber) return await joinCase(trx, call, deps);
  const candidates = await candidatesFor(trx, call);
  const here = candidates.filter(({ caseId }) => caseId === present);
  const target = caseOf(call, here) ?? caseOf(call, candidates);
  const held = await mustHold(trx, present, deps);
  const alone = held.standing().calls.length <= 1;
  if (target === present || (target === null && alone) || (await putByPerson(trx, present, call.id))) {
    await held.refresh();
    return { caseId: present, how: 'joined' };
  }
  const to = target === null ? null : await mustHold(trx, target, deps);
  const { actor } = call;
  return await moveCalls(trx, { from: held, to, calls: [call], joins: 'rule', actor, key: null }, deps);
}

async function caseIdOf(trx: Transaction<Schema>, callId: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('case_calls')
    .select('case_id')
    .where('call_id', '=', callId)
    .executeTakeFirst();
  return row?.case_id;
}

async function addCall(
  trx: Transaction<Schema>,
  caseId: string,
  callId: string,
  deps: CaseDeps,
): Promise<void> {
  await trx
    .insertInto('case_calls')
    .values({ call_id: callId, case_id: caseId, joined_at: deps.clock() })
    .execute();
}

async function mustHold(trx: Transaction<Schema>, caseId: string, deps: CaseDeps): Promise<HeldCase> {
  const held = await holdCase(trx, caseId, deps);
  if (held === undefined) throw new Error('a case that is gone');
  return held;
}

/** The client's cases the rule may choose from, by their other calls. */
async function candidatesFor(
  trx: Transaction<Schema>,
  call: FlaggedCall,
): Promise<readonly MemberCandidate[]> {
  const at = call.occurredAt.getTime();
  const near = (days: number) => new Date(at + days * 86_400_000);
  // Indexes: calls_client_number; cases_of_number by its client.
  const within =
    call.numberE164 === null
      ? sql`k.last_call_at >= ${near(-SAME_KIND_DAYS)}`
      : sql`k.id in (
          select same.case_id from calls c join case_calls same on same.call_id = c.id
          where c.client_id = ${call.clientId} and c.number_e164 = ${call.numberE164}
        )`;
  const { rows } = await sql<MemberCandidate>`
    select k.id as "caseId", max(c.occurred_at) as "lastCallAt", array_agg(distinct c.kind) as kinds,
      coalesce(array_agg(distinct c.number_e164) filter (
        where c.number_e164 is not null and not c.number_e164 = any(client.own_numbers || client.forwarding_numbers)
      ), '{}') as numbers
    from cases k
    join clients client on client.id = k.client_id
    join case_calls m on m.case_id = k.id
    join calls c on c.id = m.call_id
    where k.client_id = ${call.clientId} and c.id <> ${call.id} and ${within}
    group by k.id
  `.execute(trx);
  return rows;
}

/** Whether the call came to its case by a person's decision, which a correction does not undo. */
async function putByPerson(trx: Transaction<Schema>, caseId: string, callId: string): Promise<boolean> {
  const { rows } = await sql<{ by: string }>`
    select body ->> 'by' as by from case_events
    where case_id = ${caseId} and body ->> 'type' = 'call_joined' and body ->> 'callId' = ${callId}
    order by seq desc limit 1
  `.execute(trx);
  return rows[0]?.by === 'person';
}
