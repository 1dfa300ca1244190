import type { Kysely } from 'kysely';
import type { ReportPurpose } from '../../domain/call.ts';
import type { ChannelName } from '../../domain/outcome.ts';
import type { ReviewReason } from '../../domain/review.ts';
import type { NoticeBody, Schema } from '../../storage/schema.ts';
import { CHANNEL_LABELS, TYPED } from '../alert-text.ts';
import { DIGEST } from '../digest/enter-digest.ts';
import { staffNoticeBody } from '../notice-body.ts';
import type { ReportText } from '../report-text.ts';
import { type ReviewAt, reviewButtons } from './buttons.ts';

/** On what occasion supervisors are asked; `minutes` since the report began to wait. */
export type Occasion =
  | { readonly type: 'new' | 'changed' | 'submitted' }
  | { readonly type: 'waiting' | 'late' | 'returned'; readonly minutes: number };

export const REVIEW_WHY: Readonly<Record<ReviewReason, string>> = {
  trainee: '研修中のオペレーターの登録です。',
  client: 'この顧客の報告は、確認してから送る設定です。',
};

const HEADING = '報告の内容(顧客にはこのように届きます)';
/** Stands between two reports of one call: what some know already is corrected, others hear of it first. */
const BETWEEN = '\n\n────────\n\n';
const PLACES_SHOWN = 10;

/**
 * What supervisors are shown of a report that waits: what it is about, its words as its client would read them, and
 * the buttons. Undefined when nothing of the call is held any more.
 */
export async function questionBody(
  deps: { readonly reportText: ReportText },
  trx: Kysely<Schema>,
  at: ReviewAt,
  why: ReviewReason,
  occasion: Occasion,
): Promise<NoticeBody | undefined> {
  const held = await heldOf(trx, at.callId);
  const [first] = held;
  if (first === undefined) return undefined;
  const call = await trx
    .selectFrom('calls as c')
    .innerJoin('clients as client', 'client.id', 'c.client_id')
    .select(['c.receipt_number', 'c.operator_name', 'client.code', 'client.name'])
    .where('c.id', '=', at.callId)
    .executeTakeFirstOrThrow();
  const texts: string[] = [];
  for (const reportId of new Set(held.map(({ reportId }) => reportId))) {
    // Without a delivery: the words hold no link, which only the client may follow (P9).
    texts.push((await deps.reportText(trx, { reportId, deliveryId: null })) ?? WORDLESS);
  }
  const body = staffNoticeBody(
    [
      opening(occasion),
      `顧客: ${call.code} ${call.name}`,
      `受付番号: ${call.receipt_number}`,
      `受付: ${call.operator_name}`,
      `理由: ${REVIEW_WHY[why]}`,
      ...(held.some(({ purpose }) => purpose === 'correction') ? ['内容: 訂正報告'] : []),
      `宛先: ${places(held)}`,
      '「送信」を押すまで、顧客には届きません。',
      ...(occasion.type === 'late'
        ? [`Slackのボタンが使えないとき: ${TYPED} deliveries release ${first.deliveryId}`]
        : []),
    ],
    { report: texts.join(BETWEEN) },
  );
  return {
    ...body,
    heading: HEADING,
    last: [reviewButtons(at, { returned: occasion.type === 'returned' })],
  };
}

const WORDLESS = '(内容を表示できません。「修正して送信」を開いて確かめてください。)';

/** A delivery that waits for a word. */
interface Held {
  readonly deliveryId: string;
  readonly reportId: string;
  readonly purpose: ReportPurpose;
  readonly channel: ChannelName;
  readonly address: string;
}

async function heldOf(trx: Kysely<Schema>, callId: string): Promise<readonly Held[]> {
  return await trx
    .selectFrom('reports as r')
    .innerJoin('deliveries as d', 'd.report_id', 'r.id')
    .select(['d.id as deliveryId', 'r.id as reportId', 'r.purpose', 'd.channel', 'd.address'])
    .where('r.call_id', '=', callId)
    .where('d.state', '=', 'held')
    .where('d.reason', 'is distinct from', DIGEST)
    .orderBy('r.sequence')
    .orderBy('d.id')
    .execute();
}

function opening(occasion: Occasion): string {
  switch (occasion.type) {
    case 'new':
      return '【確認待ち】報告を送る前に、内容の確認をお願いします。';
    case 'changed':
      return '【確認待ち】内容が変わりました。あらためて確認をお願いします。';
    case 'submitted':
      return '【確認待ち】差し戻した報告が再提出されました。確認をお願いします。';
    case 'waiting':
      return `【確認待ち】確認を待っている報告があります(${occasion.minutes}分経過)。`;
    case 'late':
      return `【至急・確認待ち】報告が顧客に届かないまま${occasion.minutes}分がたちました。すぐに確認してください。`;
    case 'returned':
      return `【差し戻し中】差し戻した報告が再提出されていません(受電の登録から${occasion.minutes}分経過)。`;
    default:
      return occasion satisfies never;
  }
}

function places(held: readonly Held[]): string {
  const shown = held
    .slice(0, PLACES_SHOWN)
    .map(({ channel, address }) => `${CHANNEL_LABELS[channel]} ${address}`);
  const more = held.length - shown.length;
  return `${shown.join('、')}${more > 0 ? ` ほか${more}か所` : ''}`;
}
