import { type Kysely, sql } from 'kysely';
import {
  type DisputeClaim,
  type DisputeOutcome,
  type DisputeStanding,
  mayDispute,
  mayReadDispute,
} from '../../domain/dispute.ts';
import type { Schema } from '../../storage/schema.ts';
import type { ShownReport } from '../mark-done.ts';

/** What was said last, and what became of it. The note is not in it: it was written for the agency (P9). */
export interface ShownDispute {
  readonly claim: DisputeClaim;
  readonly at: Date;
  /** Null while it waits. */
  readonly outcome: DisputeOutcome | null;
}

/** How the reader of a delivery stands to its content. */
export type DisputeReading =
  /** May say something about it; `last`: what was said and decided before. */
  | { readonly type: 'open'; readonly report: ShownReport; readonly last: ShownDispute | null }
  /** Said, and waiting for a decision. */
  | { readonly type: 'waiting'; readonly report: ShownReport; readonly last: ShownDispute }
  /** Decided, and nothing more to be said: the call is reported no more. */
  | { readonly type: 'settled'; readonly report: ShownReport; readonly last: ShownDispute }
  | { readonly type: 'revoked' };

export interface DisputedDelivery extends DisputeStanding {
  readonly deliveryId: string;
  readonly callId: string;
  readonly clientId: string;
  readonly kind: string;
  readonly report: ShownReport;
  readonly last: ShownDispute | null;
}

export function disputeReading(found: DisputedDelivery | undefined): DisputeReading {
  if (found === undefined || !mayReadDispute(found)) return { type: 'revoked' };
  const { report, last } = found;
  if (last !== null && last.outcome === null) return { type: 'waiting', report, last };
  if (mayDispute(found)) return { type: 'open', report, last };
  return last === null ? { type: 'revoked' } : { type: 'settled', report, last };
}

type Row = Omit<DisputedDelivery, 'report' | 'last'> & {
  readonly receiptNumber: string;
  readonly clientName: string;
  readonly occurredAt: Date;
  readonly claim: DisputeClaim | null;
  readonly at: Date | null;
  readonly decision: DisputeOutcome['decision'] | null;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
  readonly creditMonth: string | null;
  readonly creditYen: number | null;
};

/** By the primary keys, and index `disputes_call` for what was said last. */
export async function disputedDelivery(
  db: Kysely<Schema>,
  deliveryId: string,
): Promise<DisputedDelivery | undefined> {
  const { rows } = await sql<Row>`
    select d.id as "deliveryId", d.state, r.purpose, c.id as "callId", c.client_id as "clientId", c.kind,
      c.receipt_number as "receiptNumber", c.occurred_at as "occurredAt",
      client.name as "clientName", client.status as "clientStatus",
      (c.rule ->> 'reported') = 'true' as reported, (c.rule ->> 'flagged') = 'true' as flagged,
      c.retracted_at is not null as retracted,
      last.claim, last.at, last.decision, last.decided_at as "decidedAt", last.reason,
      to_char(last.credit_month, 'YYYY-MM') as "creditMonth", last.credit_yen as "creditYen"
    from deliveries d
    join reports r on r.id = d.report_id
    join calls c on c.id = r.call_id
    join clients client on client.id = c.client_id
    left join lateral (
      select * from disputes said where said.call_id = c.id order by said.at desc, said.id desc limit 1
    ) last on true
    where d.id = ${deliveryId}
  `.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { receiptNumber, clientName, occurredAt, claim, at, ...standing } = row;
  return {
    ...standing,
    report: { receiptNumber, clientName, occurredAt },
    last: claim === null || at === null ? null : { claim, at, outcome: outcomeOf(row) },
  };
}

function outcomeOf({ decision, decidedAt, reason, creditMonth, creditYen }: Row): DisputeOutcome | null {
  if (decision === null || decidedAt === null) return null;
  return { decision, decidedAt, reason, creditMonth, creditYen: creditYen ?? 0 };
}
