import type { Kysely } from 'kysely';
import type { StatementLine, StatementSummary } from '../domain/billing/statement.ts';
import { monthStart } from '../domain/calendar.ts';
import type { Schema, StoredStatement } from '../storage/schema.ts';

/** The stored statements of a closed JST month (`YYYY-MM`), by client code, without their calls. */
export async function storedSummaries(
  db: Kysely<Schema>,
  month: string,
  o: { readonly clientId?: string; readonly after: string; readonly limit: number },
): Promise<readonly StatementSummary[]> {
  const { clientId } = o;
  const rows = await db
    .selectFrom('statements as statement')
    .innerJoin('clients as client', 'client.id', 'statement.client_id')
    .select('statement.summary')
    .where('statement.month', '=', monthStart(month))
    .$if(clientId !== undefined, (query) => query.where('statement.client_id', '=', clientId ?? ''))
    .where('client.code', '>', o.after)
    .orderBy('client.code')
    .limit(o.limit)
    .execute();
  return rows.map(({ summary }) => revived(summary));
}

/** Stores statements; those that are stored already stay as they are (P5). */
export async function storeStatements(
  db: Kysely<Schema>,
  statements: readonly StatementSummary[],
): Promise<void> {
  if (statements.length === 0) return;
  await db
    .insertInto('statements')
    .values(
      statements.map((statement) => ({
        month: monthStart(statement.month),
        client_id: statement.client.id,
        counted: statement.counted,
        total_yen: statement.totalYen,
        summary: JSON.stringify(summaryOf(statement)),
      })),
    )
    .onConflict((conflict) => conflict.columns(['month', 'client_id']).doNothing())
    .execute();
}

/** A statement without what is read from its events. */
function summaryOf(statement: StatementSummary): StatementSummary {
  const { month, client, plan, counted, overCalls, credited } = statement;
  const { lines, taxes, totalYen, taxYen, refusedSales } = statement;
  return { month, client, plan, counted, overCalls, credited, lines, taxes, totalYen, taxYen, refusedSales };
}

function revived({ lines, ...summary }: StoredStatement): StatementSummary {
  return {
    ...summary,
    lines: lines.map((line): StatementLine => {
      if (!('call' in line)) return line;
      const { call } = line;
      const named = call && { ...call, occurredAt: new Date(call.occurredAt) };
      // Each kind of line keeps its own rule about whether it names a call.
      return { ...line, call: named } as StatementLine;
    }),
  };
}
