import type { Kysely } from 'kysely';
import type { ReportContent } from '../../reports/content.ts';
import type { DigestCall } from '../../reports/digest.ts';
import type { Schema } from '../../storage/schema.ts';

type Load = (
  trx: Kysely<Schema>,
  reportId: string,
  asOf: number,
) => Promise<{ readonly content: ReportContent }>;

/** The calls of a digest as they were when it was cut, by time; and the cut they waited for. */
export async function digestCalls(
  trx: Kysely<Schema>,
  digestId: string,
  load: Load,
): Promise<{ readonly calls: readonly DigestCall[]; readonly cutAt: Date | null }> {
  // Index: digest_items_of.
  const items = await trx
    .selectFrom('digest_items as i')
    .innerJoin('calls as c', 'c.id', 'i.call_id')
    .select(['i.report_id as reportId', 'i.revision', 'i.due_at as dueAt'])
    .where('i.digest_id', '=', digestId)
    .orderBy('c.occurred_at')
    .orderBy('c.id')
    .execute();
  const calls: DigestCall[] = [];
  for (const { reportId, revision } of items) calls.push(await callOf(trx, reportId, revision ?? 1, load));
  const cuts = items.map(({ dueAt }) => dueAt.getTime());
  return { calls, cutAt: cuts.length === 0 ? null : new Date(Math.max(...cuts)) };
}

/** One call as a digest shows it, at a revision of it. */
export async function callOf(
  trx: Kysely<Schema>,
  reportId: string,
  revision: number,
  load: Load,
): Promise<DigestCall> {
  const { content } = await load(trx, reportId, revision);
  switch (content.template) {
    case 'message':
    case 'unsure':
    case 'flagged':
      return content;
    default:
      throw new Error(`a digest holds no ${content.template}`);
  }
}
