import type { Kysely } from 'kysely';
import { destinationsOf } from '../clients/destinations.ts';
import { type Destination, type Route, route } from '../domain/roster.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * Everybody a report may be shown to, by the same routing as the first time but without what has been disabled
 * since: a colleague's own address is never among them (P9). Primary destinations first.
 */
export async function concernedBy(
  trx: Kysely<Schema>,
  report: { readonly report_id: string; readonly client_id: string },
): Promise<readonly Destination[]> {
  const { call_id: callId, purpose } = await trx
    .selectFrom('reports')
    .select(['call_id', 'purpose'])
    .where('id', '=', report.report_id)
    .executeTakeFirstOrThrow();
  const { primary, fallbacks } =
    callId === null || purpose === 'usage_notice'
      ? await routeOfClient(trx, report.client_id)
      : await routeOfCall(trx, callId);
  return [...primary, ...fallbacks];
}

/** A digest holds everybody's calls, and other places may have had each of them: only the client's own fallbacks stand in. */
export async function digestStandIns(trx: Kysely<Schema>, clientId: string): Promise<readonly Destination[]> {
  return (await destinationsOf(trx, clientId)).filter(
    ({ rosterMemberId, fallback, disabled }) => rosterMemberId === null && fallback && !disabled,
  );
}

/** Where goes what is for the client as a whole: its own destinations and its responsible person's. */
export async function routeOfClient(trx: Kysely<Schema>, clientId: string): Promise<Route> {
  const responsible = await trx
    .selectFrom('roster_members')
    .select('id')
    .where('client_id', '=', clientId)
    .where('responsible', '=', true)
    .where('active', '=', true)
    .executeTakeFirst();
  return route({
    destinations: await destinationsOf(trx, clientId),
    responsibleMemberId: responsible?.id ?? null,
    addresseeId: null,
  });
}

/** Where a call's report goes, by what the call and its client's file say now. */
export async function routeOfCall(trx: Kysely<Schema>, callId: string): Promise<Route> {
  const call = await trx
    .selectFrom('calls as c')
    .leftJoin('roster_members as responsible', (join) =>
      join
        .onRef('responsible.client_id', '=', 'c.client_id')
        .on('responsible.responsible', '=', true)
        .on('responsible.active', '=', true),
    )
    .select(['c.client_id', 'c.addressee_id', 'responsible.id as responsible_id'])
    .where('c.id', '=', callId)
    .executeTakeFirstOrThrow();
  return route({
    destinations: await destinationsOf(trx, call.client_id),
    responsibleMemberId: call.responsible_id,
    addresseeId: call.addressee_id,
  });
}
