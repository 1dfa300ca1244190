import type { Kysely, Transaction } from 'kysely';
import type { ChannelName } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';

/** The channels that destinations of clients who have not ended use, disabled ones included: they may return. */
export async function usedChannels(
  db: Kysely<Schema> | Transaction<Schema>,
): Promise<readonly ChannelName[]> {
  const rows = await db
    .selectFrom('destinations')
    .innerJoin('clients', 'clients.id', 'destinations.client_id')
    .select('destinations.channel')
    .distinct()
    .where('destinations.active', '=', true)
    .where('clients.status', '<>', 'ended')
    .execute();
  return rows.map((row) => row.channel);
}
