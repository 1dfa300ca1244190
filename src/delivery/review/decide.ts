import type { Kysely, Transaction } from 'kysely';
import { afterReview, type ReviewAct } from '../../domain/review.ts';
import type { Schema } from '../../storage/schema.ts';
import { addNotice, type NewNotice } from '../notice.ts';
import type { AskReview, ReviewDeps } from './ask.ts';
import { type ReleaseDeps, releaseHeld } from './release-held.ts';
import {
  type Decider,
  dropReview,
  holdsAnything,
  lockReview,
  type ReviewStanding,
  takeBackQuestions,
} from './standing.ts';

/** Somebody's word on a report that waits. */
export interface Verdict {
  readonly callId: string;
  /** What was on their screen; null for whoever decides without one. */
  readonly round: number | null;
  readonly by: Decider;
}

export type ReviewResult =
  | { readonly type: 'done'; readonly review: ReviewStanding }
  /** Somebody else decided, or what was shown is out of date; `review` says how it stands. */
  | { readonly type: 'stale'; readonly review: ReviewStanding }
  /** No report of this call ever waited. */
  | { readonly type: 'unknown' };

/** Of two people at the same moment one decides, and the other is told (P4). */
export interface DecideReview {
  /** 送信: what is held becomes due. */
  send(verdict: Verdict): Promise<ReviewResult>;
  /** 差し戻し: it stays held; `notice` is for whoever entered it. */
  giveBack(
    verdict: Verdict & { readonly reason: string; readonly notice: (round: number) => NewNotice },
  ): Promise<ReviewResult>;
  /** 再提出, unchanged: supervisors are asked again. */
  submit(verdict: Verdict): Promise<ReviewResult>;
}

export function createDecideReview(
  deps: ReviewDeps & ReleaseDeps & { readonly db: Kysely<Schema>; readonly ask: AskReview },
): DecideReview {
  return {
    send: (verdict) => sendReview(deps, verdict),
    giveBack: (verdict) =>
      decide(deps, verdict, 'return', async (trx, review, now) => {
        const round = review.round + 1;
        await trx
          .updateTable('reviews')
          .set({
            state: 'returned',
            round,
            decided_by: verdict.by.id,
            decided_name: verdict.by.name,
            decided_at: now,
            reason: verdict.reason,
            reminders: 0,
            next_at: new Date(now.getTime() + deps.settings.reviewAgainMs),
          })
          .where('call_id', '=', review.callId)
          .execute();
        await addNotice(trx, verdict.notice(round), deps);
        return true;
      }),
    submit: (verdict) =>
      decide(deps, verdict, 'submit', async (trx, { callId, why, since }, now) => {
        if (!(await holdsAnything(trx, callId))) {
          await dropReview(trx, callId, now);
          return false;
        }
        await deps.ask(trx, { callId, why, since, occasion: 'submitted' });
        return true;
      }),
  };
}

type DecideDeps = Pick<ReviewDeps, 'clock' | 'newId'> & { readonly db: Kysely<Schema> };

/** 送信 by itself. */
export async function sendReview(
  deps: ReleaseDeps & { readonly db: Kysely<Schema> },
  verdict: Verdict,
): Promise<ReviewResult> {
  return await decide(deps, verdict, 'send', async (trx, review, now) => {
    const sent = (await releaseHeld(deps, trx, review.callId, now)) > 0;
    await trx
      .updateTable('reviews')
      .set({
        // Nothing to send: cancelled one by one at the terminal, or the client has no place left and staff was told.
        state: sent ? 'sent' : 'dropped',
        round: review.round + 1,
        next_at: null,
        decided_by: sent ? verdict.by.id : null,
        decided_name: sent ? verdict.by.name : null,
        decided_at: now,
        reason: null,
      })
      .where('call_id', '=', review.callId)
      .execute();
    return sent;
  });
}

const AUDITED: Readonly<Record<ReviewAct, string>> = {
  send: 'review.sent',
  return: 'review.returned',
  submit: 'review.submitted',
};

/** One act in one transaction, under the locks of `lockReview`, with its line in the audit log. */
async function decide(
  deps: DecideDeps,
  verdict: Verdict,
  act: ReviewAct,
  /** False when there was nothing left to decide about. */
  write: (trx: Transaction<Schema>, review: ReviewStanding, now: Date) => Promise<boolean>,
): Promise<ReviewResult> {
  return await deps.db.transaction().execute(async (trx) => {
    const review = await lockReview(trx, verdict.callId);
    if (review === undefined) return { type: 'unknown' };
    const outOfDate = verdict.round !== null && verdict.round !== review.round;
    if (outOfDate || afterReview(review.state, act) === null) return { type: 'stale', review };
    const now = deps.clock();
    const written = await write(trx, review, now);
    await takeBackQuestions(trx, verdict.callId, now);
    const after = (await lockReview(trx, verdict.callId)) ?? review;
    await trx
      .insertInto('audit_log')
      .values({
        id: deps.newId(),
        at: now,
        actor: verdict.by.id,
        action: written ? AUDITED[act] : 'review.dropped',
        subject_type: 'call',
        subject_id: verdict.callId,
        detail: JSON.stringify({ was: review.state, round: review.round, reason: after.reason }),
      })
      .execute();
    return { type: written ? 'done' : 'stale', review: after };
  });
}
