import { isUserGroup } from '../../channels/address.ts';
import { jstDay, jstMinute } from '../../domain/calendar.ts';
import { NUMBER_STATE_LABELS } from '../../domain/call.ts';
import type { ChannelName } from '../../domain/outcome.ts';
import type { Shown } from './choice.ts';
import type { DayCounts, HomeEntry, Standing } from './day.ts';

/*
 * What the App Home says.
 */

export const STANDING_LABELS: Readonly<Record<Standing, string>> = {
  failed: '⚠ 失敗',
  uncertain: '⚠ 要確認',
  held: '確認待ち',
  waiting: '送信待ち',
  sent: '送信済',
  silent: '報告なし',
  retracted: '取消',
};

export const SHOWN_LABELS: Readonly<Record<Shown, string>> = {
  all: 'すべての登録',
  attention: '要確認・失敗',
  unsettled: 'まだ送り終えていないもの',
  normal: '用件など(報告)',
  flagged: '要対応(嫌がらせなど)',
  silent: '報告しないもの(営業など)',
  retracted: '取消',
};

export const CHANNEL_LABELS: Readonly<Record<ChannelName, string>> = {
  chatwork: 'Chatwork',
  slack: 'Slack',
  email: 'メール',
};

/** What each standing that is no ordinary one asks of an operator, and what it does not. */
export const OPERATOR_ADVICE: Readonly<Partial<Record<Standing, string>>> = {
  failed:
    '失敗: 届いていない宛先があります。管理者へは知らせてあります。登録し直さないでください(二重の報告になります)。',
  uncertain: '要確認: 届いたかどうかを確かめています。登録し直さないでください(二重の報告になります)。',
  held: '確認待ち: 管理者が確認してから送ります。差し戻されたときは、ボットのメッセージから再提出してください。',
};

export const NOTHING_YET = '今日の登録は、まだありません。';
export const NOTHING_LISTED = 'この条件に合う登録はありません。';
export const MENU_HINT = '右の「⋮」から、訂正・取消・種別の変更ができます。';

/** The page of somebody who is on neither list: who to ask, and nothing else (P9). `supervisors` are ids of ours. */
export function strangerWords(supervisors: readonly string[]): string {
  const named = supervisors.slice(0, 5).map((id) => (isUserGroup(id) ? `<!subteam^${id}>` : `<@${id}>`));
  const whom = named.length === 0 ? '管理者' : `管理者(${named.join('、')})`;
  return `ここはオペレーターのためのページです。\nご利用になる場合は、${whom}へご連絡ください。`;
}

export function countsInWords(counts: DayCounts): string {
  const { failed, uncertain, held, waiting } = counts.standing;
  const open = [
    ['失敗', failed],
    ['要確認', uncertain],
    ['確認待ち', held],
    ['送信待ち', waiting],
  ] as const;
  const unsettled = open.reduce((sum, [, count]) => sum + count, 0);
  const parts = open.filter(([, count]) => count > 0).map(([label, count]) => `${label} ${count}`);
  return [
    [
      `登録 ${counts.entered}件`,
      `報告 ${counts.reported}件`,
      `営業など(報告なし) ${counts.silent}件`,
      ...(counts.retracted === 0 ? [] : [`取消 ${counts.retracted}件`]),
    ].join(' / '),
    unsettled === 0
      ? counts.entered === 0
        ? NOTHING_YET
        : '報告はすべて送り終えています。'
      : `まだ送り終えていないもの ${unsettled}件(${parts.join('・')})`,
  ].join('\n');
}

/** Time of a call, with its day where that is not the day of the page. */
export function timeInWords(moment: Date, day: string): string {
  const time = jstMinute(moment).slice(-5);
  const of = jstDay(moment);
  return of === day ? time : `${Number(of.slice(5, 7))}月${Number(of.slice(8))}日 ${time}`;
}

/** What became of the messages of an entry, where the standing alone does not say it. */
export function messagesInWords(entry: HomeEntry): string {
  const { standing, delivered, messages } = entry;
  switch (standing) {
    case 'sent':
      return `${delivered}通`;
    case 'failed':
      return delivered === 0 ? 'どこにも届いていません' : `${messages}通のうち${delivered}通は送信済`;
    case 'uncertain':
    case 'held':
    case 'waiting':
      return delivered === 0 ? '' : `${messages}通のうち${delivered}通は送信済`;
    case 'silent':
    case 'retracted':
      return '';
    default:
      return standing satisfies never;
  }
}

/** Who called, as far as it takes to recognise the entry. */
export function callerInWords(entry: Pick<HomeEntry, 'caller' | 'numberState' | 'numberEnd'>): string {
  const { caller, numberState, numberEnd } = entry;
  const number =
    numberState === 'given' || numberState === 'unknown'
      ? numberEnd === null
        ? ''
        : `番号の末尾 ${numberEnd}`
      : NUMBER_STATE_LABELS[numberState];
  return [caller === null ? '' : `${caller}様`, number].filter((part) => part !== '').join(' ');
}

const AGE_STEP_MIN = 5;

/** How long something waits, in steps, so that a page is not drawn anew every minute. */
export function ageInWords(since: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - since.getTime()) / 60_000 / AGE_STEP_MIN) * AGE_STEP_MIN;
  if (minutes < AGE_STEP_MIN) return `${AGE_STEP_MIN}分未満`;
  return minutes < 120 ? `${minutes}分以上` : `${Math.floor(minutes / 60)}時間以上`;
}
