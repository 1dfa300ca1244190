import type { Kysely } from 'kysely';
import { formatMonth, monthStart } from '../domain/calendar.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { StatementView } from '../reports/statement.ts';
import type { Schema } from '../storage/schema.ts';
import type { AddDeliveries } from './add-deliveries.ts';
import { TYPED } from './alert-text.ts';
import { routeOfClient } from './concerned.ts';
import { addNotice, type NewNotice, STAFF } from './notice.ts';
import { staffNoticeBody } from './notice-body.ts';

/**
 * Writes a client's statement of a month and a delivery for each of its destinations, in the caller's transaction. The
 * database takes one a client and month: null when there was one already, and nothing was written (P4). Otherwise how
 * many deliveries it made.
 */
export type AddStatement = (
  trx: Kysely<Schema>,
  statement: { readonly clientId: string; readonly month: string; readonly view: StatementView },
) => Promise<number | null>;

export function createAddStatement(deps: {
  readonly addDeliveries: AddDeliveries;
  readonly clock: Clock;
  readonly newId: NewId;
}): AddStatement {
  return async (trx, { clientId, month, view }) => {
    const id = deps.newId();
    const added = await trx
      .insertInto('reports')
      .values({
        id,
        call_id: null,
        client_id: clientId,
        sequence: 1,
        purpose: 'statement',
        template: 'statement',
        month_count: null,
        month_included: null,
        created_at: deps.clock(),
        statement_month: monthStart(month),
        content: JSON.stringify(view),
      })
      .onConflict((conflict) =>
        conflict.columns(['statement_month', 'client_id']).where('purpose', '=', 'statement').doNothing(),
      )
      .returning('id')
      .execute();
    if (added.length === 0) return null;
    const { primary: destinations } = await routeOfClient(trx, clientId);
    if (destinations.length === 0) {
      // P3: told to staff in the same transaction.
      await addNotice(trx, await nowhereToGo(trx, clientId, month), deps);
      return 0;
    }
    return (await deps.addDeliveries(trx, { reportId: id, destinations, replaces: null })).length;
  };
}

async function nowhereToGo(trx: Kysely<Schema>, clientId: string, month: string): Promise<NewNotice> {
  const { code, name } = await trx
    .selectFrom('clients')
    .select(['code', 'name'])
    .where('id', '=', clientId)
    .executeTakeFirstOrThrow();
  return {
    key: `no-destination:statement:${month}:${clientId}`,
    target: STAFF,
    body: staffNoticeBody([
      '【要対応】ご利用明細を送る宛先がありません。',
      `顧客: ${code} ${name}`,
      `内容: ${formatMonth(month)}分のご利用明細`,
      '使える宛先が登録されていません。次のコマンドで見られる明細を、顧客へ直接お届けください。',
      `明細を見る(システムの担当者): ${TYPED} statement ${code} ${month}`,
    ]),
  };
}
