import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../storage/schema.ts';
import type { FlaggedCall } from './cases.ts';

/**
 * A call as its case needs it, as it stands in this transaction. The client's own and forwarding numbers do not tell
 * callers apart and count as none [peer].
 *
 * @param actor whoever entered or changed it
 */
export async function flaggedCall(
  trx: Transaction<Schema>,
  callId: string,
  actor: string,
): Promise<FlaggedCall> {
  const { rows } = await sql<Omit<FlaggedCall, 'actor'>>`
    select c.id, c.client_id as "clientId", c.kind, c.occurred_at as "occurredAt",
      case when c.number_e164 = any(client.own_numbers || client.forwarding_numbers) then null else c.number_e164 end
        as "numberE164"
    from calls c join clients client on client.id = c.client_id
    where c.id = ${callId}
  `.execute(trx);
  const [call] = rows;
  if (call === undefined) throw new Error('a flagged call that is not on record');
  return { ...call, actor };
}
