import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/** Why a call costs extra (割増料金) and how much; tax included. */
export interface SurchargeReason {
  readonly code: string;
  readonly label: string;
  /** Yen for one call. [MK] normally 200 to 300. */
  readonly amountYen: number;
}

/**
 * The surcharge reasons in force on a JST day (`YYYY-MM-DD`), each with its newest amount, by code. A reason
 * whose newest amount is 0 yen was withdrawn and is left out.
 */
export async function surchargeReasons(
  db: Kysely<Schema> | Transaction<Schema>,
  day: string,
): Promise<readonly SurchargeReason[]> {
  const newest = await db
    .selectFrom('surcharge_reasons')
    .distinctOn('code')
    .select(['code', 'label', 'amount_yen as amountYen'])
    .where('effective_from', '<=', day)
    .orderBy('code')
    .orderBy('effective_from', 'desc')
    .execute();
  return newest.filter((reason) => reason.amountYen > 0);
}

/** A reason and what one call may cost by it. */
export interface SurchargeRange extends SurchargeReason {
  /** Yen, both included. */
  readonly minYen: number;
  readonly maxYen: number;
}

/** `surchargeReasons` with the amounts each allows; a supervisor may choose any of them. */
export async function surchargeRanges(
  db: Kysely<Schema> | Transaction<Schema>,
  day: string,
): Promise<readonly SurchargeRange[]> {
  const newest = await db
    .selectFrom('surcharge_reasons')
    .distinctOn('code')
    .select(['code', 'label', 'amount_yen as amountYen', 'min_yen as minYen', 'max_yen as maxYen'])
    .where('effective_from', '<=', day)
    .orderBy('code')
    .orderBy('effective_from', 'desc')
    .execute();
  return newest.filter((reason) => reason.amountYen > 0);
}
