import { type Kysely, sql } from 'kysely';

/**
 * What may happen to a call after it was recorded. The call's row says what holds now; each change keeps what held
 * before it, so that a correction can say what changed.
 */
const STATEMENTS: readonly string[] = [
  `alter table calls
    add column revision integer not null default 1 check (revision > 0),
    add column retracted_at timestamptz`,
  `create table call_changes (
    id uuid primary key,
    key text not null unique,
    call_id uuid not null references calls,
    revision integer not null check (revision > 1),
    type text not null check (type in ('corrected', 'retracted', 'reclassified')),
    before jsonb not null,
    actor text not null,
    reason text,
    at timestamptz not null,
    unique (call_id, revision)
  )`,
  `alter table reports
    add column revision integer not null default 1 check (revision > 0),
    add column changed_from integer,
    add column superseded_at timestamptz,
    add check ((purpose = 'correction') = (changed_from is not null)),
    add check (changed_from < revision)`,
  // Which message a later one continues, and where that one stands as far as it was known then.
  `alter table deliveries
    add column superseded boolean not null default false,
    add column answers uuid references deliveries,
    add column answers_receipt jsonb,
    add check (answers_receipt is null or answers is not null)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
