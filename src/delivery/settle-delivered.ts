import { type Kysely, sql } from 'kysely';
import type { Receipt } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';

/** An attempt that the far side took. */
export interface Arrival {
  readonly deliveryId: string;
  readonly generation: number;
  readonly attemptId: string;
  readonly receipt: Receipt;
}

/**
 * The common outcome, for many at once: nothing else follows from it. An arrival is taken while its attempt is
 * the newest, also after the lease ran out and the sweeper called the delivery uncertain: the answer that came
 * late is the truth.
 */
export async function settleDelivered(
  db: Kysely<Schema>,
  arrivals: readonly Arrival[],
  now: Date,
): Promise<void> {
  await sql`
    with arrived as (
      select * from unnest(
        ${arrivals.map(({ deliveryId }) => deliveryId)}::uuid[],
        ${arrivals.map(({ generation }) => generation)}::integer[],
        ${arrivals.map(({ attemptId }) => attemptId)}::uuid[],
        ${arrivals.map(({ receipt }) => JSON.stringify(receipt))}::text[]
      ) as arrived (delivery_id, generation, attempt_id, receipt)
    ), settled as (
      update deliveries d
      set state = 'delivered', receipt = arrived.receipt::jsonb, reason = null, said = null,
          lease_until = null, ended_at = ${now}, updated_at = ${now}
      from arrived
      where d.id = arrived.delivery_id and d.generation = arrived.generation
        and d.state in ('sending', 'uncertain')
    )
    update attempts a
    set finished_at = ${now}, outcome = 'delivered', receipt = arrived.receipt::jsonb
    from arrived where a.id = arrived.attempt_id
  `.execute(db);
}
