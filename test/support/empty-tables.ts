import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/storage/schema.ts';

/** Where a test's own rows begin; whatever refers to these goes with them. */
const ROOTS = [
  'clients',
  'billing_months',
  'statement_runs',
  'receipt_days',
  'blocked_scopes',
  'notices',
  'drafts',
  'audit_log',
  'homes',
];

/**
 * Empties everything a test may have written, and leaves the rules. By `delete`: a few rows are gone in milliseconds,
 * where `truncate` makes a file anew for every table and index. The database itself guards usage, months and cases
 * against this (P5); only a test may take the guards off.
 */
export async function emptyTables(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql
      .raw(
        `do $$
        declare name regclass;
        begin
          for name in
            with recursive reached as (
              select unnest(array[${ROOTS.map((root) => `'${root}'`).join(', ')}]::regclass[]) as oid
              union
              select c.conrelid::regclass from pg_constraint c join reached on c.confrelid = reached.oid
              where c.contype = 'f'
            )
            select oid from reached
          loop
            execute format('delete from %s', name);
          end loop;
        end $$`,
      )
      .execute(trx);
  });
}
