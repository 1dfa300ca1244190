import { type Kysely, sql } from 'kysely';
import { nextCut } from '../../domain/digest.ts';
import type { ChannelName } from '../../domain/outcome.ts';
import type { Schema } from '../../storage/schema.ts';

/** `reason` of a held delivery that waits for its digest, and of one that was cancelled because it went out in it. */
export const DIGEST = 'digest';

/**
 * Enters a call's first report for the digests of the places it goes to, in the caller's transaction. Urgent and flagged
 * calls wait for no digest; they are listed in those of places that get everything at once besides.
 *
 * Returns the destinations that get it in a digest only: their deliveries are to be held. A call that went out in a
 * place's digest never comes into a second one; what is still to be said there is said at once.
 */
export async function enterDigests(
  trx: Kysely<Schema>,
  o: {
    readonly reportId: string;
    readonly callId: string;
    readonly clientId: string;
    readonly destinations: readonly {
      readonly id: string;
      readonly channel: ChannelName;
      readonly address: string;
    }[];
    readonly now: Date;
  },
): Promise<ReadonlySet<string>> {
  if (o.destinations.length === 0) return new Set();
  const chosen = await trx
    .selectFrom('destinations')
    .select(['id', 'digest_at as at', 'immediate'])
    .where(
      'id',
      'in',
      o.destinations.map(({ id }) => id),
    )
    .where('digest_at', 'is not', null)
    .execute();
  if (chosen.length === 0) return new Set();
  const { rule, urgent } = await trx
    .selectFrom('calls')
    .select(['rule', 'urgent'])
    .where('id', '=', o.callId)
    .executeTakeFirstOrThrow();
  const atOnce = urgent || rule.flagged;
  const held = new Set<string>();
  for (const { id, at, immediate } of chosen) {
    const place = o.destinations.find((destination) => destination.id === id);
    if (place === undefined || at === null || (atOnce && !immediate)) continue;
    const { rows } = await sql`
      insert into digest_items (call_id, channel, address, client_id, only_there, state, due_at, report_id)
      values (${o.callId}, ${place.channel}, ${place.address}, ${o.clientId}, ${!immediate}, 'waiting',
        ${nextCut(o.now, at)}, ${o.reportId})
      on conflict (call_id, channel, address) do update
      set state = 'waiting', only_there = excluded.only_there, report_id = excluded.report_id,
        -- A call that was changed keeps its digest.
        due_at = case digest_items.state when 'waiting' then least(digest_items.due_at, excluded.due_at)
          else excluded.due_at end
      where digest_items.state <> 'out'
      returning 1
    `.execute(trx);
    if (rows.length > 0 && !immediate) held.add(id);
  }
  return held;
}
