import { type Kysely, sql } from 'kysely';

/** What an operator is shown while entering a call is looked up at every entry. */
const STATEMENTS: readonly string[] = [
  // Earlier calls from a number to a client, and whether a call is on record already.
  `create index calls_client_number on calls (client_id, number_e164, occurred_at desc)
    where number_e164 is not null`,
  // The clients an operator took calls for last.
  `create index calls_operator_recorded on calls (operator_id, recorded_at desc)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
