import { type Kysely, sql } from 'kysely';

/**
 * What draining and a large ledger showed.
 *
 * A delivery's row is written anew with each of its three changes of state, its body only once. Kept apart from the
 * row, uncompressed, the body is not copied along: PostgreSQL's and the worker's share of a drained delivery both fall
 * by about a tenth.
 */
const STATEMENTS: readonly string[] = [
  'alter table deliveries alter column body set storage external',
  'alter table deliveries set (toast_tuple_target = 128)',
  // In words that only the relay's own statements use, so that no other index is read in their place.
  'drop index deliveries_due',
  `create index deliveries_due on deliveries (client_id, urgent desc, next_attempt_at, id)
    where coalesce(state, '') = 'due'`,
  'drop index deliveries_urgent_due',
  `create index deliveries_urgent_due on deliveries (client_id) where coalesce(state, '') = 'due' and urgent`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
