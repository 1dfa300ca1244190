import { type Kysely, sql } from 'kysely';
import { v7 as newId } from 'uuid';
import { closeMonth } from '../src/billing/close-month.ts';
import { statementsOf } from '../src/billing/statements.ts';
import { monthUsage } from '../src/billing/usage.ts';
import { jstMonth, monthStart } from '../src/domain/calendar.ts';
import { ensureKinds } from '../src/rulebook/defaults.ts';
import { openDatabase } from '../src/storage/database.ts';
import { migrate } from '../src/storage/migrate.ts';
import type { Schema } from '../src/storage/schema.ts';
import { KINDS_FILE, settleDown } from './ledger.ts';
import { createDatabase, dropDatabase, type Servers } from './servers.ts';
import { percentile } from './statistics.ts';
import { seedUsage } from './usage-seed.ts';

/** How large the ledger is that statements are computed from. */
export interface StatementLoad {
  readonly clients: number;
  /** Calls of the month whose statements are computed. */
  readonly monthCalls: number;
  /** Usage events in the table, those of the months before included. */
  readonly events: number;
}

/** Milliseconds of each. */
export interface Statements extends StatementLoad {
  /** Every statement of the month with all its calls; beside it, plain SQL that lists the same calls. */
  readonly all: { readonly ms: number; readonly plainMs: number };
  /** `usage` of one client; beside it, plain SQL that counts the same events. */
  readonly one: { readonly p50: number; readonly p99: number; readonly plainP50: number };
  /** Closing the month: every statement computed and stored. */
  readonly closeMs: number;
  /** How PostgreSQL finds one client's month. */
  readonly plan: readonly string[];
}

/** Clients `usage` is asked for, one after the other. */
const ASKED = 200;

/** Seeds a ledger and measures all statements of a month, the usage of one client, and the closing of the month. */
export async function measureStatements(servers: Servers, load: StatementLoad): Promise<Statements> {
  const name = 'bench_statements';
  const databaseUrl = await createDatabase(servers, name);
  const database = await openDatabase({ databaseUrl, dataDir: '/', statementTimeoutMs: 0 });
  const { db } = database;
  const month = monthBefore(jstMonth(new Date()));
  const first = monthStart(month);
  const clock = () => new Date();
  try {
    await migrate(database, { queueTables: false });
    await ensureKinds(db, { file: KINDS_FILE, newId, clock });
    await seedUsage(db, load, month);
    await settleDown(db);

    const plainMs = await timed(() => plainStatements(db, first));
    let calls = 0;
    const ms = await timed(async () => {
      for await (const statement of statementsOf(db, month)) calls += statement.calls.length;
    });
    if (calls !== load.monthCalls) throw new Error(`${calls} of ${load.monthCalls} calls are on statements`);

    const [one, plain]: [number[], number[]] = [[], []];
    for (let n = 0; n < ASKED; n += 1) {
      const code = `c${Math.floor((n * load.clients) / ASKED)}`;
      one.push(await timed(() => monthUsage(db, month, code)));
      plain.push(await timed(() => plainUsage(db, first, code)));
    }
    const plan = await explainUsage(db, first);
    const closeMs = await timed(() => closeMonth(db, { clock, newId }, { month, by: 'bench' }));
    return {
      ...load,
      all: { ms, plainMs },
      one: { p50: percentile(one, 50), p99: percentile(one, 99), plainP50: percentile(plain, 50) },
      closeMs,
      plan,
    };
  } finally {
    await database.close();
    await dropDatabase(servers, name);
  }
}

/** What somebody would write who needs neither reasons nor tax nor late events: the month's calls by client. */
async function plainStatements(db: Kysely<Schema>, first: string): Promise<unknown> {
  return await sql`
    select e.client_id, e.type, e.amount_yen, call.receipt_number, call.occurred_at, call.addressee_name, call.kind
    from usage_events e join calls call on call.id = e.call_id
    where e.month = ${first}::date order by e.client_id, call.occurred_at
  `.execute(db);
}

function usageQuery(first: string, code: string) {
  return sql<{ 'QUERY PLAN': string }>`
    select type, count(*), sum(amount_yen) from usage_events
    where client_id = (select id from clients where code = ${code}) and month = ${first}::date
    group by type
  `;
}

async function plainUsage(db: Kysely<Schema>, first: string, code: string): Promise<unknown> {
  return await usageQuery(first, code).execute(db);
}

async function explainUsage(db: Kysely<Schema>, first: string): Promise<readonly string[]> {
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, buffers) ${usageQuery(first, 'c7')}
  `.execute(db);
  return rows.map((row) => row['QUERY PLAN']);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function monthBefore(month: string): string {
  return jstMonth(new Date(Date.parse(`${monthStart(month)}T00:00:00+09:00`) - 1));
}
