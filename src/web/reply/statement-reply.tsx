import type { LinkedStatements } from '../../billing/linked-statement.ts';
import { csvName, statementCsv } from '../../domain/billing/statement-csv.ts';
import { html, notice, type Reply, refusalPage, unreadable } from './reply.tsx';
import { StatementCallPage, StatementPage } from './statement-page.tsx';

/**
 * A statement: 200 the page, `?call=` one of its calls, `?csv` the file · 404 no call of it · 410 revoked · 400 there is
 * nothing to send.
 */
export function createStatementReply(statements: LinkedStatements): Reply {
  return {
    async show(context, deliveryId) {
      const receiptNumber = context.req.query('call');
      if (receiptNumber !== undefined) {
        const found = await statements.readCall(deliveryId, receiptNumber);
        if (found !== undefined) return await html(context, 200, <StatementCallPage {...found} />);
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
