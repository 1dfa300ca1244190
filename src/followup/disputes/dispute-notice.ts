import { type Kysely, sql } from 'kysely';
import { type NewNotice, STAFF } from '../../delivery/notice.ts';
import { staffNoticeBody } from '../../delivery/notice-body.ts';
import { formatCallTime } from '../../domain/calendar.ts';
import { NUMBER_STATE_LABELS, type NumberState, WISH_LABELS, type Wish } from '../../domain/call.ts';
import {
  DECISION_WORDS,
  DISPUTE_LABELS,
  type DisputeClaim,
  type DisputeDecision,
} from '../../domain/dispute.ts';
import type { Schema } from '../../storage/schema.ts';
import { disputeButtons } from './dispute-buttons.ts';

interface Words {
  readonly claim: DisputeClaim;
  readonly note: string | null;
  readonly at: Date;
  readonly clientCode: string;
  readonly clientName: string;
  readonly receiptNumber: string;
  readonly kindLabel: string;
  readonly occurredAt: Date;
  readonly operatorName: string;
  readonly addressee: string | null;
  readonly company: string | null;
  readonly name: string | null;
  readonly numberState: NumberState;
  readonly number: string | null;
  readonly message: string | null;
  readonly quote: string | null;
  readonly wish: Wish | null;
}

/**
 * Asks supervisors to decide: the call as it is on record, the client's own words, and a button for each decision.
 *
 * @param reminder 0 when it was just said; then how often they have been reminded
 */
export async function disputeNotice(
  db: Kysely<Schema>,
  disputeId: string,
  reminder: number,
): Promise<NewNotice> {
  const { rows } = await sql<Words>`
    select said.claim, said.note, said.at, client.code as "clientCode", client.name as "clientName",
      c.receipt_number as "receiptNumber", kind.label as "kindLabel", c.occurred_at as "occurredAt",
      c.operator_name as "operatorName", c.addressee_name as addressee, c.caller_company as company,
      coalesce(c.caller_name, c.caller_kana) as name, c.number_state as "numberState",
      c.number_display as number, c.message, c.quote, c.wish
    from disputes said
    join calls c on c.id = said.call_id
    join clients client on client.id = said.client_id
    join kinds kind on kind.code = c.kind
    where said.id = ${disputeId}
  `.execute(db);
  const [words] = rows;
  if (words === undefined) throw new Error('a notice about a dispute that is not there');
  const heading =
    reminder === 0
      ? `【要判断】顧客から「${DISPUTE_LABELS[words.claim]}」との連絡がありました。`
      : `【要判断・再掲】「${DISPUTE_LABELS[words.claim]}」との連絡に、まだお返事していません。`;
  const body = staffNoticeBody([
    heading,
    `顧客: ${words.clientCode} ${words.clientName}`,
    `受付番号: ${words.receiptNumber}`,
    `種別: ${words.kindLabel} / 受電: ${formatCallTime(words.occurredAt)} / 受付: ${words.operatorName}`,
    `連絡: ${formatCallTime(words.at)}`,
    '判断すると、連絡をくださった宛先にだけお返事します。',
  ]);
  return {
    key: `dispute:${disputeId}:${reminder}`,
    target: STAFF,
    body: {
      ...body,
      heading: '顧客の言葉と、お電話の記録',
      report: [
        `顧客の補足: ${words.note ?? 'なし'}`,
        '',
        `お名指し: ${words.addressee ?? 'なし'}`,
        `お相手: ${[words.company, words.name].filter((part) => part !== null).join(' ') || 'お名乗りなし'}`,
        `電話番号: ${words.numberState === 'given' ? words.number : NUMBER_STATE_LABELS[words.numberState]}`,
        `ご用件: ${words.message ?? 'なし'}`,
        ...(words.quote === null ? [] : [`ご発言: 「${words.quote}」`]),
        `ご対応: ${words.wish === null ? 'なし' : WISH_LABELS[words.wish]}`,
      ].join('\n'),
      last: [disputeButtons(disputeId)],
    },
  };
}

/** Tells supervisors who decided what, so that nobody who reads the question begins anew. */
export async function decidedNotice(db: Kysely<Schema>, disputeId: string): Promise<NewNotice> {
  const { rows } = await sql<
    Pick<Words, 'claim' | 'clientCode' | 'clientName' | 'receiptNumber'> & {
      readonly decision: DisputeDecision;
      readonly decidedName: string | null;
      readonly reason: string | null;
    }
  >`
    select said.claim, said.decision, said.decided_name as "decidedName", said.reason,
      client.code as "clientCode", client.name as "clientName", c.receipt_number as "receiptNumber"
    from disputes said
    join calls c on c.id = said.call_id
    join clients client on client.id = said.client_id
    where said.id = ${disputeId} and said.decision is not null
  `.execute(db);
  const [words] = rows;
  if (words === undefined) throw new Error('a notice about a decision that is not there');
  const who = words.decidedName === null ? '' : `${words.decidedName}さんが、`;
  return {
    key: `dispute:${disputeId}:decided`,
    target: STAFF,
    body: staffNoticeBody([
      `【判断済み】受付番号 ${words.receiptNumber} への連絡「${DISPUTE_LABELS[words.claim]}」`,
      `顧客: ${words.clientCode} ${words.clientName}`,
      `${who}${DECISION_WORDS[words.decision]}。`,
      ...(words.reason === null ? [] : [`理由: ${words.reason}`]),
    ]),
  };
}
