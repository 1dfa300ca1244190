import { type Kysely, sql } from 'kysely';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AddDeliveries } from '../add-deliveries.ts';
import { undeliverableNotice } from '../alert-text.ts';
import { routeOfCall } from '../concerned.ts';
import { addNotice } from '../notice.ts';
import type { ReportText } from '../report-text.ts';

/**
 * A call waited for the digest of a place that is gone, or switched off. Where another place has its report, or will,
 * that is enough; else it is reported at once to where it would go now, and with none left, staff is told (P3).
 */
export async function reportElsewhere(
  deps: {
    readonly addDeliveries: AddDeliveries;
    readonly reportText: ReportText;
    readonly clock: Clock;
    readonly newId: NewId;
  },
  trx: Kysely<Schema>,
  o: {
    readonly callId: string;
    readonly reportId: string;
    readonly heldIds: readonly string[];
    readonly now: Date;
  },
): Promise<void> {
  await sql`
    update deliveries set state = 'cancelled', reason = 'destination.removed', ended_at = ${o.now}, updated_at = ${o.now}
    where id = any(${o.heldIds}::uuid[])
  `.execute(trx);
  const { rows: others } = await sql`
    select 1 from reports r join deliveries d on d.report_id = r.id
    where (r.call_id = ${o.callId} and r.purpose in ('initial', 'correction')
        or r.id in (select digest_id from digest_items where call_id = ${o.callId}))
      and d.state not in ('cancelled', 'failed')
    limit 1
  `.execute(trx);
  if (others.length > 0) return;
  const { primary } = await routeOfCall(trx, o.callId);
  const added =
    primary.length === 0
      ? []
      : await deps.addDeliveries(trx, {
          reportId: o.reportId,
          destinations: primary,
          replaces: null,
          atOnce: true,
        });
  if (added.length > 0) return;
  const text = await deps.reportText(trx, { reportId: o.reportId, deliveryId: null });
  await addNotice(trx, await undeliverableNotice(trx, o.callId, text), deps);
}
