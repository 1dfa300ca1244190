import { type Kysely, sql } from 'kysely';

/**
 * Reports that a supervisor reads before they are sent. Their deliveries are `held`; a row here says since when, why,
 * and what was decided. `round` is raised by everything that happens to it, so that a button shown before decides
 * nothing any more.
 */
const STATEMENTS: readonly string[] = [
  `alter table clients add column review boolean not null default false`,
  `create table reviews (
    call_id uuid primary key references calls,
    state text not null check (state in ('waiting', 'returned', 'sent', 'dropped')),
    round integer not null check (round > 0),
    why text not null check (why in ('trainee', 'client')),
    since timestamptz not null,
    reminders integer not null default 0,
    next_at timestamptz,
    decided_by text,
    decided_name text,
    decided_at timestamptz,
    reason text,
    messages uuid[] not null default '{}',
    check ((state in ('waiting', 'returned')) = (next_at is not null))
  )`,
  `create index reviews_next on reviews (next_at) where next_at is not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
