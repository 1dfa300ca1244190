import { type Kysely, sql } from 'kysely';

/**
 * Statements go out like reports, as reports of no call: one a client and month, which the database guards, so that a
 * run killed half-way goes on without a second one (P4).
 */
const STATEMENTS: readonly string[] = [
  `create table statement_runs (
    month date primary key check (extract(day from month) = 1),
    prepared_at timestamptz not null,
    figures jsonb not null,
    approved_at timestamptz,
    approved_by text,
    finished_at timestamptz,
    shown text,
    check ((approved_at is null) = (approved_by is null)),
    check (finished_at is null or approved_at is not null)
  )`,
  `create index statement_runs_open on statement_runs (month) where approved_at is not null and finished_at is null`,
  `alter table reports
    alter column call_id drop not null,
    add column statement_month date check (extract(day from statement_month) = 1),
    add column content jsonb`,
  // Whatever purposes there are, and this one.
  `do $$
  declare allowed text;
  begin
    select pg_get_constraintdef(oid) into strict allowed from pg_constraint
      where conrelid = 'reports'::regclass and conname = 'reports_purpose_check';
    alter table reports drop constraint reports_purpose_check;
    execute 'alter table reports add constraint reports_purpose_check '
      || replace(allowed, 'ARRAY[', 'ARRAY[''statement''::text, ');
  end $$`,
  `alter table reports
    add constraint reports_call_check check ((purpose = 'statement') = (call_id is null)),
    add constraint reports_statement_check check (
      (purpose = 'statement') = (statement_month is not null) and (purpose = 'statement') = (content is not null)
    )`,
  `create unique index reports_statement on reports (statement_month, client_id) where purpose = 'statement'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
