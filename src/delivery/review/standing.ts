import { type Kysely, sql } from 'kysely';
import { OPEN_REVIEW, type ReviewReason, type ReviewState } from '../../domain/review.ts';
import type { Schema } from '../../storage/schema.ts';
import { DIGEST } from '../digest/enter-digest.ts';

/** How it stands with a report that is, or was, read before it is sent. */
export interface ReviewStanding {
  readonly callId: string;
  readonly state: ReviewState;
  /** A button or form of another round decides nothing any more. */
  readonly round: number;
  readonly why: ReviewReason;
  /** Since when the client waits. */
  readonly since: Date;
  /** Who decided what it is now, in their own name; null when nobody did. */
  readonly decidedName: string | null;
  readonly decidedAt: Date | null;
  /** Why it was returned, or `BECAME_URGENT`. */
  readonly reason: string | null;
}

/** `reason` of one that was sent because its call turned out to be urgent, not because somebody had read it. */
export const BECAME_URGENT = 'urgent';

const COLUMNS = [
  'call_id as callId',
  'state',
  'round',
  'why',
  'since',
  'decided_name as decidedName',
  'decided_at as decidedAt',
  'reason',
] as const;

/** Undefined for a call whose report never waited. */
export async function reviewOf(db: Kysely<Schema>, callId: string): Promise<ReviewStanding | undefined> {
  return await db.selectFrom('reviews').select(COLUMNS).where('call_id', '=', callId).executeTakeFirst();
}

/**
 * The same, locked until the transaction ends. The client's row comes first, as in recording and in every change of a
 * call: of a decision and a change at the same moment, the second sees what the first did.
 */
export async function lockReview(trx: Kysely<Schema>, callId: string): Promise<ReviewStanding | undefined> {
  await sql`
    select 1 from clients where id = (select client_id from calls where id = ${callId}) for no key update
  `.execute(trx);
  return await trx
    .selectFrom('reviews')
    .select(COLUMNS)
    .where('call_id', '=', callId)
    .forUpdate()
    .executeTakeFirst();
}

/** Whether a standing is still the one that was on somebody's screen, and waits for a word. */
export function isOpenAt(standing: ReviewStanding | undefined, round: number): boolean {
  return standing?.round === round && isOpen(standing.state);
}

export function isOpen(state: ReviewState): boolean {
  return (OPEN_REVIEW as readonly ReviewState[]).includes(state);
}

/** What was open when a call's reports were withdrawn. */
export interface DroppedReview {
  readonly why: ReviewReason;
  readonly since: Date;
  readonly returned: boolean;
}

/** Ends what waits of a call, silently; null when nothing did. Whoever reports the call anew asks anew. */
export async function dropReview(
  trx: Kysely<Schema>,
  callId: string,
  now: Date,
): Promise<DroppedReview | null> {
  const { rows } = await sql<DroppedReview>`
    with open as (
      select call_id, state from reviews
      where call_id = ${callId} and state in ('waiting', 'returned') for update
    )
    update reviews r
    set state = 'dropped', round = r.round + 1, next_at = null,
      decided_by = null, decided_name = null, decided_at = ${now}, reason = null
    from open where r.call_id = open.call_id
    returning r.why, r.since, open.state = 'returned' as returned
  `.execute(trx);
  const [dropped] = rows;
  if (dropped === undefined) return null;
  await takeBackQuestions(trx, callId, now);
  return dropped;
}

/** Questions of earlier rounds that have not gone out yet: nobody is asked about what is over. */
export async function takeBackQuestions(trx: Kysely<Schema>, callId: string, now: Date): Promise<void> {
  await sql`
    update notices n set state = 'failed', reason = 'review.over', ended_at = ${now}
    from reviews r
    where r.call_id = ${callId} and n.id = any(r.messages) and n.state = 'due'
      and n.key not like 'review:' || r.call_id || ':' || r.round || ':%'
  `.execute(trx);
}

/** Whether anything is left to decide about: deliveries can be cancelled one by one at the terminal. */
export async function holdsAnything(trx: Kysely<Schema>, callId: string): Promise<boolean> {
  const held = await trx
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select('d.id')
    .where('r.call_id', '=', callId)
    .where('d.state', '=', 'held')
    .where('d.reason', 'is distinct from', DIGEST)
    .limit(1)
    .executeTakeFirst();
  return held !== undefined;
}

/** Says of a review that was dropped by the same change that its report went out after all. */
export async function markSent(
  trx: Kysely<Schema>,
  o: {
    readonly callId: string;
    readonly withdrawn: { readonly review: DroppedReview | null };
    readonly by: Decider;
    readonly release?: boolean;
  },
  now: Date,
): Promise<void> {
  if (o.withdrawn.review === null) return;
  await trx
    .updateTable('reviews')
    .set({
      state: 'sent',
      decided_by: o.by.id,
      decided_name: o.by.name,
      decided_at: now,
      reason: o.release ? null : BECAME_URGENT,
    })
    .where('call_id', '=', o.callId)
    .execute();
}

/** Who decides, by the name colleagues know. */
export interface Decider {
  readonly id: string;
  readonly name: string;
}
