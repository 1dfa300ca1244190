import { type Kysely, sql } from 'kysely';
import type { DisputeClaim, DisputeDecision } from '../../domain/dispute.ts';
import type { Schema } from '../../storage/schema.ts';

export interface ListedDispute {
  readonly receiptNumber: string;
  readonly clientCode: string;
  readonly claim: DisputeClaim;
  readonly via: 'slack' | 'link';
  readonly at: Date;
  readonly decision: DisputeDecision | null;
  readonly decidedAt: Date | null;
  readonly decidedName: string | null;
}

/** What clients said, newest first; without their notes, which supervisors read in their channel (P10). */
export async function listDisputes(
  db: Kysely<Schema>,
  o: { readonly waiting: boolean; readonly limit: number },
): Promise<readonly ListedDispute[]> {
  const only = o.waiting ? sql`where said.decision is null` : sql``;
  const { rows } = await sql<ListedDispute>`
    select c.receipt_number as "receiptNumber", client.code as "clientCode", said.claim, said.via, said.at,
      said.decision, said.decided_at as "decidedAt", said.decided_name as "decidedName"
    from disputes said
    join calls c on c.id = said.call_id
    join clients client on client.id = said.client_id
    ${only}
    order by said.at desc, said.id desc
    limit ${o.limit}
  `.execute(db);
  return rows;
}
