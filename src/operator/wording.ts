import { formatCallTime } from '../domain/calendar.ts';
import type { RuleFlags } from '../domain/kinds.ts';
import type { CallReceipt } from '../intake/receipt.ts';

/*
 * What the bot says to operators, in the words of the trade.
 */

export const REFUSED =
  '申し訳ありません。この操作は受電担当者のみ使えます。必要な場合は管理者へご連絡ください。';

export const NOT_RECORDED_FORM =
  '記録できませんでした。この画面は開いたままで大丈夫です。少し待ってからもう一度「登録」を押してください(二重には登録されません)。';

export const NOT_RECORDED_LINE =
  '記録できませんでした。少し待ってから下のボタンを押してください(二重には登録されません)。';

export const NOT_YET_RECORDED_LINE =
  'まだ記録を確認できていません。結果が分かり次第お知らせします。届かないときは下のボタンを押してください(二重には登録されません)。';

export const NOT_RECORDED_LONG_LINE =
  '記録できませんでした。少し待ってから、入力内容をコピーしてもう一度送信してください。';

export const NOT_YET_RECORDED_LONG_LINE = 'まだ記録を確認できていません。結果が分かり次第お知らせします。';

export const FORM_NOT_OPENED = '入力画面を開けませんでした。少し待ってからもう一度お試しください。';

export const FORM_REFITTED =
  '顧客と種別に合わせて入力欄を更新しました。内容をご確認のうえ、もう一度「登録」を押してください。';

/** The sentence a sales call is refused with [seed]. */
export const SALES_REFUSAL = '「上司から断るように言われておりますので結構です。」';

/** What a rule means for a call, before it is recorded. */
export function ruleInWords(rule: RuleFlags): string {
  if (!rule.reported) return '回数に入れず、報告もしません。';
  return rule.flagged ? '回数に入れ、【要対応】として報告します。' : '回数に入れて報告します。';
}

/** What happens next with a recorded call. */
export function nextStep(receipt: CallReceipt): string {
  if (!receipt.rule.reported) return `${receipt.kind.label}: 回数に入れず、報告もしません。`;
  if (receipt.destinations === 0) {
    return '報告先がありません。至急、管理者へご連絡ください。';
  }
  const manner = [receipt.urgent ? '至急' : '', receipt.rule.flagged ? '要対応' : ''].filter(
    (word) => word !== '',
  );
  return `${receipt.destinations}か所へ報告します${manner.length === 0 ? '' : `(${manner.join('・')})`}。`;
}

/** What an operator is told of a recorded call; `again` when it was on record before. */
export function receiptInWords(receipt: CallReceipt, again: boolean): readonly string[] {
  return [
    again
      ? `受付番号 ${receipt.receiptNumber} で登録済みです。`
      : `受付番号 ${receipt.receiptNumber} で登録しました。`,
    `${receipt.client.code} ${receipt.client.name}\n${receipt.kind.label} ${formatCallTime(receipt.occurredAt)}`,
    nextStep(receipt),
  ];
}
