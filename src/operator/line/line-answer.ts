import type { ClientSummary } from '../../clients/directory.ts';
import type { Kind } from '../../domain/kinds.ts';
import type { NoticeBody } from '../../storage/schema.ts';
import { plainMessage } from '../plain-message.ts';
import {
  FORM_NOT_OPENED,
  NOT_RECORDED_LINE,
  NOT_RECORDED_LONG_LINE,
  NOT_YET_RECORDED_LINE,
  NOT_YET_RECORDED_LONG_LINE,
  REFUSED,
  receiptInWords,
} from '../wording.ts';
import { againButton, type LineAttempt } from './again-button.ts';
import type { LineResult } from './enter-line.ts';
import { unescapeCommand } from './parse-line.ts';

/** A message only the operator sees; a type, so that Slack's own libraries take it as it is. */
export type PrivateAnswer = NoticeBody & { readonly response_type: 'ephemeral' };

const NEAR_SHOWN = 5;
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
      return privately(receiptInWords(result.receipt, false));
    case 'already':
      return privately(receiptInWords(result.receipt, true));
    case 'refused':
      return privately([
        `登録していません。${result.problems.map(({ message }) => message).join(' ')}`,
        echo(command, attempt),
      ]);
    case 'help':
      return privately(help(command, result.kinds));
    case 'misread':
      return privately([...misread(result), echo(command, attempt)]);
    default:
      return result satisfies never;
  }
}

/** The database did not say that the line is recorded, or not yet. */
export function notRecordedAnswer(
  command: string,
  attempt: LineAttempt,
  why: 'failed' | 'late',
): PrivateAnswer {
  const button = againButton(attempt);
  const said = button === undefined ? WITHOUT_BUTTON[why] : WITH_BUTTON[why];
  const answer = privately([said, echo(command, attempt)]);
  return button === undefined ? answer : { ...answer, blocks: [...answer.blocks, button] };
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
    .map((client) => `・${client.code} ${client.name}${client.kana === '' ? '' : `(${client.kana})`}`)
    .join('\n');
}

function kindNames(kinds: readonly Kind[]): string {
  return kinds.map((kind) => `${kind.label}(${kind.code})`).join('、');
}

function help(command: string, kinds: readonly Kind[]): readonly string[] {
  return [
    [
      '受電登録の使い方',
      `${command} … 入力画面を開きます`,
      `${command} 顧客 … その顧客の入力画面を開きます`,
      `${command} 顧客 種別 メモ … 1行でそのまま登録します(メモは省略できます)`,
    ].join('\n'),
    [
      '例',
      `${command} acme 営業`,
      `${command} acme 用件 見積書の件、折り返し希望`,
      `${command} 「サンプル 商会」 間違い電話`,
    ].join('\n'),
    '顧客はコード・名前・カナ・通称で指定します。空白を含む名前は「」で囲んでください。',
    ...(kinds.length === 0 ? [] : [`種別: ${kindNames(kinds)}`]),
  ];
}
