import type { Kysely } from 'kysely';
import type { Schema } from '../storage/schema.ts';
import type { AddDeliveries } from './add-deliveries.ts';
import { concernedBy, digestStandIns } from './concerned.ts';

/**
 * Queues a report for the next destination that may stand in, in the caller's transaction, which also ends or
 * cancels the original: re-enabling or retrying that one later can then never double (P4).
 *
 * - `queued`: a stand-in has it now.
 * - `others`: no stand-in is left, but another delivery of the same report arrived or still may; or it was but the
 *   word about a destination of which staff was told when it was switched off; or its call was corrected or taken back.
 * - `nobody`: the report has nowhere left to go; the caller tells staff (P3).
 *
 * Deliveries of one report that fail at the same moment are judged one after the other, or each would take the
 * other for one that still may arrive, and nobody would be told.
 */
export type FallBack = (
  trx: Kysely<Schema>,
  original: { readonly id: string; readonly report_id: string; readonly client_id: string },
) => Promise<'queued' | 'others' | 'nobody'>;

export function createFallBack(deps: { readonly addDeliveries: AddDeliveries }): FallBack {
  return async (trx, original) => {
    const { purpose, superseded_at: supersededAt } = await trx
      .selectFrom('reports')
      .select(['purpose', 'superseded_at'])
      .where('id', '=', original.report_id)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    // What took its place goes its own way.
    if (supersededAt !== null) return 'others';
    const siblings = await trx
      .selectFrom('deliveries')
      .select(['id', 'channel', 'address', 'state'])
      .where('report_id', '=', original.report_id)
      .execute();
    const taken = new Set(siblings.map(target));
    const places =
      purpose === 'digest' ? await digestStandIns(trx, original.client_id) : await concernedBy(trx, original);
    const standIn = places.find((destination) => !taken.has(target(destination)));
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
    if (someoneElse) return 'others';
    return purpose === 'destination_notice' ? 'others' : 'nobody';
  };
}

function target(o: { readonly channel: string; readonly address: string }): string {
  return `${o.channel} ${o.address}`;
}
