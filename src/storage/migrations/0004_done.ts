import { type Kysely, sql } from 'kysely';

/** The client's word that a call is dealt with (対応済み): one a call, the first one said. */
const STATEMENTS: readonly string[] = [
  `create table done_marks (
    call_id uuid primary key references calls,
    delivery_id uuid not null references deliveries,
    via text not null check (via in ('slack', 'link')),
    person text,
    at timestamptz not null,
    check ((via = 'slack') = (person is not null))
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
