import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../storage/schema.ts';

/**
 * The delivery of a call's report behind whose page its reader may say something about it: the newest that arrived, at
 * the place of another delivery of the client's (a statement's) if one did there. Undefined when none arrived, or the
 * call is answered otherwise (harassment), or is another client's (P9).
 *
 * Indexes: reports_call_id_sequence_key, deliveries_report_id_channel_address_key.
 */
export async function reportOfCall(
  db: Kysely<Schema>,
  callId: string,
  besideDelivery: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ deliveryId: string }>`
    select d.id as "deliveryId"
    from deliveries beside
    join calls c on c.client_id = beside.client_id
    join reports r on r.call_id = c.id and r.purpose in ('initial', 'correction')
    join deliveries d on d.report_id = r.id and d.state = 'delivered'
    where beside.id = ${besideDelivery} and c.id = ${callId}
      and (c.rule ->> 'flagged') = 'false' and c.retracted_at is null
    order by (d.channel = beside.channel and d.address = beside.address) desc, r.sequence desc, d.id desc
    limit 1
  `.execute(db);
  return rows[0]?.deliveryId;
}
