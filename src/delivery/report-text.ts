import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { EmailBody } from '../domain/body.ts';
import type { Renderer } from '../reports/render.ts';
import type { Schema } from '../storage/schema.ts';
import { loadReport } from './report-facts.ts';

/**
 * The words of a report as its client would read them in a mail, for an alert that it reached nobody. `deliveryId`
 * is the delivery that came last; null for a report that never had one. Undefined when they cannot be had: an
 * alert without them is worth more than none (P3), so this never fails for what is wrong with the report.
 */
export type ReportText = (
  trx: Kysely<Schema>,
  report: { readonly reportId: string; readonly deliveryId: string | null },
) => Promise<string | undefined>;

/** Stands where a report has the 配信番号 of its delivery, and there is none. */
const NO_MARK = '-';

/** Must be called inside a transaction: a statement that fails is undone by itself, so that the alert goes on. */
export function createReportText(deps: {
  readonly renderer: Pick<Renderer, 'render'>;
  readonly log: Logger;
}): ReportText {
  return async (trx, { reportId, deliveryId }) => {
    await sql`savepoint report_text`.execute(trx);
    try {
      const text = await read(trx, reportId, deliveryId);
      await sql`release savepoint report_text`.execute(trx);
      return text;
    } catch (thrown) {
      await sql`rollback to savepoint report_text`.execute(trx);
      const error = thrown instanceof Error ? thrown : new Error('unknown');
      // P10: ids and codes; what was thrown may quote the report.
      deps.log.error(
        { report: reportId, error: error.name, code: (error as { code?: unknown }).code },
        'the words of a report that reached nobody could not be had; staff is told without them',
      );
      return undefined;
    }
  };

  async function read(trx: Kysely<Schema>, reportId: string, deliveryId: string | null): Promise<string> {
    const delivery =
      deliveryId === null
        ? undefined
        : await trx
            .selectFrom('deliveries')
            .select(['channel', 'mark', 'body', 'duplicate_marked'])
            .where('id', '=', deliveryId)
            .executeTakeFirstOrThrow();
    if (delivery?.channel === 'email' && !delivery.duplicate_marked) return (delivery.body as EmailBody).text;
    const { content } = await loadReport(trx, reportId);
    const mark = delivery?.mark ?? NO_MARK;
    const rendered = deps.renderer.render({ ...content, channel: 'email', mark, mention: null });
    if (rendered.problem !== null) {
      deps.log.error({ report: reportId, problem: rendered.problem }, 'a template failed; told plainly');
    }
    return (rendered.body as EmailBody).text;
  }
}
