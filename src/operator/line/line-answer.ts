import type { ClientSummary } from '../../clients/directory.ts';
import type { Kind } from '../../domain/kinds.ts';
import type { NoticeBody } from '../../storage/schema.ts';
import { bannerLines } from '../cases/banner.ts';
import { hardshipButtons } from '../cases/hardship.ts';
import { clip } from '../entry-modal/elements.ts';
import { plainMessage } from '../plain-message.ts';
import {
  clientInWords,
  duplicateInWords,
  FORM_NOT_OPENED,
  NOT_RECORDED_AS_ASKED,
  NOT_RECORDED_LINE,
  NOT_RECORDED_LONG_LINE,
  NOT_YET_RECORDED_LINE,
  NOT_YET_RECORDED_LONG_LINE,
  otherClientInWords,
  REFUSED,
  receiptInWords,
  sameCallInWords,
  statusAdvice,
  TOO_LONG_TO_ASK,
} from '../wording.ts';
import type { LineResult } from './enter-line.ts';
import { LINE_ACTION, type LineAttempt, type LineButton, lineButtons } from './line-buttons.ts';
import { unescapeCommand } from './parse-line.ts';

/** A message only the operator sees; a type, so that Slack's own libraries take it as it is. */
export type PrivateAnswer = NoticeBody & { readonly response_type: 'ephemeral' };

const NEAR_SHOWN = 5;
const ALIASES_SHOWN = 8;
/** A table of kinds longer than any agency's must not keep Slack from showing the answer; in characters. */
const KINDS_SHOWN = 2900;
const WITH_BUTTON = { failed: NOT_RECORDED_LINE, late: NOT_YET_RECORDED_LINE };
const WITHOUT_BUTTON = { failed: NOT_RECORDED_LONG_LINE, late: NOT_YET_RECORDED_LONG_LINE };

/** What a line came to, in words. `command` is the command's name, such as `/juden`. */
export function lineAnswer(
  command: string,
  attempt: LineAttempt,
  result: Exclude<LineResult, { type: 'form' }>,
): PrivateAnswer {
  switch (result.type) {
    case 'stranger':
      return privately([REFUSED]);
    case 'recorded':
    case 'already':
      return recorded(result);
    case 'refused':
      return privately([
        `登録していません。${result.problems.map(({ message }) => message).join(' ')}`,
        echo(command, attempt),
      ]);
    case 'other-client': {
      const sure = { ...attempt, sureOf: result.client.id };
      return asking(command, attempt, otherClientInWords(result.client, result.named), [
        { action: LINE_ACTION.sure, label: 'はい、このまま登録する', attempt: sure },
        { action: LINE_ACTION.drop, label: 'いいえ、登録しない', attempt },
      ]);
    }
    case 'duplicate': {
      const { earlier, client } = result;
      const { receiptNumber } = earlier;
      const question = `${clientInWords(client)}\n${duplicateInWords(earlier)}`;
      return asking(command, attempt, question, [
        { action: LINE_ACTION.drop, label: '同じ電話です(登録しない)', attempt, receiptNumber },
        {
          action: LINE_ACTION.different,
          label: '別の電話です(登録する)',
          attempt: { ...attempt, apartFrom: earlier.callId },
        },
      ]);
    }
    case 'help':
      return privately(help(command, result.kinds));
    case 'misread':
      return privately([...misread(result), echo(command, attempt)]);
    default:
      return result satisfies never;
  }
}

/** The receipt, the client's open cases in short, and what an operator may leave about a hard call. */
function recorded({
  type,
  receipt,
  cases,
}: Extract<LineResult, { type: 'recorded' | 'already' }>): PrivateAnswer {
  const answer = privately([
    ...receiptInWords(receipt, type === 'already'),
    ...bannerLines(cases, receipt.recordedAt),
  ]);
  return receipt.rule.flagged
    ? { ...answer, blocks: [...answer.blocks, hardshipButtons(receipt.callId)] }
    : answer;
}

/** The database did not say that the line is recorded, or not yet. */
export function notRecordedAnswer(
  command: string,
  attempt: LineAttempt,
  why: 'failed' | 'late',
): PrivateAnswer {
  const button = lineButtons([
    { action: LINE_ACTION.again, label: 'もう一度登録する', attempt, primary: true },
  ]);
  const said = button === undefined ? WITHOUT_BUTTON[why] : WITH_BUTTON[why];
  const answer = privately([said, echo(command, attempt)]);
  return button === undefined ? answer : { ...answer, blocks: [...answer.blocks, button] };
}

/** A line that is not recorded, as the operator decided; the line is given back. */
export function droppedAnswer(
  command: string,
  attempt: LineAttempt,
  receiptNumber: string | undefined,
): PrivateAnswer {
  const said = receiptNumber === undefined ? NOT_RECORDED_AS_ASKED : sameCallInWords(receiptNumber);
  return privately([said, echo(command, attempt)]);
}

/** A question, the line, and a button for each answer. */
function asking(
  command: string,
  attempt: LineAttempt,
  question: string,
  buttons: readonly LineButton[],
): PrivateAnswer {
  const row = lineButtons(buttons);
  const answer = privately([
    `まだ登録していません。${question}`,
    ...(row === undefined ? [TOO_LONG_TO_ASK] : []),
    echo(command, attempt),
  ]);
  return row === undefined ? answer : { ...answer, blocks: [...answer.blocks, row] };
}

export function formNotOpenedAnswer(command: string, attempt: LineAttempt): PrivateAnswer {
  return privately([FORM_NOT_OPENED, echo(command, attempt)]);
}

function privately(paragraphs: readonly string[]): PrivateAnswer {
  return { response_type: 'ephemeral', ...plainMessage(paragraphs) };
}

/** The typed line, to copy: nothing typed is lost. */
function echo(command: string, attempt: LineAttempt): string {
  return `入力内容:\n${command} ${unescapeCommand(attempt.text).trim()}`;
}

function misread(result: Extract<LineResult, { type: 'misread' }>): readonly string[] {
  const { reading } = result;
  switch (reading.type) {
    case 'ended-client':
      return [`登録していません。${clientInWords(reading.client)}`, statusAdvice('ended') ?? ''];
    case 'unknown-client':
      return [
        `登録していません。顧客「${reading.word}」が見つかりません。コード・名前・カナ・通称のどれかを省略せずに入力してください。`,
        ...(reading.near.length === 0 ? [] : [`近い顧客:\n${listed(reading.near)}`]),
      ];
    case 'ambiguous-client':
      return [
        `登録していません。「${reading.word}」に当てはまる顧客が複数あります。コードで指定してください。`,
        listed(reading.clients),
      ];
    case 'unknown-kind':
      return [
        `登録していません。種別「${reading.word}」が分かりません(顧客: ${reading.client.code} ${reading.client.name})。`,
        `使える種別: ${kindNames(result.kinds)}`,
      ];
    default:
      return reading satisfies never;
  }
}

function listed(clients: readonly ClientSummary[]): string {
  return clients
    .slice(0, NEAR_SHOWN)
    .map((client) => `・${clientInWords(client)}`)
    .join('\n');
}

function kindNames(kinds: readonly Kind[]): string {
  return clip(kinds.map((kind) => `${kind.label}(${kind.code})`).join('、'), KINDS_SHOWN);
}

function help(command: string, kinds: readonly Kind[]): readonly string[] {
  return [
    [
      '受電登録の使い方',
      `${command} … 入力画面を開きます(最近の顧客をボタンで選べます)`,
      `${command} 顧客 … その顧客の入力画面を開きます`,
      `${command} 顧客 種別 [番号] [ご対応] [至急] ご用件 … 1行でそのまま登録します`,
      '番号・ご対応・至急・ご用件は省略できます。ご用件より前なら順番は自由です。',
      'ご用件は、報告でそのまま顧客に届きます(報告しない種別では社内用のメモになります)。',
    ].join('\n'),
    [
      '例',
      `${command} acme 営業`,
      `${command} acme eigyo`,
      `${command} acme 用件 見積書の件、折り返し希望`,
      `${command} acme 用件 03-5550-0123 折り返し 至急 佐藤様、見積書の件`,
      `${command} acme 無言 非通知`,
      `${command} 「サンプル 商会」 間違い電話`,
    ].join('\n'),
    '顧客はコード・名前・カナ・通称で指定します。空白を含む名前は「」で囲んでください。',
    ...(kinds.length === 0 ? [] : [`種別: ${kindNames(kinds)}`, kindWords(kinds)]),
    [
      'ご対応: 折り返し(ori)、伝言(dengon)、再電(saiden)、折り返し不要(nocb)',
      '番号がないとき: 非通知(hitsuuchi)、公衆電話(koushuu)、圏外(kengai)',
      '番号は全角でも、ハイフンや空白があってもなくても構いません。',
    ].join('\n'),
    'メッセージのメニューとショートカットの「受電を登録」からも入力画面を開けます。',
  ];
}

/** A few other words for each kind, as the agency's own table has them. */
function kindWords(kinds: readonly Kind[]): string {
  const words = kinds.flatMap(({ label, aliases }) =>
    aliases.length === 0 ? [] : [`${label}: ${aliases.slice(0, ALIASES_SHOWN).join('・')}`],
  );
  return clip(`種別の別の書き方\n${words.join('\n')}`, KINDS_SHOWN);
}
