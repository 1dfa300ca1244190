import { type Kysely, sql } from 'kysely';

/**
 * What a client chose about reminders, and the reminders of its calls: one row each, so that the key keeps two
 * processes from making the same one, and a row's lock from sending it twice (P4).
 */
const STATEMENTS: readonly string[] = [
  `alter table clients add column reminders jsonb`,
  `create table reminders (
    call_id uuid not null references calls,
    number integer not null check (number > 0),
    due_at timestamptz not null,
    state text not null check (state in ('waiting', 'queued', 'dropped')),
    report_id uuid unique references reports,
    ended_at timestamptz,
    primary key (call_id, number),
    check ((state = 'queued') = (report_id is not null)),
    check ((state = 'waiting') = (ended_at is null))
  )`,
  `create index reminders_waiting on reminders (due_at) where state = 'waiting'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
