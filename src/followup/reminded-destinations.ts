import type { Transaction } from 'kysely';
import { destinationsOf } from '../clients/destinations.ts';
import { concernedBy } from '../delivery/concerned.ts';
import type { Destination } from '../domain/roster.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * Where a call is reminded of, among what still works: the own destinations of the people the client named for
 * reminders; with none named, or none of theirs in working order, where the report arrived; else whoever would get
 * the report today.
 */
export async function remindedDestinations(
  trx: Transaction<Schema>,
  o: { readonly callId: string; readonly clientId: string; readonly names: readonly string[] },
): Promise<readonly Destination[]> {
  const working = (await destinationsOf(trx, o.clientId)).filter(({ disabled }) => !disabled);
  const named = await ofPeople(trx, o, working);
  if (named.length > 0) return named;
  const report = await trx
    .selectFrom('reports')
    .select('id')
    .where('call_id', '=', o.callId)
    .where('purpose', 'in', ['initial', 'correction'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (report === undefined) return [];
  const arrived = await trx
    .selectFrom('deliveries')
    .select(['channel', 'address'])
    .where('report_id', '=', report.id)
    .where('state', '=', 'delivered')
    .execute();
  const concerned = await concernedBy(trx, { report_id: report.id, client_id: o.clientId });
  const same = concerned.filter((one) =>
    arrived.some(({ channel, address }) => channel === one.channel && address === one.address),
  );
  return same.length > 0 ? same : concerned.filter(({ fallback }) => !fallback);
}

async function ofPeople(
  trx: Transaction<Schema>,
  o: { readonly clientId: string; readonly names: readonly string[] },
  working: readonly Destination[],
): Promise<readonly Destination[]> {
  if (o.names.length === 0) return [];
  const people = await trx
    .selectFrom('roster_members')
    .select('id')
    .where('client_id', '=', o.clientId)
    .where('active', '=', true)
    .where('name', 'in', o.names)
    .execute();
  const ids = new Set(people.map(({ id }) => id));
  const theirs = working.filter((one) => one.rosterMemberId !== null && ids.has(one.rosterMemberId));
  const primary = theirs.filter(({ fallback }) => !fallback);
  return primary.length > 0 ? primary : theirs;
}
