import type { LinkedStatements } from '../../billing/linked-statement.ts';
import { csvName, statementCsv } from '../../domain/billing/statement-csv.ts';
import type { Clock } from '../../domain/ports.ts';
import type { ReplyLinks } from '../../domain/reply-link.ts';
import type { Disputes } from '../../followup/disputes/disputes.ts';
import { html, notice, type Reply, refusalPage, unreadable } from './reply.tsx';
import { StatementCallPage, StatementPage } from './statement-page.tsx';

/**
 * A statement: 200 the page, `?call=` one of its calls, `?csv` the file · 404 no call of it · 410 revoked · 400 there is
 * nothing to send.
 */
export function createStatementReply(deps: {
  readonly statements: LinkedStatements;
  readonly disputes: Pick<Disputes, 'reportOf'>;
  readonly links: Pick<ReplyLinks, 'url'>;
  readonly clock: Clock;
}): Reply {
  const { statements } = deps;

  /** Made anew each time: the report's own link is too old by the time its statement is read. */
  async function reportPage(callId: string, statement: string): Promise<string | null> {
    const id = await deps.disputes.reportOf(callId, statement);
    return id === undefined ? null : deps.links.url('done', { id, createdAt: deps.clock() });
  }

  return {
    async show(context, deliveryId) {
      const receiptNumber = context.req.query('call');
      if (receiptNumber !== undefined) {
        const found = await statements.readCall(deliveryId, receiptNumber);
        if (found !== undefined) {
          // Whoever may not read the report here is led to no page of it (P9).
          const page = found.report === null ? null : await reportPage(found.call.id, deliveryId);
          return await html(context, 200, <StatementCallPage {...found} page={page} />);
        }
      }
      const linked = await statements.read(deliveryId);
      if (linked === undefined) return await refusalPage(context, 'gone');
      if (receiptNumber !== undefined) {
        return await notice(
          context,
          404,
          'この明細にはない受電です',
          'お手数ですが、明細のページからもう一度お選びください。',
        );
      }
      if (context.req.query('csv') !== undefined) {
        return context.body(statementCsv(linked.statement), 200, {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': `attachment; filename="${csvName(linked.statement)}"`,
        });
      }
      return await html(context, 200, <StatementPage {...linked} />);
    },
    act: async (context) => await unreadable(context),
    refuse: (context, why) => refusalPage(context, why),
  };
}
