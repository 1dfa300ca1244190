import type { Transaction } from 'kysely';
import { destinationsOf } from '../../clients/destinations.ts';
import { routeOfCall } from '../../delivery/concerned.ts';
import type { Destination } from '../../domain/roster.ts';
import type { Schema } from '../../storage/schema.ts';

/**
 * Where a case's reminder goes, to more people each time: first the way of the newest call's report (the person asked
 * for), then to the responsible person as well, then to every destination of the client that works.
 */
export async function remindedPlaces(
  trx: Transaction<Schema>,
  o: { readonly callId: string; readonly clientId: string; readonly number: number },
): Promise<readonly Destination[]> {
  const { primary } = await routeOfCall(trx, o.callId);
  if (o.number <= 1) return primary;
  const working = (await destinationsOf(trx, o.clientId)).filter(({ disabled }) => !disabled);
  if (o.number >= 3) return oncePerPlace([...primary, ...working]);
  const responsible = await trx
    .selectFrom('roster_members')
    .select('id')
    .where('client_id', '=', o.clientId)
    .where('responsible', '=', true)
    .where('active', '=', true)
    .executeTakeFirst();
  const theirs = working.filter(
    ({ rosterMemberId, fallback }) =>
      rosterMemberId === responsible?.id && rosterMemberId !== null && !fallback,
  );
  return oncePerPlace([...primary, ...theirs]);
}

function oncePerPlace(destinations: readonly Destination[]): readonly Destination[] {
  const places = new Map<string, Destination>();
  for (const one of destinations) {
    const place = `${one.channel} ${one.address}`;
    if (!places.has(place)) places.set(place, one);
  }
  return [...places.values()];
}
