import type { types } from '@slack/bolt';
import type { DisputeShare } from '../../followup/disputes/dispute-shares.ts';
import { clip } from '../entry-modal/elements.ts';
import { messageView } from '../entry-modal/message-view.ts';

const TITLE = '顧客の連絡の内訳';
/** Rows shown; the rest is at the terminal. 30 of at most 80 characters fit a section of 3,000. */
const ROWS_AT_MOST = 30;
const NAME_SHOWN = 20;

/** Disputed and credited calls of a month by operator and kind, for supervisors. `month` is `YYYY-MM`, JST. */
export function sharesView(month: string, shares: readonly DisputeShare[]): types.ModalView {
  const disputed = shares.filter((share) => share.disputed > 0);
  if (disputed.length === 0)
    return messageView(TITLE, [`${monthInWords(month)}の報告への連絡はありません。`]);
  const rows = disputed.slice(0, ROWS_AT_MOST).map(rowOf);
  const left = disputed.length - rows.length;
  return messageView(TITLE, [
    `${monthInWords(month)}の報告のうち、顧客から連絡のあったものと、受電回数から取り消したもの(オペレーター・種別ごと、連絡の多い順)`,
    rows.join('\n'),
    ...(left > 0 ? [`ほか ${left}行`] : []),
  ]);
}

function rowOf({ operatorName, kindLabel, reported, disputed, credited }: DisputeShare): string {
  return `${clip(operatorName, NAME_SHOWN)} ${clip(kindLabel, NAME_SHOWN)}: 報告 ${reported}件、連絡 ${disputed}件(${share(disputed, reported)})、取り消し ${credited}件(${share(credited, reported)})`;
}

function share(part: number, of: number): string {
  return `${((100 * part) / Math.max(1, of)).toFixed(1)}%`;
}

function monthInWords(month: string): string {
  return `${month.slice(0, 4)}年${Number(month.slice(5))}月`;
}
