import { type Kysely, sql } from 'kysely';
import { addNotice } from '../../delivery/notice.ts';
import { isOutlier, type Outlier, type RunFigures, usualMonths } from '../../domain/billing/run.ts';
import { monthStart } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import { loadAgency } from '../../rulebook/agency.ts';
import type { Schema } from '../../storage/schema.ts';
import { monthTotals } from '../close-month.ts';
import { lastClosedMonth } from '../months.ts';
import { runMessage, runNotice, shownAs } from './run-message.ts';
import { runStanding } from './run-standing.ts';

/** Told to supervisors and kept with the run; the export has all of them. */
const OUTLIERS_AT_MOST = 50;

/**
 * Prepares the run of a JST month (`YYYY-MM`) and asks supervisors about it. One a month, however many processes do so
 * at once; false when there was one already, or no client has a statement.
 * @param o.onlyIfUsed not for a month before the first call was counted, when the agency did not work with this yet
 */
export async function prepareRun(
  db: Kysely<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  month: string,
  o: { readonly onlyIfUsed?: boolean } = {},
): Promise<boolean> {
  if ((await runStanding(db, month)) !== undefined) return false;
  const figures = await runFigures(db, month);
  if (figures.clients === 0) return false;
  if (o.onlyIfUsed && figures.events === 0 && (await lastClosedMonth(db)) === null) return false;
  return await db.transaction().execute(async (trx) => {
    const added = await trx
      .insertInto('statement_runs')
      .values({
        month: monthStart(month),
        prepared_at: deps.clock(),
        figures: JSON.stringify(figures),
      })
      .onConflict((conflict) => conflict.column('month').doNothing())
      .returning('month')
      .execute();
    if (added.length === 0) return false;
    const standing = await runStanding(trx, month);
    if (standing === undefined) return false;
    const body = runMessage(standing);
    await trx
      .updateTable('statement_runs')
      .set({ shown: shownAs(body) })
      .where('month', '=', monthStart(month))
      .execute();
    await addNotice(trx, { ...runNotice(month), body }, deps);
    return true;
  });
}

/** Looks at the month anew, because something was booked since; only while nobody has approved it. */
export async function refreshRun(db: Kysely<Schema>, month: string): Promise<void> {
  const figures = await runFigures(db, month);
  await db
    .updateTable('statement_runs')
    .set({ figures: JSON.stringify(figures) })
    .where('month', '=', monthStart(month))
    .where('approved_at', 'is', null)
    .execute();
}

/** What there is to approve. */
async function runFigures(db: Kysely<Schema>, month: string): Promise<RunFigures> {
  const usual = await usualTotals(db, month);
  const outliers: Outlier[] = [];
  const withoutPlan: string[] = [];
  const { statements, counted, totalYen, taxYen, events } = await monthTotals(db, month, (statement) => {
    const { id, code, name } = statement.client;
    const usualYen = usual.get(id);
    if (usualYen !== undefined && isOutlier(statement.totalYen, usualYen)) {
      outliers.push({ code, name, totalYen: statement.totalYen, usualYen });
    }
    if (statement.plan === null && statement.counted > 0) withoutPlan.push(code);
  });
  const agency = await loadAgency(db);
  return {
    clients: statements,
    counted,
    totalYen,
    taxYen,
    events,
    outliers: outliers.toSorted((a, b) => b.totalYen - a.totalYen).slice(0, OUTLIERS_AT_MOST),
    withoutPlan,
    registered: agency?.registrationNumber != null,
  };
}

/** Each client's mean over the closed months among the last three, whole yen; by the primary key of `statements`. */
async function usualTotals(db: Kysely<Schema>, month: string): Promise<ReadonlyMap<string, number>> {
  const months = usualMonths(month).map(monthStart);
  const { rows } = await sql<{ clientId: string; usual: number }>`
    select client_id as "clientId", round(avg(total_yen))::integer as usual
    from statements where month = any(${months}::date[])
    group by client_id
  `.execute(db);
  return new Map(rows.map(({ clientId, usual }) => [clientId, usual]));
}
