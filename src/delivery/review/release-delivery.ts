import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.ts';
import { DIGEST } from '../digest/enter-digest.ts';
import type { OperationResult } from '../operations.ts';
import { sendReview } from './decide.ts';
import type { ReleaseDeps } from './release-held.ts';

/**
 * 送信 at the terminal, for when Slack is away or nobody there may press: everything that is held of the delivery's
 * call becomes due.
 */
export async function releaseDelivery(
  db: Kysely<Schema>,
  o: ReleaseDeps & { readonly id: string; readonly actor: string },
): Promise<OperationResult> {
  const delivery = await db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select(['d.state', 'd.reason', 'r.call_id as callId'])
    .where('d.id', '=', o.id)
    .executeTakeFirst();
  if (delivery === undefined) return { type: 'refused', message: `there is no delivery ${o.id}` };
  const { state, callId } = delivery;
  // A statement is never held.
  if (state !== 'held' || callId === null) {
    return { type: 'refused', message: `it is ${state}: only a held delivery can be released` };
  }
  if (delivery.reason === DIGEST) {
    return { type: 'refused', message: 'it waits for the digest of its destination' };
  }
  const by = { id: o.actor, name: o.actor };
  const result = await sendReview({ ...o, db }, { callId, round: null, by });
  return result.type === 'done'
    ? { type: 'done' }
    : { type: 'refused', message: 'somebody else decided about it just now, or it has nowhere to go' };
}
