import { type Kysely, sql } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/** Calls of the same client, number and kind this close to each other may be one call, entered twice. */
const WINDOW_MS = 3 * 60_000;
/** What was recorded within the window counts up to this far apart: a form may have been open for a while. */
const OPEN_FORM_MS = 10 * 60_000;

/** A call on record that a new entry may be about, too. */
export interface EarlierEntry {
  readonly callId: string;
  readonly receiptNumber: string;
  readonly kindLabel: string;
  readonly numberDisplay: string | null;
  readonly occurredAt: Date;
  readonly operator: { readonly id: string; readonly name: string };
}

/**
 * The newest call of the same client, number and kind that may be this one, whoever entered it: it came in
 * within three minutes of this one, or was recorded within the last three and came in within ten. The client's
 * own and forwarding numbers do not tell callers apart and count as none.
 *
 * To be asked under the lock of the client's row: an entry committed in the same second is then seen.
 * @param o.apartFrom a call the operator said is another one; neither it nor any recorded before it counts
 */
export async function findDuplicate(
  trx: Kysely<Schema>,
  o: {
    readonly clientId: string;
    readonly kind: string;
    readonly e164: string;
    readonly occurredAt: Date;
    readonly now: Date;
    readonly apartFrom: string | null;
  },
): Promise<EarlierEntry | undefined> {
  const at = o.occurredAt.getTime();
  const moment = (ms: number) => new Date(ms);
  // Index: calls_client_number.
  const { rows } = await sql<{
    id: string;
    receipt_number: string;
    label: string;
    number_display: string | null;
    occurred_at: Date;
    operator_id: string;
    operator_name: string;
  }>`
    select call.id, call.receipt_number, kind.label, call.number_display, call.occurred_at,
      call.operator_id, call.operator_name
    from calls call
    join kinds kind on kind.code = call.kind
    join clients client on client.id = call.client_id
    where call.client_id = ${o.clientId}
      and call.number_e164 = ${o.e164}
      and call.kind = ${o.kind} and call.retracted_at is null
      and call.occurred_at between ${moment(at - OPEN_FORM_MS)} and ${moment(at + OPEN_FORM_MS)}
      and (
        call.occurred_at between ${moment(at - WINDOW_MS)} and ${moment(at + WINDOW_MS)}
        or call.recorded_at >= ${moment(o.now.getTime() - WINDOW_MS)}
      )
      and not (call.number_e164 = any(client.own_numbers) or call.number_e164 = any(client.forwarding_numbers))
      and (
        ${o.apartFrom}::uuid is null
        or (call.recorded_at, call.id) >
          (select other.recorded_at, other.id from calls other where other.id = ${o.apartFrom}::uuid)
      )
    order by call.recorded_at desc, call.id desc
    limit 1
  `.execute(trx);
  const [row] = rows;
  return (
    row && {
      callId: row.id,
      receiptNumber: row.receipt_number,
      kindLabel: row.label,
      numberDisplay: row.number_display,
      occurredAt: row.occurred_at,
      operator: { id: row.operator_id, name: row.operator_name },
    }
  );
}
