import { type Kysely, sql, type Transaction } from 'kysely';
import { addNotice } from '../../delivery/notice.ts';
import { staffNoticeBody } from '../../delivery/notice-body.ts';
import { formatDay } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';

/** Who took a call of the case longer ago than this is not told: the form's banner tells everybody. Days. */
const TOLD_DAYS = 30;

/**
 * Tells the operators who took the case's calls that its client stops forwarding (転送停止): once an answer, in the
 * transaction that writes it.
 * @param o.seq the answer's event
 * @param o.until `YYYY-MM-DD` JST, or null when no day was named
 */
export async function tellOperatorsOfPause(
  trx: Transaction<Schema> | Kysely<Schema>,
  deps: { readonly clock: Clock; readonly newId: NewId },
  o: { readonly caseId: string; readonly seq: number; readonly until: string | null },
): Promise<void> {
  const since = new Date(deps.clock().getTime() - TOLD_DAYS * 86_400_000);
  const { rows } = await sql<{ operator: string; number: number; code: string; name: string }>`
    select distinct call.operator_id as operator, c.number, client.code, client.name
    from cases c
    join clients client on client.id = c.client_id
    join case_calls joined on joined.case_id = c.id
    join calls call on call.id = joined.call_id
    where c.id = ${o.caseId} and call.occurred_at >= ${since} and call.retracted_at is null
    order by call.operator_id
  `.execute(trx);
  for (const { operator, number, code, name } of rows) {
    const until = o.until === null ? '' : `${formatDay(o.until)}まで、`;
    await addNotice(
      trx,
      {
        key: `case-pause:${o.caseId}:${o.seq}:${operator}`,
        target: operator,
        body: staffNoticeBody([
          `【転送停止】${code} ${name} が、${until}電話の転送を停止します(案件 #${number})。`,
          '停止中に電話が入ったら、いつもどおり登録してください。転送がまだ続いていることを顧客にお伝えします。',
        ]),
      },
      deps,
    );
  }
}
