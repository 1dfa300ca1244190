import type { Body } from '../domain/body.ts';
import { ANSWER_CHOICES, ANSWER_LABELS } from '../domain/cases/answers.ts';
import type { KindTemplate } from '../domain/kinds.ts';
import type { ChannelName } from '../domain/outcome.ts';
import { LINK_DAYS, STATEMENT_LINK_DAYS } from '../domain/reply-link.ts';
import type { AnswerOffer } from './answer.ts';
import type { CaseMessageView, CaseReminderView } from './case-notice.ts';
import type { ReportContent } from './content.ts';
import type { CorrectionView } from './correction.ts';
import type { DestinationNoticeView } from './destination-notice.ts';
import type { DisputeAnswerView } from './dispute-answer.ts';
import type { DoneOffer } from './done.ts';
import { envelopeOf } from './envelope.ts';
import { asChatwork, asMrkdwn } from './escape.ts';
import type { PageOffer } from './offers.ts';
import type { RetractionView } from './retraction.ts';
import type { StatementView } from './statement.ts';
import type { UsageNoticeView } from './usage-notice.ts';
import type { ReportView } from './view.ts';

/** Stored as the template version of a report that no template made. */
export const PLAINEST_VERSION = 'plainest-1';

const ANSWER_REQUEST = `回答はこちら(${LINK_DAYS}日間有効):`;
const DONE_REQUEST = `ご対応がお済みになりましたら、次のページからお知らせください(${LINK_DAYS}日間有効):`;

const PAGE_REQUEST = `すべての受電と内訳は、次のページでご覧いただけます(${STATEMENT_LINK_DAYS}日間有効):`;

const ANSWERS = ANSWER_CHOICES.map((choice) => `「${ANSWER_LABELS[choice]}」`).join('');

const STILL_FORWARDING =
  '転送を停止するとのご回答をいただいておりますが、転送がまだ続いているようです。転送の設定をご確認ください。';

/** What a report of each kind asks of its reader, in one line. */
const REQUESTS: Readonly<Record<KindTemplate, string | null>> = {
  message: null,
  unsure: '営業のお電話の可能性がございます。営業のお電話でございましたら、当社までお知らせください。',
  flagged: `次のうち、当てはまるものをお知らせください(いくつでも): ${ANSWERS}。選択肢の「当社」は、お客様の会社のことでございます。`,
};

/**
 * A report as bare lines of text: no notation, no mention, no blocks (an empty list), no HTML (an empty text).
 * Made without a template, so that it is there when a template is what failed. Every fact is in it.
 */
export function plainest(
  o: ReportContent & {
    readonly channel: ChannelName;
    readonly mark: string;
    readonly done?: DoneOffer | null;
    readonly page?: PageOffer | null;
    readonly answer?: AnswerOffer | null;
  },
): Body {
  // No blocks, so no button: the plainest form has the link on Slack too.
  const link = (request: string, url: string | null | undefined) => (url ? `${request}\n${url}` : null);
  const links = [
    link(ANSWER_REQUEST, o.answer?.url),
    link(DONE_REQUEST, o.done?.url),
    link(PAGE_REQUEST, o.page?.url),
  ];
  const envelope = envelopeOf(o);
  const text = [envelope.subject, ...linesOf(o), ...links, o.view.agency, `配信番号: ${o.mark}`]
    .filter((line) => line !== null)
    .join('\n');
  switch (o.channel) {
    case 'chatwork':
      return { text: asChatwork(text) };
    case 'slack':
      return { text: asMrkdwn(text), blocks: [] };
    case 'email':
      return { ...envelope, text, html: '' };
    default:
      return o.channel satisfies never;
  }
}

function linesOf(o: ReportContent): readonly (string | null)[] {
  switch (o.template) {
    case 'destination-notice':
      return destinationLines(o.view);
    case 'correction':
      return correctionLines(o.view);
    case 'retraction':
      return retractionLines(o.view);
    case 'case-reminder':
      return caseReminderLines(o.view);
    case 'digest':
      return ['【まとめ】', o.view.recipient, o.view.opening, '', o.view.calls, ''];
    case 'usage-notice':
      return usageLines(o.view);
    case 'case-message':
      return caseMessageLines(o.view);
    case 'statement':
      return statementLines(o.view);
    case 'dispute-answer':
      return disputeAnswerLines(o.view);
    case 'message':
    case 'unsure':
    case 'flagged':
      return callLines(o.template, o.view);
    default:
      return o satisfies never;
  }
}

function correctionLines(view: CorrectionView): readonly (string | null)[] {
  const [first, ...rest] = callLines(view.flagged ? 'flagged' : view.unsure ? 'unsure' : 'message', view);
  return [
    '【訂正】',
    `先にお送りした受付番号 ${view.receiptNumber} のご報告を、次のとおり訂正いたします。`,
    view.changes,
    first ?? null,
    ...rest,
    '訂正のため、受電回数には重ねて数えておりません。',
  ];
}

function retractionLines(view: RetractionView): readonly string[] {
  return [
    '【取消】',
    view.recipient,
    '下記のご報告は当社の誤りでございましたので、取り消します。',
    `■受付番号: ${view.receiptNumber}`,
    `■受電日時: ${view.callTime}`,
    '受電回数には含みません。先のご報告はご破棄くださいますようお願いいたします。',
  ];
}

function caseReminderLines(view: CaseReminderView): readonly (string | null)[] {
  return [
    `【要対応】ご回答のお願い(${view.time})`,
    view.recipient,
    '先にご報告いたしました下記のお電話について、ご回答をまだいただいておりません。',
    ...caseLines(view),
    REQUESTS.flagged,
  ];
}

function caseMessageLines(view: CaseMessageView): readonly (string | null)[] {
  return [
    `【要対応】${view.stopForwarding ? '転送停止のお願い' : 'ご契約の休止のご相談'}`,
    view.recipient,
    ...caseLines(view),
    view.stopForwarding
      ? 'お電話が収まるまで、電話代行への転送をお止めくださいますようお願いいたします。再開のご予定日もあわせてお知らせください。'
      : 'ご契約の休止または解約も含めてご相談いたしたく、ご意向を当社までお知らせください。',
  ];
}

function usageLines(view: UsageNoticeView): readonly (string | null)[] {
  return [
    '【ご利用状況】',
    view.recipient,
    view.reached,
    `■受電回数: ${view.count}`,
    view.forecast && `■月末の見込み: ${view.forecast}`,
    `■料金の見込み: ${view.cost}`,
    view.cheaper && `■ほかのプランの場合: ${view.cheaper}`,
    view.above,
    '金額は税込です。割増料金、オプションなどは含みません。',
  ];
}

function caseLines(view: CaseReminderView | CaseMessageView): readonly string[] {
  return [
    `■受付番号: ${view.receiptNumber}`,
    `■種別: ${view.kindLabel}`,
    `■受電日時: ${view.callTime}`,
    `■電話番号: ${view.number}`,
    `■これまでの件数: ${view.callsSoFar}`,
  ];
}

function statementLines(view: StatementView): readonly (string | null)[] {
  return [
    view.recipient,
    `${view.month}分のご利用明細をお届けいたします。`,
    `■ご契約プラン: ${view.plan}`,
    `■受電回数: ${view.count}`,
    view.amounts,
    `■ご請求額(税込): ${view.total}`,
    view.taxes,
    view.registration && `■登録番号: ${view.registration}`,
    view.refused && `■お断りした営業電話: ${view.refused}`,
  ];
}

function disputeAnswerLines(view: DisputeAnswerView): readonly (string | null)[] {
  return [
    '【お返事】',
    view.recipient,
    `下記のご報告について「${view.claim}」とのご連絡をいただき、ありがとうございました。`,
    `■受付番号: ${view.receiptNumber}`,
    `■受電日時: ${view.callTime}`,
    view.outcome,
    view.reason && `理由: ${view.reason}`,
  ];
}

function destinationLines(view: DestinationNoticeView): readonly string[] {
  return [
    '【宛先のご確認】',
    view.recipient,
    'ご登録の宛先に、受電のご報告をお届けできませんでした。',
    `■宛先: ${view.destination}`,
    `■届かなかったご報告: 受付番号 ${view.receiptNumber}`,
    'この宛先への送信は止めております。新しい宛先を当社までお知らせください。',
  ];
}

function callLines(template: KindTemplate, view: ReportView): readonly (string | null)[] {
  return [
    template === 'flagged' ? '【要対応】' : null,
    view.urgent ? '【至急】' : null,
    view.reminder,
    view.recipient,
    view.stillForwarding ? STILL_FORWARDING : null,
    `■受付番号: ${view.receiptNumber}`,
    template === 'flagged' ? `■種別: ${view.kindLabel}` : null,
    `■受電日時: ${view.callTime}`,
    `■お名指し: ${view.addressee}`,
    `■お相手: ${view.caller}`,
    `■電話番号: ${view.number}`,
    `■ご用件: ${view.message}`,
    view.quote && `■ご発言: ${view.quote}`,
    view.flaggedSoFar && `■これまでの件数: ${view.flaggedSoFar}`,
    `■ご対応: ${view.wish}`,
    view.surcharge && `■${view.surcharge}`,
    `■受付: ${view.operator}   ■今月の受電: ${view.monthCount}`,
    REQUESTS[template],
  ];
}
