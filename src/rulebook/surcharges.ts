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
