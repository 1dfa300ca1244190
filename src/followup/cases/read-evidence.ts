import { type Kysely, sql, type Transaction } from 'kysely';
import { receiptKey } from '../../channels/receipt.ts';
import { NUMBER_STATE_LABELS, type NumberState } from '../../domain/call.ts';
import { answerWords, STAFF_ANSWER_LABELS, VIA_LABELS } from '../../domain/cases/answer-words.ts';
import { foldCase, type GivenAnswer } from '../../domain/cases/case-state.ts';
import { CASE_STATE_LABELS, type CaseEvent } from '../../domain/cases/events.ts';
import {
  EVIDENCE_FORMAT,
  type Evidence,
  type EvidenceCall,
  type EvidenceDelivery,
  type EvidenceNote,
  pseudonyms,
} from '../../domain/cases/evidence.ts';
import { evidenceWords } from '../../domain/cases/evidence-words.ts';
import { checkSeal } from '../../domain/cases/seal.ts';
import type { ChannelName, Receipt } from '../../domain/outcome.ts';
import { loadAgency } from '../../rulebook/agency.ts';
import type { Schema } from '../../storage/schema.ts';
import { eventsOf } from './held-case.ts';
import { alteredCalls } from './sealed-words.ts';

/**
 * The evidence of a case as it stands, of one moment of the database; undefined when there is no such case. Nothing
 * but the case's own calls is looked at (P9).
 * @param o.internal with what operators and supervisors wrote for colleagues alone
 */
export async function readEvidence(
  db: Kysely<Schema>,
  caseId: string,
  o: { readonly now: Date; readonly internal: boolean },
): Promise<Evidence | undefined> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((trx) => read(trx, caseId, o));
}

async function read(
  trx: Transaction<Schema>,
  caseId: string,
  o: { readonly now: Date; readonly internal: boolean },
): Promise<Evidence | undefined> {
  const row = await trx
    .selectFrom('cases as k')
    .innerJoin('clients as client', 'client.id', 'k.client_id')
    .select(['k.number', 'client.code', 'client.name'])
    .where('k.id', '=', caseId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const events = await eventsOf(trx, caseId);
  const standing = foldCase(events);
  const last = events.at(-1);
  if (standing === null || last === undefined) return undefined;
  const mentioned = await mentionedCalls(trx, events);
  const names = pseudonyms(events, new Map(mentioned.map(({ id, operatorId }) => [id, operatorId])));
  const receipts = new Map(mentioned.map(({ id, receiptNumber }) => [id, receiptNumber]));
  const receiptOf = (callId: string) => receipts.get(callId) ?? '番号不明';
  const seal = checkSeal(caseId, events);
  const calls = await callsOf(trx, caseId, names.of);
  const present = calls.map(({ receiptNumber }) => receiptNumber);
  const left = events.flatMap(({ body }) => (body.type === 'call_left' ? [receiptOf(body.callId)] : []));
  return {
    format: EVIDENCE_FORMAT,
    exportedAt: o.now.toISOString(),
    agency: (await loadAgency(trx))?.name ?? null,
    caseNumber: row.number,
    clientCode: row.code,
    clientName: row.name,
    state: CASE_STATE_LABELS[standing.state],
    calls,
    leftCalls: [...new Set(left)].filter((receipt) => !present.includes(receipt)),
    deliveries: await deliveriesOf(trx, caseId),
    answers: standing.answers.map(answerOf),
    agreed: events.flatMap(({ at, body }) =>
      body.type === 'agreed' ? [{ at: at.toISOString(), text: body.text, wording: body.wording }] : [],
    ),
    events: events.map(({ seq, at, actor, body, hash }) => ({
      seq,
      at: at.toISOString(),
      who: names.of(actor),
      what: evidenceWords(body, receiptOf),
      hash,
    })),
    internal: o.internal
      ? [...(await notesOf(trx, caseId, names.of)), ...writtenForColleagues(events, names.of)].toSorted(
          (a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0),
        )
      : null,
    seal: {
      lastHash: last.hash,
      brokenAt: seal.whole ? null : seal.seq,
      alteredCalls: await alteredCalls(trx, events),
    },
  };
}

/** Every call the case ever had, with who took it. */
async function mentionedCalls(trx: Transaction<Schema>, events: readonly CaseEvent[]) {
  const ids = events.flatMap(({ body }) => ('callId' in body && body.callId !== null ? [body.callId] : []));
  if (ids.length === 0) return [];
  return await trx
    .selectFrom('calls')
    .select(['id', 'receipt_number as receiptNumber', 'operator_id as operatorId'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
}

type Name = (person: string) => string;

async function callsOf(
  trx: Transaction<Schema>,
  caseId: string,
  name: Name,
): Promise<readonly EvidenceCall[]> {
  const { rows } = await sql<
    Omit<EvidenceCall, 'occurredAt' | 'recordedAt' | 'caller' | 'operator' | 'withoutNumber'> & {
      readonly occurredAt: Date;
      readonly recordedAt: Date;
      readonly numberState: NumberState;
      readonly company: string | null;
      readonly callerName: string | null;
      readonly operatorId: string;
    }
  >`
    select c.receipt_number as "receiptNumber", c.occurred_at as "occurredAt", c.recorded_at as "recordedAt",
      kind.label as kind, c.number_state as "numberState", coalesce(c.number_display, c.number_raw) as number,
      c.caller_company as company, c.caller_name as "callerName", c.quote, c.message, c.operator_id as "operatorId",
      c.surcharge_yen as "surchargeYen", c.surcharge_label as "surchargeLabel",
      (select count(*)::integer from call_changes x where x.call_id = c.id) as corrections
    from case_calls m
    join calls c on c.id = m.call_id
    join kinds kind on kind.code = c.kind
    where m.case_id = ${caseId}
    order by c.occurred_at, c.id
  `.execute(trx);
  return rows.map(({ occurredAt, recordedAt, numberState, company, callerName, operatorId, ...call }) => ({
    ...call,
    occurredAt: occurredAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
    withoutNumber: numberState === 'given' ? null : NUMBER_STATE_LABELS[numberState],
    caller: [company, callerName].filter((part) => part !== null).join(' ') || null,
    operator: name(operatorId),
  }));
}

/** What is sent about the calls of a case. Notices of a broken destination are about the destination. */
const SENT = {
  initial: '報告',
  correction: '訂正報告',
  retraction: '取消のお知らせ',
  case_reminder: 'ご回答のお願い',
  case_message: 'お願い・ご相談',
} as const;

async function deliveriesOf(trx: Transaction<Schema>, caseId: string): Promise<readonly EvidenceDelivery[]> {
  const { rows } = await sql<
    Omit<EvidenceDelivery, 'createdAt' | 'acceptedAt' | 'endedAt' | 'messageId' | 'what' | 'attempts'> & {
      readonly purpose: keyof typeof SENT;
      readonly channel: ChannelName;
      readonly createdAt: Date;
      readonly endedAt: Date | null;
      readonly takenAt: Date | null;
      readonly receipt: Receipt | null;
      readonly attempts: number | string;
    }
  >`
    select d.id, c.receipt_number as "receiptNumber", r.purpose, d.channel, d.address, d.state, d.reason, d.said,
      d.receipt, d.created_at as "createdAt", d.ended_at as "endedAt",
      (select max(a.finished_at) from attempts a where a.delivery_id = d.id and a.outcome = 'delivered') as "takenAt",
      (select count(*)::integer from attempts a where a.delivery_id = d.id) as attempts
    from reports r
    join calls c on c.id = r.call_id
    join deliveries d on d.report_id = r.id
    where r.purpose = any(${Object.keys(SENT)}::text[])
      and (r.case_id = ${caseId}
        or r.case_id is null and r.call_id in (select call_id from case_calls where case_id = ${caseId}))
    order by d.created_at, d.id
  `.execute(trx);
  return rows.map(({ purpose, receipt, takenAt, createdAt, endedAt, attempts, ...delivery }) => {
    // One that was found to have arrived has no attempt that says so.
    const accepted = takenAt ?? (delivery.state === 'delivered' ? endedAt : null);
    return {
      ...delivery,
      what: SENT[purpose],
      createdAt: createdAt.toISOString(),
      acceptedAt: accepted?.toISOString() ?? null,
      messageId: receipt === null ? null : receiptKey(delivery.channel, receipt) || null,
      attempts: Number(attempts),
      endedAt: endedAt?.toISOString() ?? null,
    };
  });
}

function answerOf(answer: GivenAnswer): Evidence['answers'][number] {
  const { at, via, note, person } = answer;
  return {
    at: at.toISOString(),
    via: VIA_LABELS[via],
    answer: answerWords(answer, STAFF_ANSWER_LABELS),
    note,
    // Whoever of the agency wrote it down stands in the events, under a pseudonym.
    person: via === 'staff' ? null : person,
  };
}

async function notesOf(
  trx: Transaction<Schema>,
  caseId: string,
  name: Name,
): Promise<readonly EvidenceNote[]> {
  const { rows } = await sql<Omit<EvidenceNote, 'at' | 'who'> & { readonly at: Date; readonly who: string }>`
    select n.at, n.operator_id as who, c.receipt_number as "receiptNumber", n.hung_up as "hungUp", n.burden, n.note
    from case_calls m
    join operator_notes n on n.call_id = m.call_id
    join calls c on c.id = m.call_id
    where m.case_id = ${caseId}
    order by n.at, n.id
  `.execute(trx);
  return rows.map((note) => ({ ...note, at: note.at.toISOString(), who: name(note.who) }));
}

/** 「メモ(社内用)」 and why a case was closed. */
function writtenForColleagues(events: readonly CaseEvent[], name: Name): readonly EvidenceNote[] {
  return events.flatMap(({ at, actor, body }) => {
    const note = body.type === 'noted' ? body.text : body.type === 'closed' ? body.reason : null;
    if (note === null) return [];
    const kept = { receiptNumber: null, hungUp: false, burden: null, note };
    return [{ at: at.toISOString(), who: name(actor), ...kept }];
  });
}
