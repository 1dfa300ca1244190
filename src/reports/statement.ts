import type { Statement } from '../domain/billing/statement.ts';
import { csvName, statementCsv } from '../domain/billing/statement-csv.ts';
import {
  amountRows,
  callCells,
  countWords,
  lineCall,
  lineWords,
  planWords,
  refusedWords,
  taxRows,
  yenText,
} from '../domain/billing/statement-words.ts';
import type { MailAttachment } from '../domain/body.ts';
import { formatMonth } from '../domain/calendar.ts';
import { printableLine } from '../domain/text.ts';
import { agencyLine, recipientLine } from './wording.ts';

/** A month's statement (利用明細), in words. It is kept with its report: later changes of names do not reach it (P5). */
export interface StatementView {
  /** 「株式会社サンプル商事 御中」. */
  readonly recipient: string;
  /** 「2026年6月」. */
  readonly month: string;
  readonly plan: string;
  /** 「25回(うち超過5回)」. */
  readonly count: string;
  /** Amounts by what they are for: 「・基本料金: 2,960円」, one line each. */
  readonly amounts: string;
  readonly total: string;
  /** One line a tax rate. */
  readonly taxes: string;
  /** Every amount with its reason, one line each; for mail, which has room. */
  readonly lines: string;
  /** Every counted call, one line each; null when there was none. For mail. */
  readonly calls: string | null;
  /** Calls found not to count. For mail. */
  readonly takenBack: string | null;
  /** Refused sales calls as one total; null unless the client chose to be told (P2). */
  readonly refused: string | null;
  /** Of the qualified invoice issuer, 「T…」; null when the agency has none. */
  readonly registration: string | null;
  readonly agency: string | null;
  /** The attachment of the mail. */
  readonly csv: string;
  readonly csvName: string;
}

/** Calls listed in a mail; all of them are in its attachment. */
const CALLS_IN_MAIL = 500;

export function buildStatement(
  statement: Statement,
  agency: {
    readonly name: string;
    readonly phone: string | null;
    readonly registrationNumber: string | null;
  } | null,
): StatementView {
  const calls = statement.calls.map((call) => Object.values(callCells(call)).join('　'));
  const left = calls.length - CALLS_IN_MAIL;
  const takenBack = statement.takenBack.slice(0, CALLS_IN_MAIL).map(({ call, reason }) => {
    const why = printableLine(reason ?? '');
    return [...Object.values(callCells(call)), ...(why === '' ? [] : [why])].join('　');
  });
  return {
    recipient: recipientLine(statement.client.name, null),
    month: formatMonth(statement.month),
    plan: planWords(statement.plan),
    count: countWords(statement),
    amounts:
      amountRows(statement)
        .map(([label, yen]) => `・${label}: ${yenText(yen)}`)
        .join('\n') || 'ご請求はありません。',
    total: yenText(statement.totalYen),
    taxes: taxRows(statement).join('\n') || '-',
    lines:
      statement.lines
        .map((line) => [lineWords(line), lineCall(line), yenText(line.yen)].filter(Boolean).join('　'))
        .join('\n') || 'なし',
    calls:
      calls.length === 0
        ? null
        : [
            ...calls.slice(0, CALLS_IN_MAIL),
            ...(left > 0 ? [`ほか${left}件は、添付のCSVファイルをご覧ください。`] : []),
          ].join('\n'),
    takenBack: takenBack.length === 0 ? null : takenBack.join('\n'),
    refused: refusedWords(statement.refusedSales),
    registration: agency?.registrationNumber == null ? null : printableLine(agency.registrationNumber),
    agency: agencyLine(agency),
    csv: statementCsv(statement),
    csvName: csvName(statement),
  };
}

/** 「【ご利用明細】2026年6月」: by what a mailbox can be filtered, and told from reports of calls. */
export function statementSubject(view: Pick<StatementView, 'month'>): string {
  return `【ご利用明細】${view.month}`;
}

export function statementFiles(view: Pick<StatementView, 'csv' | 'csvName'>): readonly MailAttachment[] {
  return [{ filename: view.csvName, contentType: 'text/csv; charset=utf-8', text: view.csv }];
}
