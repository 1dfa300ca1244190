import { type Kysely, sql } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/**
 * Marks a destination as not reachable, so that later reports go to the client's fallback at once; with it every
 * other row of the client for the same address, such as a roster member's own. True when this call did it, false
 * when it was so already.
 */
export async function disableDestination(
  db: Kysely<Schema>,
  destinationId: string,
  reason: string,
  now: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update destinations same set disabled_at = ${now}, disabled_reason = ${reason}
    from destinations named
    where named.id = ${destinationId} and named.client_id = same.client_id
      and named.channel = same.channel and named.address = same.address
      and same.active and same.disabled_at is null
  `.execute(db);
  return (numAffectedRows ?? 0n) > 0n;
}
