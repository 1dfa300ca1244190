import { type Kysely, sql } from 'kysely';

/** When a case's card may be sent again, and one note an operator a call. */
const STATEMENTS: readonly string[] = [
  'alter table cases add column card_next_at timestamptz',
  'drop index operator_notes_of',
  'create unique index operator_notes_one on operator_notes (call_id, operator_id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
