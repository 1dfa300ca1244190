import { type Kysely, sql } from 'kysely';

/** A report that speaks of a case as a whole names the event it was made with: what it says is found by that. */
const STATEMENTS: readonly string[] = [
  `alter table reports
    add column case_id uuid,
    add column case_seq integer,
    add foreign key (case_id, case_seq) references case_events (case_id, seq),
    add check ((case_id is null) = (case_seq is null)),
    add check ((purpose in ('case_reminder', 'case_message')) = (case_id is not null)),
    add check (case_id is null or month_count is null)`,
  'create index reports_of_case on reports (case_id) where case_id is not null',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
