import type { Kysely } from 'kysely';
import type { Clock, NewId } from '../../domain/ports.ts';
import { storable } from '../../domain/text.ts';
import type { Schema } from '../../storage/schema.ts';

/** A message in Chatwork as it was told of, or found. */
export interface ToldMessage {
  readonly source: Schema['chatwork_replies']['source'];
  /** Digits. */
  readonly roomId: string;
  readonly messageId: string;
  readonly accountId: string;
  readonly body: string;
  /** Unix seconds. */
  readonly sentAt: number;
  /** Unix seconds of the edit; 0 as first written. */
  readonly updatedAt: number;
}

/**
 * Keeps a message before anybody is told that it was taken (P1). Each version of a message is one row, whichever event
 * brought it and however often, so that nothing is handled twice.
 * @returns whether it is new
 */
export async function keepReply(
  db: Kysely<Schema>,
  told: ToldMessage,
  deps: { readonly clock: Clock; readonly newId: NewId },
): Promise<boolean> {
  const now = deps.clock();
  const id = deps.newId();
  const webhookAt = told.source === 'look' ? null : now;
  const kept = await db
    .insertInto('chatwork_replies')
    .values({
      id,
      room_id: told.roomId,
      message_id: told.messageId,
      update_time: told.updatedAt,
      account_id: told.accountId,
      sent_at: new Date(told.sentAt * 1000),
      source: told.source,
      body: storable(told.body),
      received_at: now,
      webhook_at: webhookAt,
      state: 'waiting',
      next_attempt_at: now,
      lease_until: null,
      outcome: null,
      case_id: null,
      delivery_id: null,
      choice: null,
      until: null,
      handled_at: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['room_id', 'message_id', 'update_time'])
        // The webhook is late, not dead.
        .doUpdateSet((eb) => ({
          webhook_at: eb.fn.coalesce('chatwork_replies.webhook_at', 'excluded.webhook_at'),
        })),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return kept.id === id;
}
