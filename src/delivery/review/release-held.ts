import { type Kysely, sql } from 'kysely';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AddDeliveries } from '../add-deliveries.ts';
import { undeliverableNotice } from '../alert-text.ts';
import { routeOfCall } from '../concerned.ts';
import { DIGEST } from '../digest/enter-digest.ts';
import { addNotice } from '../notice.ts';
import type { ReportText } from '../report-text.ts';

export interface ReleaseDeps {
  readonly addDeliveries: AddDeliveries;
  readonly reportText: ReportText;
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * Makes what is held of a call due, in the caller's transaction; how many deliveries that is. What goes there in a digest only joins the
 * next one. Its waiting counts anew
 * from here: a fallback is for what could not be sent, not for what nobody had read yet.
 *
 * A place that was taken out of the client's file meanwhile gets nothing any more (P9). Where that leaves a report
 * without any, it goes to where the call's report would go now; is there none, staff is told (P3).
 */
export async function releaseHeld(
  deps: ReleaseDeps,
  trx: Kysely<Schema>,
  callId: string,
  now: Date,
): Promise<number> {
  for (const reportId of await leaveRemovedPlaces(trx, callId, now)) {
    const { primary } = await routeOfCall(trx, callId);
    if (primary.length > 0) {
      await deps.addDeliveries(trx, { reportId, destinations: primary, replaces: null, held: 'client' });
    } else {
      const text = await deps.reportText(trx, { reportId, deliveryId: null });
      await addNotice(trx, await undeliverableNotice(trx, callId, text), deps);
    }
  }
  const { rows } = await sql`
    update deliveries d set next_attempt_at = ${now}, waiting_since = ${now}, updated_at = ${now},
      state = case when joins then 'held' else 'due' end, reason = case when joins then ${DIGEST} end
    from (
      select held.id, exists (
        select 1 from digest_items i
        where i.call_id = ${callId} and i.channel = held.channel and i.address = held.address
          and i.state = 'waiting' and i.only_there
      ) and r.purpose = 'initial' as joins
      from deliveries held join reports r on r.id = held.report_id
      where held.state = 'held' and held.reason is distinct from ${DIGEST} and r.call_id = ${callId}
    ) released
    where d.id = released.id
    returning d.id
  `.execute(trx);
  return rows.length;
}

/** Cancels what was held for places that are the client's no more; the reports that have nothing held left by it. */
async function leaveRemovedPlaces(
  trx: Kysely<Schema>,
  callId: string,
  now: Date,
): Promise<readonly string[]> {
  const { rows: left } = await sql<{ report_id: string }>`
    update deliveries d
    set state = 'cancelled', reason = 'destination.removed', ended_at = ${now}, updated_at = ${now}
    where d.state = 'held' and d.report_id in (select id from reports where call_id = ${callId})
      and not exists (
        select 1 from destinations listed
        where listed.client_id = d.client_id and listed.active
          and listed.channel = d.channel and listed.address = d.address
      )
    returning d.report_id
  `.execute(trx);
  if (left.length === 0) return [];
  const { rows } = await sql<{ report_id: string }>`
    select distinct report_id from deliveries
    where report_id = any(${left.map(({ report_id: id }) => id)}::uuid[])
    group by report_id having count(*) filter (where state = 'held') = 0
  `.execute(trx);
  return rows.map(({ report_id: id }) => id);
}
