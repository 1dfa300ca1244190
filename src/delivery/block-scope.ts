import { type Kysely, sql } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/** Nothing in `scope` is handed out before `until`; a later bar is never brought forward by an earlier one. */
export async function blockScope(
  db: Kysely<Schema>,
  block: { readonly scope: string; readonly until: Date; readonly reason: string },
): Promise<void> {
  await sql`
    insert into blocked_scopes (scope, until, reason) values (${block.scope}, ${block.until}, ${block.reason})
    on conflict (scope) do update
    set until = greatest(blocked_scopes.until, excluded.until), reason = excluded.reason
  `.execute(db);
}
