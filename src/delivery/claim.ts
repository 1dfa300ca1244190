import { type Kysely, sql } from 'kysely';
import type { Answered, OutgoingMessage } from '../channels/channel.ts';
import type { Body } from '../domain/body.ts';
import type { ChannelName, Receipt } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';

/** A delivery a worker holds: nobody else may send it, and its attempt is on record. */
export interface Claimed {
  readonly deliveryId: string;
  readonly generation: number;
  readonly attemptId: string;
  readonly channel: ChannelName;
  readonly urgent: boolean;
  /** When its report was written, which is when the call was recorded. */
  readonly reportedAt: Date;
  readonly message: OutgoingMessage;
}

/** What a worker asks for: one generation of one delivery, and the id its attempt is to have. */
export interface ClaimRequest {
  readonly id: string;
  readonly generation: number;
  readonly attemptId: string;
}

/**
 * `queued` → `sending` for exactly these generations, and their attempt rows, in one statement: whoever calls
 * the far side has a record of it before (P4). Answers in the order of the requests; undefined where another
 * worker, the sweeper or a person was first.
 *
 * `coalesce` keeps PostgreSQL from reading the partial indexes of open deliveries instead of the primary key: they
 * look empty to its statistics and hold everything that was ever in flight since the last vacuum. Draining 10,000
 * deliveries, 300 of them queued at a time, its claims took 1.03 s without and 0.80 s with it.
 */
export async function claim(
  db: Kysely<Schema>,
  requests: readonly ClaimRequest[],
  o: { readonly now: Date; readonly leaseMs: number; readonly mailLeaseMs: number },
): Promise<readonly (Claimed | undefined)[]> {
  const leaseUntil = new Date(o.now.getTime() + o.leaseMs);
  const mailLeaseUntil = new Date(o.now.getTime() + o.mailLeaseMs);
  const { rows } = await sql<{
    id: string;
    generation: number;
    attempt_id: string;
    attempt: number;
    channel: ChannelName;
    urgent: boolean;
    reported_at: Date;
    mark: string;
    address: string;
    mention: string | null;
    body: Body;
    answers: string | null;
    answers_receipt: Receipt | null;
  }>`
    with requested as (
      select * from unnest(
        ${requests.map(({ id }) => id)}::uuid[],
        ${requests.map(({ generation }) => generation)}::integer[],
        ${requests.map(({ attemptId }) => attemptId)}::uuid[]
      ) as requested (id, generation, attempt_id)
    ), claimed as (
      update deliveries d
      set state = 'sending', updated_at = ${o.now},
        lease_until = case d.channel when 'email' then ${mailLeaseUntil}::timestamptz else ${leaseUntil}::timestamptz end
      from requested
      where d.id = requested.id and d.generation = requested.generation and coalesce(d.state, '') = 'queued'
      returning d.id, d.generation, requested.attempt_id, d.channel, d.mark, d.address, d.mention, d.body, d.urgent,
        d.answers, d.answers_receipt,
        case when d.replaces is null then d.created_at
          else (select r.created_at from reports r where r.id = d.report_id) end as reported_at,
        (select count(*) from attempts earlier where earlier.delivery_id = d.id) + 1 as attempt
    ), attempted as (
      insert into attempts (id, delivery_id, generation, started_at)
      select attempt_id, id, generation, ${o.now}::timestamptz from claimed
    )
    select * from claimed
  `.execute(db);
  const claimed = new Map(
    rows.map((row) => [
      row.attempt_id,
      {
        deliveryId: row.id,
        generation: row.generation,
        attemptId: row.attempt_id,
        channel: row.channel,
        urgent: row.urgent,
        reportedAt: row.reported_at,
        message: {
          deliveryId: row.id,
          mark: row.mark,
          address: row.address,
          mention: row.mention,
          body: row.body,
          attempt: row.attempt,
          ...answered(row),
        },
      },
    ]),
  );
  return requests.map(({ attemptId }) => claimed.get(attemptId));
}

/** The message a delivery continues, as its channel is told of it. */
export function answered(row: {
  readonly answers: string | null;
  readonly answers_receipt: Receipt | null;
}): {
  readonly answers?: Answered;
} {
  return row.answers === null ? {} : { answers: { deliveryId: row.answers, receipt: row.answers_receipt } };
}
