import { type Kysely, sql } from 'kysely';
import type { OutgoingMessage } from '../channels/channel.ts';
import type { Body } from '../domain/body.ts';
import type { ChannelName } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';

/** A delivery a worker holds: nobody else may send it, and its attempt is on record. */
export interface Claimed {
  readonly deliveryId: string;
  readonly generation: number;
  readonly attemptId: string;
  readonly channel: ChannelName;
  readonly message: OutgoingMessage;
}

/**
 * `queued` → `sending` for exactly this generation, and the attempt row, in one statement: whoever calls the
 * far side has a record of it before (P4). undefined when another worker, the sweeper or a person was first.
 */
export async function claim(
  db: Kysely<Schema>,
  job: { readonly id: string; readonly generation: number },
  o: { readonly attemptId: string; readonly now: Date; readonly leaseMs: number },
): Promise<Claimed | undefined> {
  const leaseUntil = new Date(o.now.getTime() + o.leaseMs);
  const { rows } = await sql<{
    id: string;
    generation: number;
    channel: ChannelName;
    mark: string;
    address: string;
    mention: string | null;
    body: Body;
  }>`
    with claimed as (
      update deliveries
      set state = 'sending', lease_until = ${leaseUntil}, updated_at = ${o.now}
      where id = ${job.id} and generation = ${job.generation} and state = 'queued'
      returning id, generation, channel, mark, address, mention, body
    ), attempted as (
      insert into attempts (id, delivery_id, generation, started_at)
      select ${o.attemptId}::uuid, id, generation, ${o.now}::timestamptz from claimed
    )
    select * from claimed
  `.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    deliveryId: row.id,
    generation: row.generation,
    attemptId: o.attemptId,
    channel: row.channel,
    message: {
      deliveryId: row.id,
      mark: row.mark,
      address: row.address,
      mention: row.mention,
      body: row.body,
    },
  };
}
