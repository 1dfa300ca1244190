import type { Kysely } from 'kysely';
import type { PlanTerms, StatementLine, StatementSummary } from '../domain/billing/statement.ts';
import type { TaxTotal } from '../domain/billing/tax.ts';
import type { Schema } from '../storage/schema.ts';
import { type MonthSummary, statementOf, summariesOf } from './statements.ts';

/** One client's month in figures: its statement's lines, summed up by what they are for. Yen with tax. */
export interface ClientUsage {
  readonly clientId: string;
  readonly code: string;
  readonly name: string;
  /** JST month, `YYYY-MM`. */
  readonly month: string;
  readonly closed: boolean;
  readonly plan: PlanTerms | null;
  /** Calls of the month that count. */
  readonly counted: number;
  readonly overCalls: number;
  /** Calls found not to count: of this month, and of closed ones before. */
  readonly credited: number;
  readonly baseYen: number;
  readonly overYen: number;
  readonly extrasYen: number;
  /** Less those taken back. */
  readonly surchargeYen: number;
  /** For calls of closed months counted after them. */
  readonly lateYen: number;
  /** Given back for calls of closed months; below zero. */
  readonly creditYen: number;
  /** Entered by hand. */
  readonly correctionYen: number;
  readonly totalYen: number;
  readonly taxYen: number;
  readonly taxes: readonly TaxTotal[];
}

/** A statement's figures. */
export function usageOf(statement: StatementSummary & { readonly closed: boolean }): ClientUsage {
  const yen = (...types: readonly StatementLine['type'][]) =>
    statement.lines.reduce((sum, line) => sum + (types.includes(line.type) ? line.yen : 0), 0);
  const { month, closed, plan, counted, overCalls, credited, totalYen, taxYen, taxes } = statement;
  return {
    clientId: statement.client.id,
    code: statement.client.code,
    name: statement.client.name,
    ...{ month, closed, plan, counted, overCalls, credited },
    baseYen: yen('base'),
    overYen: yen('over'),
    extrasYen: yen('extra'),
    surchargeYen: yen('surcharge', 'surcharge-credit'),
    lateYen: yen('late-call'),
    creditYen: yen('credit'),
    correctionYen: yen('correction'),
    ...{ totalYen, taxYen, taxes },
  };
}

/**
 * Usage of a JST month, by client code: every client with a statement in it.
 * @param month `YYYY-MM`; a RangeError otherwise
 * @param clientCode only this client
 */
export async function monthUsage(
  db: Kysely<Schema>,
  month: string,
  clientCode?: string,
): Promise<readonly ClientUsage[]> {
  const usage: ClientUsage[] = [];
  for await (const summary of clientCode === undefined
    ? summariesOf(db, month)
    : summaryOfCode(db, month, clientCode)) {
    usage.push(usageOf(summary));
  }
  return usage;
}

async function* summaryOfCode(db: Kysely<Schema>, month: string, code: string): AsyncGenerator<MonthSummary> {
  const client = await db.selectFrom('clients').select('id').where('code', '=', code).executeTakeFirst();
  const statement = client && (await statementOf(db, client.id, month));
  if (statement !== undefined) yield statement;
}
