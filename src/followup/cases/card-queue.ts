import { type Kysely, sql, type Transaction } from 'kysely';
import type { Receipt } from '../../domain/outcome.ts';
import type { Schema } from '../../storage/schema.ts';

/*
 * Which cases' cards are behind what happened, and where each stands. A card is behind while `card_seq < last_seq`;
 * events push it behind by themselves, everything else a card shows by `cardIsBehind`.
 */

export interface StaleCard {
  readonly caseId: string;
  /** As found: whoever settles the card says which one it was, so that a change in between is not lost. */
  readonly cardSeq: number;
  readonly receipt: Receipt | null;
  /** When the clock looks at the case next; null: nothing is planned. */
  readonly nextAt: Date | null;
}

/**
 * Takes the card that is behind longest, for `leaseMs`; undefined when none is, or each is another process's. Index:
 * cases_card.
 */
export async function claimStaleCard(
  db: Kysely<Schema>,
  now: Date,
  leaseMs: number,
): Promise<StaleCard | undefined> {
  const { rows } = await sql<StaleCard>`
    with taken as (
      select id from cases
      where card_seq < last_seq and (card_next_at is null or card_next_at <= ${now})
      order by updated_at
      limit 1
      for update skip locked
    )
    update cases c set card_next_at = ${new Date(now.getTime() + leaseMs)}
    from taken where c.id = taken.id
    returning c.id as "caseId", c.card_seq as "cardSeq", c.card_receipt as receipt, c.next_at as "nextAt"
  `.execute(db);
  return rows[0];
}

/** Writes where the card stands and when it may be sent again, without saying that it tells everything. */
export async function postponeCard(
  db: Kysely<Schema>,
  card: Pick<StaleCard, 'caseId'>,
  o: { readonly receipt?: Receipt | null; readonly notBefore: Date },
): Promise<void> {
  await db
    .updateTable('cases')
    .set({
      card_next_at: o.notBefore,
      ...(o.receipt !== undefined && { card_receipt: o.receipt && JSON.stringify(o.receipt) }),
    })
    .where('id', '=', card.caseId)
    .execute();
}

/** The card tells everything up to `toldSeq`. What pushed it behind meanwhile keeps it so. */
export async function settleCard(
  db: Kysely<Schema>,
  card: Pick<StaleCard, 'caseId' | 'cardSeq'>,
  o: { readonly toldSeq: number; readonly receipt: Receipt; readonly notBefore: Date },
): Promise<void> {
  await sql`
    update cases set
      card_receipt = ${JSON.stringify(o.receipt)}::jsonb,
      card_next_at = ${o.notBefore},
      card_seq = case when card_seq = ${card.cardSeq} then ${o.toldSeq} else card_seq end
    where id = ${card.caseId}
  `.execute(db);
}

/** Something the case's card shows has changed without an event of the case. */
export async function cardIsBehind(db: Kysely<Schema> | Transaction<Schema>, callId: string): Promise<void> {
  // One lower than it was, whatever it was: whoever is just sending the card sees that it changed.
  await sql`
    update cases set card_seq = least(card_seq, last_seq) - 1
    where id = (select case_id from case_calls where call_id = ${callId})
  `.execute(db);
}
