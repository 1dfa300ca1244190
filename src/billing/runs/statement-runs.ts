import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { AddStatement } from '../../delivery/add-statement.ts';
import { TYPED } from '../../delivery/alert-text.ts';
import { addNotice, STAFF } from '../../delivery/notice.ts';
import { staffNoticeBody } from '../../delivery/notice-body.ts';
import { monthToPrepare } from '../../domain/billing/run.ts';
import { formatMonth, jstDay, monthStart } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import { buildStatement } from '../../reports/statement.ts';
import { loadAgency } from '../../rulebook/agency.ts';
import type { Schema } from '../../storage/schema.ts';
import { storeMonth } from '../close-month.ts';
import { statementOf } from '../statements.ts';
import { prepareRun } from './prepare-run.ts';

/** Clients whose statements are made in one turn of the loop. */
const CLIENTS_A_TURN = 20;
/**
 * Statements on their way at once: few enough that a report of a call, which takes its turn among them, is not kept
 * waiting by a month's end (P8).
 */
const OPEN_AT_MOST = 20;
/** Pause before what could not be made is tried again. */
const REST_MS = 300_000;

export interface StatementRuns {
  /** Prepares the run that is due, and takes the approved one a step further. True when there is more to do at once. */
  work(): Promise<boolean>;
}

/**
 * The run of a month, from the first business morning of the next one:
 *
 *   prepared ──a supervisor approves──► approved ──statements stored──► client by client ──last one──► finished
 *
 * Each client is one transaction: its report, which the database takes once a client and month, and the deliveries.
 * Wherever a process is stopped, the next one goes on, and nobody gets a second statement (P4). Several processes share
 * the clients.
 */
export function createStatementRuns(deps: {
  readonly db: Kysely<Schema>;
  readonly addStatement: AddStatement;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Called when deliveries were added. A hint. */
  readonly wake: () => void;
  readonly log: Logger;
}): StatementRuns {
  const { db, clock, log } = deps;
  /** The month and day for which there was nothing to prepare, or a run was there. */
  let looked = '';
  /** Epoch ms. */
  let restUntil = 0;

  return {
    async work() {
      await prepareDue();
      const run = await db
        .selectFrom('statement_runs')
        .select('month')
        .where('approved_at', 'is not', null)
        .where('finished_at', 'is', null)
        .orderBy('month')
        .executeTakeFirst();
      return run === undefined ? false : await goOn(run.month.slice(0, 7));
    },
  };

  async function prepareDue(): Promise<void> {
    const now = clock();
    const month = monthToPrepare(now, await loadAgency(db));
    const look = `${month} ${jstDay(now)}`;
    if (month === null || look === looked) return;
    if (await prepareRun(db, deps, month, { onlyIfUsed: true })) {
      log.info({ month }, 'the statements of a month wait for approval');
    }
    looked = look;
  }

  async function goOn(month: string): Promise<boolean> {
    if (clock().getTime() < restUntil) return false;
    await storeMonth(db, deps, { month });
    let [open, made, after] = [await openStatements(month), 0, ''];
    for (let n = 0; n < CLIENTS_A_TURN && open < OPEN_AT_MOST; n += 1) {
      const next = await nextClient(month, after);
      if (next === undefined) {
        await finish(month);
        if (made === 0 && after !== '') restUntil = clock().getTime() + REST_MS;
        break;
      }
      if (next.deliveries !== null) made += 1;
      open += next.deliveries ?? 0;
      after = next.code;
    }
    if (made > 0) deps.wake();
    return made > 0;
  }

  /** Makes the statement of the next client without one, after a code; undefined when none is left. */
  async function nextClient(
    month: string,
    after: string,
  ): Promise<{ readonly code: string; readonly deliveries: number | null } | undefined> {
    const held: { client?: { readonly id: string; readonly code: string } } = {};
    try {
      return await db.transaction().execute(async (trx) => {
        const client = await takeClient(trx, month, after);
        if (client === undefined) return undefined;
        held.client = client;
        const statement = await statementOf(trx, client.id, month);
        if (statement === undefined) throw new Error('a stored statement is gone');
        const agency = (await loadAgency(trx)) ?? null;
        const view = buildStatement(statement, agency);
        const deliveries = await deps.addStatement(trx, { clientId: client.id, month, view });
        return { code: client.code, deliveries };
      });
    } catch (thrown) {
      const { client } = held;
      if (client === undefined) throw thrown;
      // One client's trouble keeps nobody else waiting (P8), and somebody knows (P3). It is tried again.
      log.error({ client: client.id, month, err: thrown }, 'a statement could not be made');
      await addNotice(db, stuck(month, client), deps);
      return { code: client.code, deliveries: null };
    }
  }

  async function openStatements(month: string): Promise<number> {
    const { rows } = await sql<{ open: number }>`
      select count(*) as open from reports r join deliveries d on d.report_id = r.id
      where r.purpose = 'statement' and r.statement_month = ${monthStart(month)}::date
        and d.state in ('due', 'queued', 'sending') and d.failures = 0
        and (d.state <> 'due' or d.next_attempt_at <= ${clock()})
    `.execute(db);
    return Number(rows[0]?.open ?? 0);
  }

  /** Ended only when every client has its statement: another process may be making one. */
  async function finish(month: string): Promise<void> {
    await sql`
      update statement_runs run set finished_at = ${clock()}
      where run.month = ${monthStart(month)}::date and run.finished_at is null
        and not exists (
          select 1 from statements s where s.month = run.month and not exists (
            select 1 from reports r
            where r.purpose = 'statement' and r.statement_month = s.month and r.client_id = s.client_id
          )
        )
    `.execute(db);
  }
}

/** Locks a client's stored statement, so that each process makes another one. Index: reports_statement. */
async function takeClient(
  trx: Kysely<Schema>,
  month: string,
  after: string,
): Promise<{ readonly id: string; readonly code: string } | undefined> {
  const { rows } = await sql<{ id: string; code: string }>`
    select c.id, c.code from statements s join clients c on c.id = s.client_id
    where s.month = ${monthStart(month)}::date and c.code > ${after}
      and not exists (
        select 1 from reports r
        where r.purpose = 'statement' and r.statement_month = s.month and r.client_id = s.client_id
      )
    order by c.code
    limit 1
    for update of s skip locked
  `.execute(trx);
  return rows[0];
}

function stuck(month: string, client: { readonly id: string; readonly code: string }) {
  return {
    key: `statement-run:${month}:stuck:${client.id}`,
    target: STAFF,
    body: staffNoticeBody([
      '【要対応】ご利用明細を作れない顧客があります。',
      `顧客: ${client.code}`,
      `内容: ${formatMonth(month)}分のご利用明細`,
      'ほかの顧客への送付は続けています。この顧客の分も繰り返し試みます。',
      `確認方法(システムの担当者): ${TYPED} statement ${client.code} ${month}`,
    ]),
  };
}
