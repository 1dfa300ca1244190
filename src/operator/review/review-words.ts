import { BECAME_URGENT, type ReviewStanding } from '../../delivery/review/standing.ts';
import { formatCallTime } from '../../domain/calendar.ts';

/*
 * What is said about reports that a supervisor reads before they are sent.
 */

export const NOT_YOURS_TO_REVIEW = 'この操作は管理者だけができます。';
export const NOT_YOURS_TO_SUBMIT = '再提出できるのは、登録した方と管理者だけです。';
export const NOT_DECIDED = '記録できませんでした。少し待ってから、もう一度押してください。';
export const NOTHING_WAITS = '確認を待っている報告が見つかりません。';
export const SUBMITTED = '再提出しました。管理者の確認をお待ちください。';

/** How it stands with a report, for whoever pressed too late or looks at an older message. */
export function decidedInWords(review: ReviewStanding | undefined): string {
  if (review === undefined) return NOTHING_WAITS;
  switch (review.state) {
    case 'sent':
      return review.reason === BECAME_URGENT
        ? `至急の報告に変わったため、確認を待たずに送信しました${when(review)}。`
        : `${who(review)}送信しました${when(review)}。`;
    case 'returned':
      return `${who(review)}差し戻しました${when(review)}。理由: ${review.reason ?? '-'}`;
    case 'waiting':
      return '内容が変わったか、再提出されました。新しいメッセージで確認してください。';
    case 'dropped':
      return '取消、報告しない種別への変更、宛先の削除のいずれかにより、この報告は送りません。';
    default:
      return review.state satisfies never;
  }
}

function who({ decidedName }: ReviewStanding): string {
  return decidedName === null ? '' : `${decidedName}さんが`;
}

function when({ decidedAt }: ReviewStanding): string {
  return decidedAt === null ? '' : `(${formatCallTime(decidedAt)})`;
}
