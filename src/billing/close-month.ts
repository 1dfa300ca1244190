import { type Kysely, sql, type Transaction } from 'kysely';
import { addDays, jstMonth, monthStart, nextMonth } from '../domain/calendar.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import { lastClosedMonth } from './months.ts';
import { clientBatches, computeStatements, type MonthSummary, summariesOf } from './statements.ts';
import { storeStatements } from './stored-statements.ts';

/** What a month comes to over all clients. Yen with tax. */
export interface MonthTotals {
  readonly month: string;
  readonly statements: number;
  readonly counted: number;
  readonly totalYen: number;
  readonly taxYen: number;
  /** Events booked so far: whoever approves these totals approves so many and no more. */
  readonly events: number;
}

export type CloseResult =
  /** Also when it was closed before; its statements are all stored now. */
  | { readonly type: 'closed'; readonly statements: number }
  | {
      readonly type: 'refused';
      readonly why:
        | { readonly type: 'not-over' }
        /** An earlier month has to be closed first. */
        | { readonly type: 'earlier-open'; readonly month: string }
        /** Something was booked since the totals were looked at. */
        | { readonly type: 'changed' };
    };

/** Months before the one being closed that an entry could still be on its way to. */
const EARLIER_MONTHS = 12;

/** The totals of a JST month (`YYYY-MM`), to be looked at before it is closed, and each statement in passing. */
export async function monthTotals(
  db: Kysely<Schema>,
  month: string,
  onStatement: (statement: MonthSummary) => void = () => {},
): Promise<MonthTotals> {
  // Counted before the statements are read: what comes in between makes the closing refuse, never the reverse.
  const events = await bookedCount(db, month);
  let [statements, counted, totalYen, taxYen] = [0, 0, 0, 0];
  for await (const statement of summariesOf(db, month)) {
    statements += 1;
    counted += statement.counted;
    totalYen += statement.totalYen;
    taxYen += statement.taxYen;
    onStatement(statement);
  }
  return { month, statements, counted, totalYen, taxYen, events };
}

/**
 * Closes a JST month (`YYYY-MM`) for good (P5): from then on the database itself takes nothing for it, and what comes
 * late is booked in the next one. Months are closed one after the other, when they are over.
 *
 * First the month is closed, in a moment during which entries for it wait; then its statements are stored batch by
 * batch. Called again after a crash it goes on where it stopped; called twice at once, both do the same.
 * @param o.seenEvents refuses when other events are booked than in the totals somebody approved
 */
export async function closeMonth(
  db: Kysely<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  o: {
    readonly month: string;
    readonly by: string;
    readonly seenEvents?: number;
    /** How many statements are stored so far. */
    readonly onProgress?: (stored: number) => void;
  },
): Promise<CloseResult> {
  const refused = await shutMonth(db, deps, o);
  if (refused !== null) return { type: 'refused', why: refused };
  return { type: 'closed', statements: await storeMonth(db, deps, o) };
}

/**
 * The first half of `closeMonth`: shuts the month, or says why not. Null also when it was shut before.
 * @param o.alongside done in the same transaction, when the month is shut by its end
 */
export async function shutMonth(
  db: Kysely<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  o: {
    readonly month: string;
    readonly by: string;
    readonly seenEvents?: number;
    readonly alongside?: (trx: Transaction<Schema>) => Promise<void>;
  },
): Promise<Refusal | null> {
  return await db.transaction().execute(async (trx) => {
    const refused = await shut(trx, deps, o);
    if (refused === null) await o.alongside?.(trx);
    return refused;
  });
}

/**
 * The second half: stores the statements of a month that is shut, those not stored yet. Returns how many it has. May be
 * stopped anywhere and called again, also twice at once.
 */
export async function storeMonth(
  db: Kysely<Schema>,
  deps: { readonly clock: Clock },
  o: { readonly month: string; readonly onProgress?: (stored: number) => void },
): Promise<number> {
  const month = await db
    .selectFrom('billing_months')
    .select(['closed_at', 'written_at'])
    .where('month', '=', monthStart(o.month))
    .executeTakeFirst();
  let stored = 0;
  if (month !== undefined && month.written_at === null) {
    for await (const batch of clientBatches(db, o.month)) {
      await storeStatements(db, await computeStatements(db, o.month, batch, month.closed_at));
      stored += batch.length;
      o.onProgress?.(stored);
    }
    await db
      .updateTable('billing_months')
      .set({ written_at: deps.clock() })
      .where('month', '=', monthStart(o.month))
      .where('written_at', 'is', null)
      .execute();
  }
  const { statements } = await db
    .selectFrom('statements')
    .select((eb) => eb.fn.countAll<number>().as('statements'))
    .where('month', '=', monthStart(o.month))
    .executeTakeFirstOrThrow();
  return Number(statements);
}

export type Refusal = Extract<CloseResult, { type: 'refused' }>['why'];

async function shut(
  trx: Transaction<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  o: { readonly month: string; readonly by: string; readonly seenEvents?: number },
): Promise<Refusal | null> {
  const now = deps.clock();
  if (o.month >= jstMonth(now)) return { type: 'not-over' };
  // Prices and contracts are not imported meanwhile, and nobody else closes.
  await sql`select pg_advisory_xact_lock(hashtext('toritsugi import'))`.execute(trx);
  const last = await lastClosedMonth(trx);
  if (last !== null && o.month <= last) return null;
  const earlier = last === null ? await firstMonth(trx) : nextMonth(last);
  if (earlier !== null && earlier < o.month) return { type: 'earlier-open', month: earlier };

  await sql`select close_month_lock(${monthsBefore(o.month, EARLIER_MONTHS)}::date, ${monthStart(o.month)}::date)`.execute(
    trx,
  );
  if (last === null && (await firstMonth(trx, o.month)) !== null) return { type: 'changed' };
  if (o.seenEvents !== undefined && o.seenEvents !== (await bookedCount(trx, o.month))) {
    return { type: 'changed' };
  }
  await trx
    .insertInto('billing_months')
    .values({ month: monthStart(o.month), closed_at: now, closed_by: o.by, written_at: null })
    .execute();
  await trx
    .insertInto('audit_log')
    .values({
      id: deps.newId(),
      at: now,
      actor: o.by,
      action: 'month.closed',
      subject_type: 'month',
      subject_id: o.month,
      detail: JSON.stringify({}),
    })
    .execute();
  return null;
}

/** The first month with events, before another one if given; by index usage_events_client_month, client by client. */
async function firstMonth(trx: Kysely<Schema>, before?: string): Promise<string | null> {
  const limit = before === undefined ? null : monthStart(before);
  const { rows } = await sql<{ month: string | null }>`
    select min(first.month) as month from clients
    cross join lateral (
      select month from usage_events where client_id = clients.id order by month limit 1
    ) first
    where ${limit}::date is null or first.month < ${limit}::date
  `.execute(trx);
  return rows[0]?.month?.slice(0, 7) ?? null;
}

/** Events booked in a month; by index usage_events_client_month, client by client. */
async function bookedCount(db: Kysely<Schema>, month: string): Promise<number> {
  const { rows } = await sql<{ events: number }>`
    select coalesce(sum(booked.events), 0) as events from clients
    cross join lateral (
      select count(*) as events from usage_events
      where client_id = clients.id and month = ${monthStart(month)}::date
    ) booked
  `.execute(db);
  return Number(rows[0]?.events ?? 0);
}

/** First day of the month so many before another. */
function monthsBefore(month: string, count: number): string {
  let first = monthStart(month);
  for (let n = 0; n < count; n += 1) first = `${addDays(first, -1).slice(0, 7)}-01`;
  return first;
}
