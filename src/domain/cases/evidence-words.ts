import { formatDay } from '../calendar.ts';
import type { ChannelName } from '../outcome.ts';
import { printable, printableLine } from '../text.ts';
import { answerWords, STAFF_ANSWER_LABELS } from './answer-words.ts';
import type { CaseEventBody } from './events.ts';
import type { Evidence, EvidenceCall, EvidenceDelivery } from './evidence.ts';

/*
 * A case's evidence in words for readers outside the agency. What staff wrote for colleagues alone is not in them.
 */

const MESSAGES = { stop_forwarding: '転送停止のお願い', propose_suspension: 'ご契約の休止のご相談' } as const;

/**
 * What happened, in a line.
 * @param receiptOf the receipt number of a call of the case
 */
export function evidenceWords(body: CaseEventBody, receiptOf: (callId: string) => string): string {
  switch (body.type) {
    case 'opened':
      return `案件の開始(最初の電話 ${receiptOf(body.callId)})`;
    case 'call_joined':
      return body.by === 'rule'
        ? `電話の追加(${receiptOf(body.callId)})`
        : `電話を同じ顧客の別の案件から移動(${receiptOf(body.callId)})`;
    case 'call_left': {
      const why = { retracted: '受電の取消', reclassified: '種別の変更', moved: '同じ顧客の別の案件へ移動' };
      return `電話を除外(${receiptOf(body.callId)}、${why[body.why]})`;
    }
    case 'answered':
      return `顧客の回答: ${answerWords(body, STAFF_ANSWER_LABELS)}`;
    case 'agreed':
      return '顧客との合意内容を記録';
    case 'reminded':
      return `顧客へ回答をもう一度依頼(${body.number}回目)`;
    case 'escalated':
      return '回答がないため管理者へ引き継ぎ';
    case 'promise_reminded':
      return `期日(${formatDay(body.until)})の${body.when === 'before' ? '予告' : 'お知らせ'}を管理者に通知`;
    case 'still_forwarding':
      return `転送停止中とされている間の電話(${receiptOf(body.callId)})`;
    case 'alarmed':
      return `警報: ${body.window === 'hour' ? '1時間' : '24時間'}に${body.calls}件`;
    case 'asked_client':
      return `顧客へ送信: ${MESSAGES[body.message]}`;
    case 'noted':
      return '社内の記録を追加';
    case 'went_quiet':
      return '14日間電話がなく沈静';
    case 'closed':
      return body.mergedInto === null ? '案件の終了' : '同じ顧客の別の案件へ統合して終了';
    case 'reopened':
      return body.callId === null ? '案件の再開' : `電話により再開(${receiptOf(body.callId)})`;
    default:
      return body satisfies never;
  }
}

/** What was said in 「」, else what the operator wrote of the call. */
export function wordsOf({ quote, message }: Pick<EvidenceCall, 'quote' | 'message'>): string {
  const said = quote === null ? '' : quoted(quote);
  return [said, message === null ? '' : printable(message)].filter((text) => text !== '').join('\n');
}

function quoted(words: string): string {
  const text = printable(words).trim();
  return text.startsWith('「') && text.endsWith('」') ? text : `「${text}」`;
}

/** The number as read back, or why there is none. */
export function numberOf({ number, withoutNumber }: Pick<EvidenceCall, 'number' | 'withoutNumber'>): string {
  return printableLine(number ?? withoutNumber ?? '番号なし');
}

/** Stands on everything that holds what staff wrote for colleagues alone. */
export const INTERNAL = '社内限り';

/** Whether the record is whole, and how anybody can have it checked. */
export function verifyWords({ seal, events, caseNumber }: Evidence): string {
  if (seal.brokenAt !== null) {
    return `この記録は、経過 ${seal.brokenAt} 以降が書かれた時のままではありません。`;
  }
  if (seal.alteredCalls.length > 0) {
    return `受付番号 ${seal.alteredCalls.join('、')} の内容は、記録された時のままではありません。`;
  }
  return (
    `経過は ${events.length} 件で、すべて書かれた時のままです。1件ごとに直前の値を含むハッシュ値(SHA-256)を付けており、` +
    'あとから1件でも、または電話の内容を変えると、値が合わなくなります。照合するときは、案件の番号' +
    `(#${caseNumber})と最後の値を、発行した会社にお伝えください。`
  );
}

export const CHANNEL_LABELS: Readonly<Record<ChannelName, string>> = {
  chatwork: 'Chatwork',
  slack: 'Slack',
  email: 'メール',
};

/** What became of a delivery. */
export function resultOf({ state, channel, reason, said }: EvidenceDelivery): string {
  switch (state) {
    case 'delivered':
      return channel === 'email' ? '送信済み(宛先へのメールを受付)' : '投稿済み';
    case 'failed': {
      const why = [reason, said].filter((text) => text !== null).join(': ');
      const what = reason === 'email.bounced' ? '不達(メールが戻りました)' : '届きませんでした';
      return why === '' ? what : `${what} ${printable(why)}`;
    }
    case 'cancelled':
      return '送信していません(取り消し、または別の宛先・報告に置き換え)';
    case 'uncertain':
      return '到達を確認中';
    case 'held':
      return '管理者の確認待ち';
    default:
      return '送信待ち';
  }
}
