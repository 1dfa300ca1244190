import type { Kysely } from 'kysely';
import type { Clock, NewId } from '../domain/ports.ts';
import type { NoticeBody, Schema } from '../storage/schema.ts';

/** Stands for whoever supervises: the supervisors' channel, else each supervisor, else their mail. */
export const STAFF = 'staff';

/** A message of the bot to an operator or to staff, written in the transaction of what it tells about. */
export interface NewNotice {
  /** One notice a key, ever: writing it again is harmless. */
  readonly key: string;
  /** A Slack user or channel id, or `STAFF`. */
  readonly target: string;
  readonly body: NoticeBody;
}

/** Adds a notice unless its key is on record. True when it was added. */
export async function addNotice(
  db: Kysely<Schema>,
  notice: NewNotice,
  deps: { readonly clock: Clock; readonly newId: NewId },
): Promise<boolean> {
  const now = deps.clock();
  const result = await db
    .insertInto('notices')
    .values({
      id: deps.newId(),
      key: notice.key,
      target: notice.target,
      body: JSON.stringify(notice.body),
      state: 'due',
      next_attempt_at: now,
      lease_until: null,
      reason: null,
      receipt: null,
      created_at: now,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
