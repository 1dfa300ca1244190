import type { Kysely } from 'kysely';
import type { Wish } from '../domain/call.ts';
import type { RuleFlags } from '../domain/kinds.ts';
import { OPEN_REVIEW } from '../domain/review.ts';
import type { Schema } from '../storage/schema.ts';

/** What an operator is told of a recorded call. */
export interface CallReceipt {
  readonly callId: string;
  readonly receiptNumber: string;
  readonly client: {
    readonly id: string;
    readonly code: string;
    readonly name: string;
    readonly kana: string;
  };
  readonly kind: { readonly code: string; readonly label: string };
  readonly rule: RuleFlags;
  /** Destinations the first report goes to; 0 with a reported call means that staff was told instead. */
  readonly destinations: number;
  /** A supervisor reads it before it is sent. */
  readonly held: boolean;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly urgent: boolean;
  /** The caller's number as reports show it. */
  readonly numberDisplay: string | null;
  readonly wish: Wish | null;
}

/** The receipt of the call recorded under an entry key, read back as it was given the first time. */
export async function receiptOf(db: Kysely<Schema>, entryKey: string): Promise<CallReceipt | undefined> {
  const row = await db
    .selectFrom('calls as call')
    .innerJoin('clients as client', 'client.id', 'call.client_id')
    .innerJoin('kinds as kind', 'kind.code', 'call.kind')
    .select((eb) => [
      'call.id as callId',
      'call.receipt_number',
      'call.rule',
      'call.occurred_at',
      'call.recorded_at',
      'call.urgent',
      'call.number_display',
      'call.wish',
      'client.id as clientId',
      'client.code as clientCode',
      'client.name as clientName',
      'client.kana as clientKana',
      'kind.code as kindCode',
      'kind.label as kindLabel',
      eb
        .selectFrom('deliveries as d')
        .innerJoin('reports as r', 'r.id', 'd.report_id')
        .whereRef('r.call_id', '=', 'call.id')
        .where('r.sequence', '=', 1)
        .where('d.replaces', 'is', null)
        .select(eb.fn.countAll<number>().as('n'))
        .as('destinations'),
      eb
        .exists(
          eb
            .selectFrom('reviews')
            .select('reviews.call_id')
            .whereRef('reviews.call_id', '=', 'call.id')
            .where('reviews.state', 'in', OPEN_REVIEW),
        )
        .$castTo<boolean>()
        .as('held'),
    ])
    .where('call.entry_key', '=', entryKey)
    .executeTakeFirst();
  return (
    row && {
      callId: row.callId,
      receiptNumber: row.receipt_number,
      client: { id: row.clientId, code: row.clientCode, name: row.clientName, kana: row.clientKana },
      kind: { code: row.kindCode, label: row.kindLabel },
      rule: row.rule,
      destinations: Number(row.destinations ?? 0),
      held: row.held,
      occurredAt: row.occurred_at,
      recordedAt: row.recorded_at,
      urgent: row.urgent,
      numberDisplay: row.number_display,
      wish: row.wish,
    }
  );
}
