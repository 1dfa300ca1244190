import { formatCallTime } from '../../domain/calendar.ts';
import { DECISION_WORDS } from '../../domain/dispute.ts';
import type { StaffDispute } from '../../followup/disputes/disputes.ts';

/*
 * What is said in Slack about what clients say of a report's content: first to them, then to supervisors.
 */

export const NOT_HERE =
  'この報告が届いたメッセージでだけ、ご連絡いただけます。届いたメッセージから押してください。';
export const REVOKED =
  'この報告は取り消されたか、ここからのご連絡の対象ではありません。ご用の際は、電話代行の担当者までお知らせください。';
export const UNSETTLED = '送信の確認中です。1分ほどたってから、もう一度お試しください。';
export const WAITING =
  'この報告にはすでにご連絡をいただき、確認中です。書き足したいことは、電話代行の担当者までお知らせください。';
export const NOT_OPENED = '画面を開けませんでした。少し待ってから、もう一度押してください。';
export const NOT_RECORDED =
  '記録できませんでした。入力した内容はこのままです。少し待ってから、もう一度「送信」を押してください(二重には記録されません)。';
export const ASKED = 'ご連絡を承りました。確認のうえ、このメッセージへの返信でお知らせします。';

export const NOT_YOURS = 'この判断は管理者だけができます。';
export const CREDITED = '営業電話として取り消しました。お客様にお返事します。';
export const UNKNOWN = 'この連絡は見つかりません。';
export const NOT_DECIDED =
  '記録できませんでした。少し待ってから、もう一度押してください(二重には記録されません)。';
export const NO_SALES_KIND =
  '数えない「営業電話」の種別がありません。受付の記録の「種別を変更」から選んでください。';

/** For a supervisor who pressed what somebody else decided. */
export function decidedInWords({ decision, decidedName, decidedAt }: StaffDispute): string {
  if (decision === null) return NOT_DECIDED;
  const who = decidedName === null ? '' : `${decidedName}さんが`;
  const when = decidedAt === null ? '' : `(${formatCallTime(decidedAt)})`;
  return `この連絡は判断済みです。${who}${DECISION_WORDS[decision]}${when}。`;
}
