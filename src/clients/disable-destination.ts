import type { Kysely } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/**
 * Marks a destination as not reachable, so that later reports go to the client's fallback at once. True when
 * this call did it, false when it was so already.
 */
export async function disableDestination(
  db: Kysely<Schema>,
  destinationId: string,
  reason: string,
  now: Date,
): Promise<boolean> {
  const result = await db
    .updateTable('destinations')
    .set({ disabled_at: now, disabled_reason: reason })
    .where('id', '=', destinationId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
