import type { Kysely, Transaction } from 'kysely';
import type { AgencyProfile } from '../domain/agency.ts';
import type { Schema } from '../storage/schema.ts';

/** The agency's own data; undefined before the first `agency import`. */
export async function loadAgency(
  db: Kysely<Schema> | Transaction<Schema>,
): Promise<AgencyProfile | undefined> {
  return (await db.selectFrom('agency').select('profile').executeTakeFirst())?.profile;
}
