import type { Kysely } from 'kysely';
import { destinationsOf } from '../clients/destinations.ts';
import { type Destination, route } from '../domain/roster.ts';
import type { Schema } from '../storage/schema.ts';

/**
 * Everybody a report may be shown to, by the same routing as the first time but without what has been disabled
 * since: a colleague's own address is never among them (P9). Primary destinations first.
 */
export async function concernedBy(
  trx: Kysely<Schema>,
  report: { readonly report_id: string; readonly client_id: string },
): Promise<readonly Destination[]> {
  const call = await trx
    .selectFrom('reports as r')
    .innerJoin('calls as c', 'c.id', 'r.call_id')
    .leftJoin('roster_members as responsible', (join) =>
      join
        .onRef('responsible.client_id', '=', 'c.client_id')
        .on('responsible.responsible', '=', true)
        .on('responsible.active', '=', true),
    )
    .select(['c.addressee_id', 'responsible.id as responsible_id'])
    .where('r.id', '=', report.report_id)
    .executeTakeFirstOrThrow();
  const { primary, fallbacks } = route({
    destinations: await destinationsOf(trx, report.client_id),
    responsibleMemberId: call.responsible_id,
    addresseeId: call.addressee_id,
  });
  return [...primary, ...fallbacks];
}
