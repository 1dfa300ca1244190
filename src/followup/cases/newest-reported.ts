import { type Kysely, sql } from 'kysely';
import { isOpen } from '../../delivery/review/standing.ts';
import type { ReviewState } from '../../domain/review.ts';
import type { Schema } from '../../storage/schema.ts';

/**
 * When the report of a case's newest call was sent by whoever read it; `held`: it still waits for a word. Undefined:
 * it needed none.
 */
export async function newestReported(db: Kysely<Schema>, caseId: string): Promise<Date | 'held' | undefined> {
  const { rows } = await sql<{ readonly state: ReviewState; readonly decidedAt: Date | null }>`
    select r.state, r.decided_at as "decidedAt"
    from (
      select c.id from case_calls m join calls c on c.id = m.call_id
      where m.case_id = ${caseId} order by c.occurred_at desc, c.id desc limit 1
    ) newest
    join reviews r on r.call_id = newest.id
  `.execute(db);
  const [review] = rows;
  if (review === undefined) return undefined;
  if (isOpen(review.state)) return 'held';
  return review.state === 'sent' ? (review.decidedAt ?? undefined) : undefined;
}
