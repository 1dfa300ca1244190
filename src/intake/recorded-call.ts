import type { Kysely } from 'kysely';
import { type CallFacts, CHANGEABLE, type Schema } from '../storage/schema.ts';

/** A call as it stands on record. */
export interface RecordedCall extends CallFacts {
  readonly id: string;
  readonly receiptNumber: string;
  readonly revision: number;
  readonly operatorId: string;
  readonly recordedAt: Date;
  readonly retracted: boolean;
  readonly client: { readonly id: string; readonly code: string; readonly name: string };
  readonly kindLabel: string;
}

/** A call by its id; undefined when there is none. */
export async function recordedCall(db: Kysely<Schema>, callId: string): Promise<RecordedCall | undefined> {
  const row = await db
    .selectFrom('calls as call')
    .innerJoin('clients as client', 'client.id', 'call.client_id')
    .innerJoin('kinds as kind', 'kind.code', 'call.kind')
    .select(CHANGEABLE.map((column) => `call.${column}` as const))
    .select([
      'call.id as callId',
      'call.receipt_number as receiptNumber',
      'call.revision',
      'call.operator_id as operatorId',
      'call.recorded_at as recordedAt',
      'call.retracted_at as retractedAt',
      'client.id as clientId',
      'client.code as clientCode',
      'client.name as clientName',
      'kind.label as kindLabel',
    ])
    .where('call.id', '=', callId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { callId: id, retractedAt, clientId, clientCode, clientName, ...call } = row;
  return {
    ...call,
    id,
    retracted: retractedAt !== null,
    client: { id: clientId, code: clientCode, name: clientName },
  };
}
