import { type Kysely, sql } from 'kysely';
import type { RunFigures } from '../../domain/billing/run.ts';
import { monthStart } from '../../domain/calendar.ts';
import type { Schema } from '../../storage/schema.ts';

/** How far a run is. */
export interface RunStanding {
  /** JST month, `YYYY-MM`. */
  readonly month: string;
  readonly figures: RunFigures;
  readonly preparedAt: Date;
  readonly approvedAt: Date | null;
  /** A Slack user id, or `cli:<user>`. */
  readonly approvedBy: string | null;
  readonly finishedAt: Date | null;
  /** Clients with a statement; before the month's are stored, as many as were prepared. */
  readonly clients: number;
  /** Clients whose statement was handed to delivery. */
  readonly sent: number;
  /** Destinations by what became of them; one that a fallback took over is in none. */
  readonly arrived: number;
  readonly underWay: number;
  readonly failed: number;
}

/** A month's run; undefined when there is none. */
export async function runStanding(db: Kysely<Schema>, month: string): Promise<RunStanding | undefined> {
  return (await standings(db, { month, limit: 1 }))[0];
}

/** The newest runs, newest first. */
export async function runStandings(db: Kysely<Schema>, limit: number): Promise<readonly RunStanding[]> {
  return await standings(db, { month: null, limit });
}

/** Indexes: reports_statement, then deliveries by their report. */
async function standings(
  db: Kysely<Schema>,
  o: { readonly month: string | null; readonly limit: number },
): Promise<readonly RunStanding[]> {
  const only = o.month === null ? null : monthStart(o.month);
  const { rows } = await sql<RunStanding & { readonly stored: number }>`
    select to_char(run.month, 'YYYY-MM') as month, run.figures, run.prepared_at as "preparedAt",
      run.approved_at as "approvedAt", run.approved_by as "approvedBy", run.finished_at as "finishedAt",
      (select count(*) from statements s where s.month = run.month and closed.written_at is not null) as stored,
      coalesce(told.reports, 0) as sent, coalesce(told.arrived, 0) as arrived,
      coalesce(told.under_way, 0) as "underWay", coalesce(told.failed, 0) as failed
    from statement_runs run
    left join billing_months closed on closed.month = run.month
    left join lateral (
      select count(distinct r.id) as reports,
        count(*) filter (where d.state = 'delivered') as arrived,
        count(*) filter (where d.state in ('held', 'due', 'queued', 'sending', 'uncertain')) as under_way,
        count(*) filter (where d.state = 'failed') as failed
      from reports r left join deliveries d on d.report_id = r.id
      where r.purpose = 'statement' and r.statement_month = run.month
    ) told on true
    where ${only}::date is null or run.month = ${only}::date
    order by run.month desc limit ${o.limit}
  `.execute(db);
  return rows.map(({ stored, ...row }) => ({
    ...row,
    clients: Number(stored) || row.figures.clients,
    sent: Number(row.sent),
    arrived: Number(row.arrived),
    underWay: Number(row.underWay),
    failed: Number(row.failed),
  }));
}
