import { type Kysely, sql, type Transaction } from 'kysely';
import { jstDay } from '../../domain/calendar.ts';
import type { CaseAnswer } from '../../domain/cases/answers.ts';
import { foldCase } from '../../domain/cases/case-state.ts';
import { checkAnswer } from '../../domain/cases/check-answer.ts';
import { type AnswerStanding, mayAnswer } from '../../domain/cases/may-answer.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AnswerReading, AnswerResult, By } from './cases.ts';
import { type CaseDeps, eventsOf, holdCase, lockClient } from './held-case.ts';
import { tellOperatorsOfPause } from './tell-operators.ts';
import { writtenUnder } from './written-under.ts';

export type AnswerTarget = { readonly deliveryId: string } | { readonly caseId: string };

/** The answer the client gave, or staff in its name. Answering marks no report done: that is another question. */
export async function answerCase(
  trx: Transaction<Schema>,
  target: AnswerTarget,
  given: CaseAnswer,
  by: By,
  deps: CaseDeps,
): Promise<AnswerResult> {
  const checked = checkAnswer(given, jstDay(deps.clock()));
  const found = await find(trx, target);
  if (found === undefined) return { type: 'revoked' };
  await lockClient(trx, found.clientId);
  // What was found before the lock may have changed while waiting for it.
  const now = await find(trx, target);
  const held = now && (await holdCase(trx, now.caseId, deps));
  if (held === undefined || now === undefined) return { type: 'revoked' };
  const earlier = await writtenUnder(trx, by.key);
  if (earlier !== undefined) return { type: 'already', ...earlier };
  if (!now.open) return { type: 'revoked' };
  if (!checked.ok) return { type: 'refused', problems: checked.problems };
  const deliveryId = 'deliveryId' in target ? target.deliveryId : null;
  const { via, person, key } = by;
  const seq = await held.write(
    { type: 'answered', via, person, deliveryId, fromCase: null, ...checked.answer },
    { actor: via === 'staff' ? (person ?? 'staff') : 'client', key },
  );
  const { choice, until } = checked.answer;
  if (choice === 'pause') await tellOperatorsOfPause(trx, deps, { caseId: held.id, seq, until });
  await held.refresh();
  return { type: 'answered', caseId: held.id, state: held.standing().state };
}

async function find(
  db: Kysely<Schema>,
  target: AnswerTarget,
): Promise<{ readonly caseId: string; readonly clientId: string; readonly open: boolean } | undefined> {
  if ('deliveryId' in target) {
    const row = await findDelivery(db, target.deliveryId);
    if (row === undefined || row.caseId === null) return undefined;
    return { caseId: row.caseId, clientId: row.clientId, open: mayAnswer(row) };
  }
  const row = await db
    .selectFrom('cases')
    .select(['id as caseId', 'client_id as clientId', 'state'])
    .where('id', '=', target.caseId)
    .executeTakeFirst();
  return row && { caseId: row.caseId, clientId: row.clientId, open: row.state !== 'closed' };
}

/** What may be shown to whoever holds a delivery: no more than its report shows (P9). */
export async function readForDelivery(db: Kysely<Schema>, deliveryId: string): Promise<AnswerReading> {
  const row = await findDelivery(db, deliveryId);
  if (row === undefined || row.caseId === null || !mayAnswer(row)) return { type: 'revoked' };
  const { caseId, receiptNumber, clientName, occurredAt, kindLabel, calls, since } = row;
  const answers = foldCase(await eventsOf(db, caseId))?.answers ?? [];
  return {
    type: 'open',
    caseId,
    receiptNumber,
    clientName,
    occurredAt,
    kindLabel,
    calls,
    since,
    answers: answers
      .map(({ choice, note, until, at, via }) => ({ choice, note, until, at, via }))
      .toReversed(),
  };
}

type FoundDelivery = AnswerStanding & {
  readonly caseId: string | null;
  readonly clientId: string;
  readonly clientName: string;
  readonly receiptNumber: string;
  readonly occurredAt: Date;
  readonly kindLabel: string;
  readonly calls: number;
  readonly since: Date;
};

async function findDelivery(db: Kysely<Schema>, deliveryId: string): Promise<FoundDelivery | undefined> {
  const { rows } = await sql<FoundDelivery>`
    select d.state, r.purpose, k.id as "caseId", k.state as "caseState",
      client.id as "clientId", client.name as "clientName", client.status as "clientStatus",
      c.receipt_number as "receiptNumber", c.occurred_at as "occurredAt", kind.label as "kindLabel",
      (select count(*) from case_calls m where m.case_id = k.id) as calls, k.opened_at as since
    from deliveries d
    join reports r on r.id = d.report_id
    join calls c on c.id = r.call_id
    join kinds kind on kind.code = c.kind
    join clients client on client.id = c.client_id
    left join case_calls mine on mine.call_id = c.id
    left join cases k on k.id = mine.case_id
    where d.id = ${deliveryId}
  `.execute(db);
  return rows[0];
}
