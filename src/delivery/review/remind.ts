import { type Kysely, sql, type Transaction } from 'kysely';
import { isUserGroup } from '../../channels/address.ts';
import type { ReviewReason } from '../../domain/review.ts';
import type { Schema } from '../../storage/schema.ts';
import { STAFF } from '../notice.ts';
import { noteQuestion, type ReviewDeps } from './ask.ts';
import { type Occasion, questionBody } from './question.ts';
import { dropReview } from './standing.ts';

const BATCH = 20;
const MINUTE_MS = 60_000;

type Waiting = {
  readonly callId: string;
  readonly state: 'waiting' | 'returned';
  readonly round: number;
  readonly why: ReviewReason;
  readonly since: Date;
  readonly reminders: number;
};

/**
 * Reminds supervisors of reports that wait for them, again and again until somebody decides; past the deadline each
 * of them by a message of their own (P3). Nothing is ever sent to a client by itself. Returns true when there may be
 * more.
 */
export function createRemindReviews(
  deps: ReviewDeps & { readonly db: Kysely<Schema>; readonly supervisors: readonly string[] },
): () => Promise<boolean> {
  return async () => {
    for (let taken = 0; taken < BATCH; taken += 1) {
      if (!(await deps.db.transaction().execute(takeOne))) return false;
    }
    return true;
  };

  /** By index `reviews_next`; of two processes one takes it. */
  async function takeOne(trx: Transaction<Schema>): Promise<boolean> {
    const now = deps.clock();
    const { rows } = await sql<Waiting>`
      select call_id as "callId", state, round, why, since, reminders from reviews
      where next_at <= ${now} order by next_at limit 1 for update skip locked
    `.execute(trx);
    const [review] = rows;
    if (review === undefined) return false;
    const occasion = occasionOf(review, now);
    const body = await questionBody(deps, trx, review, review.why, occasion);
    if (body === undefined) {
      // Cancelled one by one at the terminal.
      await dropReview(trx, review.callId, now);
      return true;
    }
    const number = review.reminders + 1;
    const key = `review:${review.callId}:${review.round}`;
    await noteQuestion(deps, trx, review.callId, { key: `${key}:${number}`, target: STAFF, body });
    if (occasion.type === 'late') {
      for (const target of deps.supervisors.filter((id) => !isUserGroup(id))) {
        await noteQuestion(deps, trx, review.callId, { key: `${key}:late:${target}`, target, body });
      }
    }
    await trx
      .updateTable('reviews')
      .set({ reminders: number, next_at: new Date(now.getTime() + deps.settings.reviewAgainMs) })
      .where('call_id', '=', review.callId)
      .execute();
    return true;
  }

  function occasionOf({ state, since }: Waiting, now: Date): Occasion & { readonly minutes: number } {
    const waited = now.getTime() - since.getTime();
    const minutes = Math.floor(waited / MINUTE_MS);
    if (state === 'returned') return { type: 'returned', minutes };
    return { type: waited >= deps.settings.reviewLateMs ? 'late' : 'waiting', minutes };
  }
}
