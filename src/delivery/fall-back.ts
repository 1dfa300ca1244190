import type { Kysely } from 'kysely';
import { destinationsOf } from '../clients/destinations.ts';
import { type Destination, route } from '../domain/roster.ts';
import type { Schema } from '../storage/schema.ts';
import type { AddDeliveries } from './add-deliveries.ts';

/**
 * Queues a report for the next destination that may stand in, in the caller's transaction, which also ends or
 * cancels the original: re-enabling or retrying that one later can then never double (P4).
 *
 * - `queued`: a stand-in has it now.
 * - `others`: no stand-in is left, but another delivery of the same report arrived or still may.
 * - `nobody`: the report has nowhere left to go; the caller tells staff (P3).
 */
export type FallBack = (
  trx: Kysely<Schema>,
  original: { readonly id: string; readonly report_id: string; readonly client_id: string },
) => Promise<'queued' | 'others' | 'nobody'>;

export function createFallBack(deps: { readonly addDeliveries: AddDeliveries }): FallBack {
  return async (trx, original) => {
    const siblings = await trx
      .selectFrom('deliveries')
      .select(['id', 'channel', 'address', 'state'])
      .where('report_id', '=', original.report_id)
      .execute();
    const taken = new Set(siblings.map(target));
    const standIn = (await concerned(trx, original)).find((destination) => !taken.has(target(destination)));
    if (standIn !== undefined) {
      const added = await deps.addDeliveries(trx, {
        reportId: original.report_id,
        destinations: [standIn],
        replaces: original.id,
      });
      if (added.length > 0) return 'queued';
    }
    const someoneElse = siblings.some(
      ({ id, state }) => id !== original.id && state !== 'failed' && state !== 'cancelled',
    );
    return someoneElse ? 'others' : 'nobody';
  };
}

/**
 * Everybody this report may be shown to, by the same routing as the first time but without what has been
 * disabled since: a colleague's own address is never among them (P9).
 */
async function concerned(
  trx: Kysely<Schema>,
  original: { readonly report_id: string; readonly client_id: string },
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
    .where('r.id', '=', original.report_id)
    .executeTakeFirstOrThrow();
  const { primary, fallbacks } = route({
    destinations: await destinationsOf(trx, original.client_id),
    responsibleMemberId: call.responsible_id,
    addresseeId: call.addressee_id,
  });
  return [...primary, ...fallbacks];
}

function target(o: { readonly channel: string; readonly address: string }): string {
  return `${o.channel} ${o.address}`;
}
