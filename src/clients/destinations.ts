import type { Kysely, Transaction } from 'kysely';
import type { Destination } from '../domain/roster.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * A client's destinations, its own and its roster members', in order. Disabled ones are included and marked;
 * those taken out of the client's file are not.
 */
export async function destinationsOf(
  db: Kysely<Schema> | Transaction<Schema>,
  clientId: string,
): Promise<readonly Destination[]> {
  const rows = await db
    .selectFrom('destinations')
    .select([
      'id',
      'roster_member_id as rosterMemberId',
      'channel',
      'address',
      'mention',
      'position',
      'fallback',
      'disabled_at as disabledAt',
    ])
    .where('client_id', '=', clientId)
    .where('active', '=', true)
    .orderBy('position')
    .orderBy('id')
    .execute();
  return rows.map(({ disabledAt, ...destination }) => ({ ...destination, disabled: disabledAt !== null }));
}
