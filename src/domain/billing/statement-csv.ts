import { jstMinute } from '../calendar.ts';
import { type Cell, csvText } from '../csv.ts';
import { printableLine } from '../text.ts';
import type { BilledCall, Statement } from './statement.ts';
import { lineWords } from './statement-words.ts';

const HEADINGS = [
  '区分',
  '受付番号',
  '受電日時',
  'お名指し',
  '種別',
  '内容',
  '金額(税込)',
  '税率(%)',
  'うち消費税',
] as const;

/**
 * A client's statement as a file for a spreadsheet: amounts (料金), their sum at each tax rate (税率別合計) and over all
 * (合計), then every counted call (受電) and every one taken back (計上取消), one line each.
 */
export function statementCsv(statement: Statement): string {
  const about = (call: BilledCall | null): readonly Cell[] =>
    call === null
      ? ['', '', '', '']
      : [
          call.receiptNumber,
          jstMinute(call.occurredAt),
          printableLine(call.addressee ?? ''),
          printableLine(call.kind.label),
        ];
  return csvText([
    HEADINGS,
    ...statement.lines.map((line) => [
      '料金',
      ...about('call' in line ? line.call : null),
      lineWords(line),
      line.yen,
      line.taxPercent,
      '',
    ]),
    ...statement.taxes.map((tax) => [
      '税率別合計',
      ...about(null),
      `${tax.percent}%対象`,
      tax.totalYen,
      tax.percent,
      tax.taxYen,
    ]),
    ['合計', ...about(null), 'ご請求額', statement.totalYen, '', statement.taxYen],
    ...statement.calls.map((call) => ['受電', ...about(call), '', '', '', '']),
    ...statement.takenBack.map(({ call, reason }) => [
      '計上取消',
      ...about(call),
      printableLine(reason ?? ''),
      0,
      '',
      '',
    ]),
  ]);
}

/** 「acme-2026-06.csv」: codes of clients are plain letters. */
export function csvName(statement: Pick<Statement, 'month' | 'client'>): string {
  return `${statement.client.code}-${statement.month}.csv`;
}
