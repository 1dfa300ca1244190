import { type NewNotice, STAFF } from '../../delivery/notice.ts';
import { staffNoticeBody } from '../../delivery/notice-body.ts';
import { formatCallTime, formatDay } from '../../domain/calendar.ts';
import { STAFF_ANSWER_LABELS } from '../../domain/cases/answer-words.ts';
import type { CaseAnswer } from '../../domain/cases/answers.ts';
import type { CaseWords } from './case-words.ts';

/*
 * What supervisors are told about cases. Each goes out once for the event it tells of; none of it ever goes to a
 * client or into an operator's form (P9).
 */

type Blocks = readonly Readonly<Record<string, unknown>>[];

/** Nobody answered, however often asked; or there was no way to ask. */
export function escalationNotice(words: CaseWords, seq: number, asked: number): NewNotice {
  const phones =
    words.clientPhones.length === 0
      ? '顧客の電話番号: 登録がありません。契約書などで確かめてください。顧客ファイルの「own_numbers」に加えると、次からここに表示されます。'
      : `顧客の電話番号: ${words.clientPhones.join('、')}`;
  return notice(`case-escalated:${words.caseId}:${seq}`, [
    asked === 0
      ? `【要対応】使える宛先がなく、嫌がらせ案件 #${words.number} の回答をお願いできません。`
      : `【要対応】嫌がらせ案件 #${words.number} は、顧客に${asked}回お願いしても回答がありません。`,
    ...factsOf(words),
    phones,
    '顧客に電話で事情と対応を伺い、案件のカードの「回答を代わりに記録」で残してください。',
  ]);
}

/** The day comes, or has come, that the client named with what it does. */
export function promiseNotice(
  words: CaseWords,
  seq: number,
  o: { readonly when: 'before' | 'due'; readonly until: string; readonly answers: readonly CaseAnswer[] },
): NewNotice {
  const heading = o.when === 'before' ? '予告' : '期日';
  return notice(`case-promise:${words.caseId}:${seq}`, [
    `【${heading}】${formatDay(o.until)}は、嫌がらせ案件 #${words.number} で顧客が約束した日です。`,
    ...factsOf(words),
    ...o.answers.map(({ choice, note }) => {
      const what = choice === 'pause' ? '転送を再開する予定の日' : `「${STAFF_ANSWER_LABELS[choice]}」の期日`;
      return `約束: ${what}${note === null ? '' : `(補足: ${note})`}`;
    }),
    '予定どおりかどうかを顧客に確かめ、案件のカードに記録してください。',
  ]);
}

/** A call came in although the client said that forwarding is stopped. */
export function stillForwardingNotice(words: CaseWords, seq: number, until: string | null): NewNotice {
  return notice(`case-still-forwarding:${words.caseId}:${seq}`, [
    `【要確認】転送停止中のはずの顧客に、嫌がらせ案件 #${words.number} の電話がありました。`,
    ...factsOf(words),
    until === null ? '再開の予定日: 伺っていません' : `再開の予定日: ${formatDay(until)}`,
    '転送がまだ続いているようです。顧客への報告にもその旨を記しました。',
  ]);
}

/** So many calls in so short a time that supervisors have to protect operators. `blocks`: buttons to act with. */
export function alarmNotice(
  words: CaseWords,
  seq: number,
  o: { readonly window: 'hour' | 'day'; readonly calls: number; readonly blocks?: Blocks },
): NewNotice {
  const span = o.window === 'hour' ? '1時間' : '24時間';
  return notice(
    `case-alarm:${words.caseId}:${seq}`,
    [
      `【警報】${words.clientCode} ${words.clientName} に、嫌がらせ電話が${span}で${o.calls}件ありました。`,
      ...factsOf(words),
      'オペレーターの負担を確かめ、転送停止のお願い、またはご契約の休止のご相談を検討してください。',
    ],
    o.blocks,
  );
}

/** The same number calls several clients. */
export function acrossNotice(
  words: CaseWords,
  others: readonly { readonly number: number; readonly clientCode: string; readonly clientName: string }[],
): NewNotice {
  return notice(`case-across:${words.caseId}`, [
    `【管理者限り】嫌がらせ案件 #${words.number} と同じ番号から、ほかの顧客にも嫌がらせ電話が掛かっています。`,
    ...factsOf(words),
    ...others.map((other) => `ほかの案件: #${other.number} ${other.clientCode} ${other.clientName}`),
    'ほかの顧客のことは、顧客にもオペレーターにも伝えないでください。',
  ]);
}

function factsOf(words: CaseWords): readonly string[] {
  return [
    `顧客: ${words.clientCode} ${words.clientName}`,
    `種別: ${words.kindLabel} / 電話番号: ${words.numberShown ?? '番号なし(非通知など)'}`,
    `電話: ${words.calls}件(最初 ${formatCallTime(words.openedAt)}、最後 ${formatCallTime(words.lastCallAt)})`,
  ];
}

function notice(key: string, lines: readonly string[], blocks: Blocks = []): NewNotice {
  return { key, target: STAFF, body: staffNoticeBody(lines, { blocks }) };
}
