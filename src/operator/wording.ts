import { formatCallTime } from '../domain/calendar.ts';
import { WISH_LABELS } from '../domain/call.ts';
import type { RuleFlags } from '../domain/kinds.ts';
import type { EarlierEntry } from '../intake/duplicate.ts';
import type { CallReceipt } from '../intake/receipt.ts';

/*
 * What the bot says to operators, in the words of the trade.
 */

export const REFUSED = 'この操作はオペレーターだけが使えます。必要な場合は管理者へご連絡ください。';

export const NOT_RECORDED_FORM =
  '登録できませんでした。この画面は開いたままで大丈夫です。少し待ってからもう一度「登録」を押してください(二重には登録されません)。';

export const NOT_RECORDED_LINE =
  '登録できませんでした。少し待ってから下のボタンを押してください(二重には登録されません)。';

export const NOT_YET_RECORDED_LINE =
  '登録できたかどうか、まだ確認できていません。結果が分かり次第お知らせします。届かないときは下のボタンを押してください(二重には登録されません)。';

export const NOT_RECORDED_LONG_LINE =
  '登録できませんでした。少し待ってから、下の入力内容をコピーしてもう一度送信してください。';

export const NOT_YET_RECORDED_LONG_LINE =
  '登録できたかどうか、まだ確認できていません。結果が分かり次第お知らせします。';

export const NOT_RECORDED_AS_ASKED = '登録していません。顧客を確かめてから、もう一度入力してください。';

export const TOO_LONG_TO_ASK =
  '入力内容が長いため、ボタンでは続けられません。顧客の入力画面を開き、入力内容を貼り付けて登録してください。';

export const MESSAGE_SHORTENED =
  'メッセージが長いため、先頭だけを「ご用件」に入れました。内容をご確認ください。';

export const FORM_NOT_OPENED = '入力画面を開けませんでした。少し待ってからもう一度お試しください。';

export const FORM_REFITTED =
  '顧客と種別に合わせて入力欄を更新しました。内容をご確認のうえ、もう一度「登録」を押してください。';

/** The sentence a sales call is refused with [seed]. */
export const SALES_REFUSAL = '「上司から断るように言われておりますので結構です。」';

export const FORM_NOT_CHANGED =
  'いま画面を更新できませんでした。入力はそのままです。少し待ってからもう一度押してください。';

export const SALES_BUT_TYPED =
  '入力済みの内容があるため、まだ登録していません。お断りした電話なら、種別を選んで「登録」を押してください。';

/** A client as it is named everywhere an operator must not mistake it: code, full name, kana. */
export function clientInWords(client: {
  readonly code: string;
  readonly name: string;
  readonly kana: string;
}): string {
  const kana = client.kana === '' || client.kana === client.name ? '' : `(${client.kana})`;
  return `${client.code} ${client.name}${kana}`;
}

/** What to do with a call for a client that is not served as usual; null for one that is. */
export function statusAdvice(status: 'active' | 'paused' | 'ended'): string | null {
  switch (status) {
    case 'active':
      return null;
    case 'paused':
      return '休止中の顧客です。本来は転送が止まっています。お受けした電話はいつもどおり登録してください(報告されます)。電話が続くときは管理者へご連絡ください。';
    case 'ended':
      return '契約が終了した顧客です。登録はできません。お相手には「こちらではお取り次ぎできません」とだけお伝えし、管理者へご連絡ください。';
    default:
      return status satisfies never;
  }
}

/** The question about a call that may be on record already. */
export function duplicateInWords(earlier: EarlierEntry): string {
  return [
    '同じ顧客・番号・種別の受電が、すでに登録されています。同じ電話ですか。',
    `受付番号 ${earlier.receiptNumber} ${earlier.kindLabel} ${formatCallTime(earlier.occurredAt)}`,
    `電話番号: ${earlier.numberDisplay ?? 'なし'} 受付: ${earlier.operator.name}`,
  ].join('\n');
}

/** What is said when the operator answers that it is the same call. */
export function sameCallInWords(receiptNumber: string): string {
  return `登録していません。この電話は受付番号 ${receiptNumber} で登録済みです。`;
}

/** The question about a call that names another client. */
export function otherClientInWords(
  client: { readonly code: string; readonly name: string; readonly kana: string },
  named: readonly { readonly code: string; readonly name: string }[],
): string {
  const others = named.map(({ code, name }) => `「${code} ${name}」`).join('');
  return `本当に ${clientInWords(client)} への電話ですか。入力内容に別の顧客${others}の名前があります。`;
}

/** What a rule means for a call, before it is recorded. */
export function ruleInWords(rule: RuleFlags): string {
  if (!rule.reported) return '回数に入れず、報告もしません。';
  return rule.flagged ? '回数に入れ、【要対応】として報告します。' : '回数に入れて報告します。';
}

/** What happens next with a recorded call. */
export function nextStep(receipt: CallReceipt): string {
  if (!receipt.rule.reported) return `${receipt.kind.label}: 回数に入れず、報告もしません。`;
  if (receipt.destinations === 0) {
    return '使える宛先がありません。至急、管理者へご連絡ください。';
  }
  const manner = [receipt.urgent ? '至急' : '', receipt.rule.flagged ? '要対応' : ''].filter(
    (word) => word !== '',
  );
  const places = `${receipt.destinations}か所へ報告します`;
  if (receipt.held) return `管理者の確認待ちです。確認後、${places}。`;
  return `${places}${manner.length === 0 ? '' : `(${manner.join('・')})`}。`;
}

/** What an operator is told of a recorded call; `again` when it was on record before. */
export function receiptInWords(receipt: CallReceipt, again: boolean): readonly string[] {
  const details = [receipt.numberDisplay, receipt.wish && WISH_LABELS[receipt.wish]]
    .filter((detail) => detail !== null)
    .join(' ');
  return [
    again
      ? `受付番号 ${receipt.receiptNumber} で登録済みです。`
      : `受付番号 ${receipt.receiptNumber} で登録しました。`,
    [
      clientInWords(receipt.client),
      `${receipt.kind.label} ${formatCallTime(receipt.occurredAt)}`,
      ...(details === '' ? [] : [details]),
    ].join('\n'),
    nextStep(receipt),
  ];
}
