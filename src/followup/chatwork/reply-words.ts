import { TYPED } from '../../delivery/alert-text.ts';
import { staffNoticeBody } from '../../delivery/notice-body.ts';
import { formatCallTime, formatDay } from '../../domain/calendar.ts';
import { UNTIL_LABELS } from '../../domain/cases/answer-words.ts';
import { ANSWER_CHOICES, ANSWER_LABELS, type AnswerChoice } from '../../domain/cases/answers.ts';
import { asChatwork } from '../../reports/escape.ts';
import type { NoticeBody } from '../../storage/schema.ts';

/*
 * What we say back in a client's room. Never a word of what somebody typed there; what else could hold notation is
 * made plain (P6).
 */

export interface AboutCall {
  readonly receiptNumber: string;
  readonly occurredAt: Date;
}

const callLine = ({ receiptNumber, occurredAt }: AboutCall) =>
  `受付番号: ${receiptNumber}(${formatCallTime(occurredAt)}のお電話)`;

/** What was recorded, and how to change it. */
export function confirmationText(
  about: AboutCall,
  answer: {
    readonly choice: AnswerChoice;
    readonly knows: AnswerChoice | null;
    readonly until: string | null;
  },
  o: { readonly passed: boolean },
): string {
  return lines(
    'ご回答ありがとうございます。次のとおり承りました。',
    callLine(about),
    `ご回答: ${[answer.knows, answer.choice].flatMap((choice) => (choice === null ? [] : ANSWER_LABELS[choice])).join('、')}`,
    ...untilLine(answer),
    'いただいた文面も、あわせて記録いたしました。',
    ...(o.passed ? ['ほかにお書きいただいた内容は、担当者に申し伝えました。'] : []),
    'ご回答を変更される場合は、このメッセージにそのまま返信してください。',
  );
}

function untilLine({ choice, until }: { readonly choice: AnswerChoice; readonly until: string | null }) {
  if (choice === 'pause' && until === null) {
    return [`${UNTIL_LABELS.pause}: 未定(決まりましたら「12月5日まで」のように返信してください)`];
  }
  return until === null ? [] : [`${UNTIL_LABELS[choice]}: ${formatDay(until)}`];
}

/** Asks which of the answers is meant: once, then a person reads it. */
export function questionText(about: AboutCall, link: string | null): string {
  return lines(
    'ご返信ありがとうございます。恐れ入りますが、ご回答を次の中からお知らせください。',
    callLine(about),
    ...ANSWER_CHOICES.map((choice, index) => `${index + 1}. ${ANSWER_LABELS[choice]}`),
    'このメッセージに、番号で返信してください(心当たりとご対応の両方でも承ります)。転送を停止される場合は、「4 12月5日まで」のように期間もお書きください。',
    ...(link === null ? [] : [`次のページからもご回答いただけます: ${link}`]),
  );
}

/** Somebody named us without a quote, and more than one case is open. */
export function whichText(): string {
  return lines(
    'ご連絡ありがとうございます。恐れ入りますが、どのお電話についてのご回答かを確かめさせてください。',
    '該当する【受電報告】への「返信」で、もう一度お送りください。',
  );
}

/** A person reads it from here on. */
export function passedText(): string {
  return lines('ご返信ありがとうございます。いただいた内容は、担当者に申し伝えました。');
}

function lines(...all: readonly string[]): string {
  return asChatwork(all.join('\n'));
}

/** Words a person must read, as supervisors see them: the client's own, as plain text after everything else. */
export function wordsForStaff(o: {
  readonly caseNumber: number;
  readonly clientCode: string;
  readonly clientName: string;
  readonly receiptNumber: string;
  readonly roomId: string;
  readonly words: string;
  readonly why: string;
}): NoticeBody {
  return {
    ...staffNoticeBody(
      [
        `【要確認】嫌がらせ案件 #${o.caseNumber}: 顧客からChatworkで返信がありました。${o.why}`,
        `顧客: ${o.clientCode} ${o.clientName}`,
        `受付番号: ${o.receiptNumber}`,
        `ルーム: ${o.roomId}`,
        '内容を確かめ、必要に応じて顧客に返事をしてください。',
        `回答として残すときは、案件のカードの「回答を代わりに記録」を押してください(コマンド: ${TYPED} cases answer ${o.caseNumber} <回答>)。`,
      ],
      { report: o.words === '' ? '(文字のない返信です)' : o.words },
    ),
    heading: '返信の内容',
  };
}
