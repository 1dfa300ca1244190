import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../storage/schema.ts';

/** A message in hand, under a lease. */
export interface ClaimedReply {
  readonly id: string;
  readonly roomId: string;
  readonly messageId: string;
  readonly updateTime: number;
  readonly accountId: string;
  readonly sentAt: Date;
  readonly receivedAt: Date;
  readonly body: string;
  readonly failures: number;
  /** The fence: whoever holds another one holds nothing. */
  readonly leaseUntil: Date;
}

/**
 * Takes the oldest message of one room that nobody has in hand, by index `chatwork_replies_open`. A room's messages are
 * taken one after the other in the order of writing: the newest answer is the one that stands. One that has to wait
 * holds up none; should it be overtaken, `isOvertaken` tells.
 */
export async function claimReply(
  db: Kysely<Schema>,
  now: Date,
  leaseMs: number,
): Promise<ClaimedReply | undefined> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<ClaimedReply>`
    with taken as (
      select r.id from chatwork_replies r
      where r.state <> 'handled' and r.next_attempt_at <= ${now}
        and (r.state = 'waiting' or r.lease_until <= ${now})
        and not exists (
          select 1 from chatwork_replies earlier
          where earlier.room_id = r.room_id and earlier.state <> 'handled'
            and (earlier.state = 'handling' or earlier.next_attempt_at <= ${now})
            and (earlier.sent_at, length(earlier.message_id), earlier.message_id, earlier.update_time)
              < (r.sent_at, length(r.message_id), r.message_id, r.update_time)
        )
      order by r.sent_at limit 1
      for update skip locked
    )
    update chatwork_replies r set state = 'handling', lease_until = ${leaseUntil}
    from taken where r.id = taken.id
    returning r.id, r.room_id as "roomId", r.message_id as "messageId", r.update_time as "updateTime",
      r.account_id as "accountId", r.sent_at as "sentAt", r.received_at as "receivedAt", r.body, r.failures,
      r.lease_until as "leaseUntil"
  `.execute(db);
  return rows[0];
}

/** Lets it wait; false when the lease was lost. */
export async function postponeReply(
  db: Kysely<Schema>,
  reply: ClaimedReply,
  o: { readonly until: Date; readonly failed: boolean },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('chatwork_replies')
    .set({
      state: 'waiting',
      next_attempt_at: o.until,
      lease_until: null,
      failures: reply.failures + (o.failed ? 1 : 0),
    })
    .where('id', '=', reply.id)
    .where('state', '=', 'handling')
    .where('lease_until', '=', reply.leaseUntil)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
