import { type Kysely, sql } from 'kysely';

/** What clients say about the content of a report, and what became of it. */
const STATEMENTS: readonly string[] = [
  `create table disputes (
    id uuid primary key,
    call_id uuid not null references calls,
    client_id uuid not null references clients,
    delivery_id uuid not null references deliveries,
    via text not null check (via in ('slack', 'link')),
    person text,
    key text not null unique,
    claim text not null check (claim in ('sales', 'wrong')),
    note text,
    kind text not null references kinds (code),
    at timestamptz not null,
    remind_at timestamptz not null,
    reminders integer not null default 0,
    decision text check (decision in ('credited', 'corrected', 'kept')),
    decided_at timestamptz,
    decided_by text,
    decided_name text,
    reason text,
    credit_month date,
    credit_yen integer not null default 0 check (credit_yen >= 0),
    answered_at timestamptz,
    check ((via = 'slack') = (person is not null)),
    check ((decision is null) = (decided_at is null)),
    check ((decision is null) = (decided_by is null)),
    check ((decision is not null and decision = 'kept') = (reason is not null)),
    check (credit_month is null or decision = 'credited'),
    check (decision is not null or answered_at is null)
  )`,
  // One waits at a time; the rest is for a page, the clock and a month's figures.
  'create unique index disputes_open on disputes (call_id) where decision is null',
  'create index disputes_call on disputes (call_id, at desc)',
  'create index disputes_remind on disputes (remind_at) where decision is null',
  'create index disputes_unanswered on disputes (decided_at) where decision is not null and answered_at is null',
  'create index disputes_at on disputes (at)',

  'alter table reports add column about_dispute uuid references disputes',
  // Adds to whatever purposes there are.
  `do $$
    declare known text;
    begin
      select pg_get_expr(conbin, conrelid) into strict known from pg_constraint
      where conrelid = 'reports'::regclass and conname = 'reports_purpose_check';
      alter table reports drop constraint reports_purpose_check;
      execute format(
        'alter table reports add constraint reports_purpose_check check ((%s) or purpose = %L)',
        known, 'dispute_answer'
      );
    end
  $$`,
  `alter table reports
    add check ((purpose = 'dispute_answer') = (about_dispute is not null)),
    add check (about_dispute is null or month_count is null)`,
  // One answer a dispute, ever.
  'create unique index reports_of_dispute on reports (about_dispute) where about_dispute is not null',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
