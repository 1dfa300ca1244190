import { type Kysely, sql } from 'kysely';
import type { CaseAnswer } from '../../domain/cases/answers.ts';
import { type CaseStanding, foldCase } from '../../domain/cases/case-state.ts';
import type { CaseEvent, CaseState } from '../../domain/cases/events.ts';
import { groupBy } from '../../domain/group-by.ts';
import type { Schema } from '../../storage/schema.ts';
import type { CaseBanner, CaseCall, CaseView } from './cases.ts';

/** Cases as staff sees them, in the order of the ids asked for; ids of none are left out. */
export async function readCases(db: Kysely<Schema>, ids: readonly string[]): Promise<readonly CaseView[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('cases as k')
    .innerJoin('clients as client', 'client.id', 'k.client_id')
    .select([
      'k.id',
      'k.number',
      'k.client_id as clientId',
      'client.code as clientCode',
      'client.name as clientName',
      'k.kind',
      'k.number_e164 as numberE164',
      'k.opened_at as openedAt',
      'k.last_call_at as lastCallAt',
    ])
    .where('k.id', 'in', ids)
    .execute();
  const events = groupBy(await eventsOfAll(db, ids), ({ caseId }) => caseId);
  const calls = groupBy(await callsOfAll(db, ids), ({ caseId }) => caseId);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    const own = (events.get(id) ?? []).map(({ caseId: _, ...event }): CaseEvent => event);
    const standing = foldCase(own);
    if (row === undefined || standing === null) return [];
    const { state, stands, agreed } = standing;
    return [
      {
        ...row,
        state,
        agreed,
        stands: stands && {
          choice: stands.choice,
          note: stands.note,
          until: stands.until,
          at: stands.at,
        },
        actions: actionsOf(standing),
        calls: (calls.get(id) ?? []).map(({ caseId: _, ...call }): CaseCall => call),
        events: own,
      },
    ];
  });
}

export async function listCases(
  db: Kysely<Schema>,
  o: { readonly clientId?: string; readonly states?: readonly CaseState[]; readonly limit: number },
): Promise<readonly CaseView[]> {
  let query = db.selectFrom('cases').select('id').orderBy('number', 'desc').limit(o.limit);
  if (o.clientId !== undefined) query = query.where('client_id', '=', o.clientId);
  if (o.states !== undefined) query = query.where('state', 'in', o.states);
  const rows = await query.execute();
  return await readCases(
    db,
    rows.map(({ id }) => id),
  );
}

/** A client's cases that are not closed, the one called last first; by index `cases_open`. */
export async function openCasesOf(db: Kysely<Schema>, clientId: string): Promise<readonly CaseBanner[]> {
  const rows = await db
    .selectFrom('cases as k')
    .innerJoin('kinds as kind', 'kind.code', 'k.kind')
    .select((eb) => [
      'k.id as caseId',
      'k.number',
      'k.number_e164 as numberE164',
      'k.opened_at as since',
      'k.last_call_at as lastCallAt',
      'k.kind',
      'kind.label as kindLabel',
      eb
        .selectFrom('case_calls as m')
        .whereRef('m.case_id', '=', 'k.id')
        .select(eb.fn.countAll<number>().as('n'))
        .$asScalar()
        .$notNull()
        .as('calls'),
    ])
    .where('k.client_id', '=', clientId)
    .where('k.state', '<>', 'closed')
    .orderBy('k.last_call_at', 'desc')
    .orderBy('k.number')
    .execute();
  const ids = rows.map(({ caseId }) => caseId);
  const events = groupBy(ids.length === 0 ? [] : await eventsOfAll(db, ids), ({ caseId }) => caseId);
  return rows.flatMap((row) => {
    const standing = foldCase(events.get(row.caseId) ?? []);
    if (standing === null) return [];
    const { state, stands, agreed } = standing;
    return [
      {
        ...row,
        state,
        agreed,
        stands: stands && { choice: stands.choice, note: stands.note, until: stands.until },
        actions: actionsOf(standing),
      },
    ];
  });
}

/** A stopped forwarding without a date holds until the client is asked anew; everything else until another word. */
function actionsOf({ actions, round }: CaseStanding): readonly CaseAnswer[] {
  return actions
    .filter(({ answer }) => answer.choice !== 'pause' || answer.until !== null || answer.at >= round.since)
    .map(({ answer: { choice, note, until } }) => ({ choice, note, until }));
}

async function eventsOfAll(db: Kysely<Schema>, ids: readonly string[]) {
  return await db
    .selectFrom('case_events')
    .select(['case_id as caseId', 'seq', 'at', 'actor', 'body'])
    .where('case_id', 'in', ids)
    .orderBy('case_id')
    .orderBy('seq')
    .execute();
}

async function callsOfAll(db: Kysely<Schema>, ids: readonly string[]) {
  const { rows } = await sql<CaseCall & { readonly caseId: string }>`
    select m.case_id as "caseId", c.id, c.receipt_number as "receiptNumber", c.kind, kind.label as "kindLabel",
      c.occurred_at as "occurredAt", c.number_display as "numberDisplay", c.quote, c.message,
      c.operator_name as "operatorName", c.surcharge_yen as "surchargeYen", c.surcharge_label as "surchargeLabel"
    from case_calls m
    join calls c on c.id = m.call_id
    join kinds kind on kind.code = c.kind
    where m.case_id = any(${ids}::uuid[])
    order by c.occurred_at, c.id
  `.execute(db);
  return rows;
}
