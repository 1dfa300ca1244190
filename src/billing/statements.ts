import type { Kysely } from 'kysely';
import { callsOf, computeStatement } from '../domain/billing/compute-statement.ts';
import type { Statement, StatementSummary } from '../domain/billing/statement.ts';
import { monthStart } from '../domain/calendar.ts';
import type { Schema } from '../storage/schema.ts';
import { type BilledClient, billedClients } from './billed-clients.ts';
import { bookedEvents } from './booked-events.ts';
import { refusedSales } from './refused-sales.ts';
import { storedSummaries } from './stored-statements.ts';
import { extrasOf, plansOf } from './terms.ts';

/** A statement and whether its month is closed: then it never changes (P5). An open month's is as of now. */
export type MonthStatement = Statement & { readonly closed: boolean };
export type MonthSummary = StatementSummary & { readonly closed: boolean };

/** Clients read at once: about 20,000 events at the usual hundred a month. */
const BATCH = 200;

/**
 * A client's statement of a JST month (`YYYY-MM`): stored if the month is closed, else computed from its usage events.
 * Undefined when it has none: no contract with a plan, and no event in that month.
 */
export async function statementOf(
  db: Kysely<Schema>,
  clientId: string,
  month: string,
): Promise<MonthStatement | undefined> {
  const closing = await closingOf(db, month);
  const one = { clientId, after: '', limit: 1 };
  const found = closing?.written
    ? await withCalls(db, await storedSummaries(db, month, one), closing.at)
    : await computeStatements(db, month, await billedClients(db, month, one), closing?.at ?? null);
  return found[0];
}

/**
 * Every statement of a JST month, by client code. They are read in batches, so that any number of them is walked
 * through in little memory.
 */
export async function* statementsOf(db: Kysely<Schema>, month: string): AsyncGenerator<MonthStatement> {
  const closing = await closingOf(db, month);
  if (closing?.written) {
    for await (const batch of storedBatches(db, month)) yield* await withCalls(db, batch, closing.at);
    return;
  }
  for await (const batch of clientBatches(db, month)) {
    yield* await computeStatements(db, month, batch, closing?.at ?? null);
  }
}

/** `statementsOf` without the lists of calls; of a closed month no event is read. */
export async function* summariesOf(db: Kysely<Schema>, month: string): AsyncGenerator<MonthSummary> {
  const closing = await closingOf(db, month);
  if (!closing?.written) {
    yield* statementsOf(db, month);
    return;
  }
  for await (const batch of storedBatches(db, month)) {
    for (const summary of batch) yield { ...summary, closed: true };
  }
}

/**
 * The statements of some clients as the events of their month tell them.
 * @param closedAt when the month was closed; null while it is open
 */
export async function computeStatements(
  db: Kysely<Schema>,
  month: string,
  clients: readonly BilledClient[],
  closedAt: Date | null,
): Promise<readonly MonthStatement[]> {
  if (clients.length === 0) return [];
  const ids = clients.map(({ id }) => id);
  const told = clients.filter(({ tellRefusedSales }) => tellRefusedSales).map(({ id }) => id);
  const plans = await plansOf(db, month, ids);
  const extras = await extrasOf(db, month, ids);
  const events = await bookedEvents(db, month, ids, closedAt);
  const refused = await refusedSales(db, month, told);
  return clients.map(({ id, code, name, contract, tellRefusedSales }) => ({
    ...computeStatement({
      month,
      client: { id, code, name },
      contract,
      plan: plans.get(id) ?? null,
      extras: extras.get(id) ?? [],
      events: events.get(id) ?? [],
      refusedSales: tellRefusedSales ? (refused.get(id) ?? 0) : null,
    }),
    closed: closedAt !== null,
  }));
}

/** Clients with a statement in a month, batch by batch. */
export function clientBatches(db: Kysely<Schema>, month: string): AsyncGenerator<readonly BilledClient[]> {
  return batches(
    (after) => billedClients(db, month, { after, limit: BATCH }),
    ({ code }) => code,
  );
}

function storedBatches(db: Kysely<Schema>, month: string): AsyncGenerator<readonly StatementSummary[]> {
  return batches(
    (after) => storedSummaries(db, month, { after, limit: BATCH }),
    ({ client }) => client.code,
  );
}

async function withCalls(
  db: Kysely<Schema>,
  summaries: readonly StatementSummary[],
  closedAt: Date,
): Promise<readonly MonthStatement[]> {
  const [first] = summaries;
  if (first === undefined) return [];
  const ids = summaries.map(({ client }) => client.id);
  const events = await bookedEvents(db, first.month, ids, closedAt);
  return summaries.map((summary) => ({
    ...summary,
    ...callsOf(events.get(summary.client.id) ?? [], summary.month),
    closed: true,
  }));
}

/** When a month was closed, and whether all its statements are stored; undefined while it is open. */
async function closingOf(
  db: Kysely<Schema>,
  month: string,
): Promise<{ readonly at: Date; readonly written: boolean } | undefined> {
  const row = await db
    .selectFrom('billing_months')
    .select(['closed_at as at', 'written_at'])
    .where('month', '=', monthStart(month))
    .executeTakeFirst();
  return row && { at: row.at, written: row.written_at !== null };
}

/** Batch after batch, each from the client code the last one ended with. */
async function* batches<T>(
  read: (after: string) => Promise<readonly T[]>,
  codeOf: (item: T) => string,
): AsyncGenerator<readonly T[]> {
  for (let after = ''; ; ) {
    const batch = await read(after);
    const last = batch.at(-1);
    if (last === undefined) return;
    yield batch;
    if (batch.length < BATCH) return;
    after = codeOf(last);
  }
}
