import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ReviewReason } from '../../domain/review.ts';
import type { Schema } from '../../storage/schema.ts';

/** SQL that is true for an operator whom the agency names as a trainee. */
export function isTrainee(operatorId: string): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select 1 from agency where agency.profile -> 'trainees' @> to_jsonb(${operatorId}::text)
  )`;
}

/** Why a report of this client, made by this operator, is read before it is sent; null when it is not. */
export function reasonToReview(o: {
  readonly review: boolean;
  readonly trainee: boolean;
}): ReviewReason | null {
  if (o.trainee) return 'trainee';
  return o.review ? 'client' : null;
}

/** The same, looked up. */
export async function reviewReason(
  trx: Kysely<Schema>,
  o: { readonly clientId: string; readonly operatorId: string },
): Promise<ReviewReason | null> {
  const row = await trx
    .selectFrom('clients')
    .select(['review', isTrainee(o.operatorId).as('trainee')])
    .where('id', '=', o.clientId)
    .executeTakeFirstOrThrow();
  return reasonToReview(row);
}
