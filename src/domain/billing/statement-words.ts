import { formatMonth, formatShortTime } from '../calendar.ts';
import { printableLine } from '../text.ts';
import type { BilledCall, StatementLine, StatementSummary } from './statement.ts';

/*
 * A statement in the client's language. What a person typed passes `printableLine` here.
 */

export function yenText(yen: number): string {
  return `${yen.toLocaleString('en-US').replace('-', '−')}円`;
}

/** What a line of a statement is for. */
export function lineWords(line: StatementLine): string {
  switch (line.type) {
    case 'base':
      return `基本料金 ${printableLine(line.name)}${share(line.days)}`;
    case 'over':
      return `超過料金 ${line.calls}回 × ${yenText(line.eachYen)}`;
    case 'extra':
      return `${printableLine(line.name)}${line.quantity > 1 ? ` × ${line.quantity}` : ''}${share(line.days)}`;
    case 'surcharge':
      return `割増料金${because(line.reason)}`;
    case 'surcharge-credit':
      return `割増料金の取消${because(line.reason)}`;
    case 'late-call':
      return `${formatMonth(line.ofMonth)}の受電の追加計上`;
    case 'credit':
      return `${formatMonth(line.ofMonth)}の受電の計上取消${because(line.reason)}`;
    case 'correction':
      return `調整${because(line.reason)}`;
    default:
      return line satisfies never;
  }
}

/** A line's call, as it is named beside it: 「受付番号 20260618-0012、6月18日(木) 13:05」. */
export function lineCall(line: StatementLine): string | null {
  if (!('call' in line) || line.call === null) return null;
  return `受付番号 ${line.call.receiptNumber}、${formatShortTime(line.call.occurredAt)}`;
}

export interface CallCells {
  readonly receiptNumber: string;
  readonly time: string;
  readonly addressee: string;
  readonly kind: string;
}

/** A counted call as one line. */
export function callCells({ receiptNumber, occurredAt, addressee, kind }: BilledCall): CallCells {
  return {
    receiptNumber,
    time: formatShortTime(occurredAt),
    addressee: printableLine(addressee ?? '') || 'なし',
    kind: printableLine(kind.label),
  };
}

/** 「スモール(月20回まで)」. */
export function planWords(plan: StatementSummary['plan']): string {
  return plan === null ? 'なし' : `${printableLine(plan.name)}(月${plan.includedCalls}回まで)`;
}

/** 「25回(うち超過5回)」. */
export function countWords({ counted, overCalls }: Pick<StatementSummary, 'counted' | 'overCalls'>): string {
  return overCalls > 0 ? `${counted}回(うち超過${overCalls}回)` : `${counted}回`;
}

/** Amounts summed up by what they are for, in few lines however many calls there are; those of zero left out. */
export function amountRows(
  statement: Pick<StatementSummary, 'lines'>,
): readonly (readonly [string, number])[] {
  const GROUPS: readonly (readonly [string, readonly StatementLine['type'][]])[] = [
    ['基本料金', ['base']],
    ['超過料金', ['over']],
    ['月額オプション', ['extra']],
    ['割増料金', ['surcharge', 'surcharge-credit']],
    ['過去の月の追加計上', ['late-call']],
    ['過去の月の計上取消', ['credit']],
    ['調整', ['correction']],
  ];
  return GROUPS.flatMap(([label, types]) => {
    const lines = statement.lines.filter(({ type }) => types.includes(type));
    const yen = lines.reduce((sum, line) => sum + line.yen, 0);
    return lines.length === 0 ? [] : [[label, yen] as const];
  });
}

/** One line a rate, as a qualified invoice (適格請求書) shows it: 「10%対象 3,900円(うち消費税 354円)」. */
export function taxRows({ taxes }: Pick<StatementSummary, 'taxes'>): readonly string[] {
  return taxes.map(
    ({ percent, totalYen, taxYen }) => `${percent}%対象 ${yenText(totalYen)}(うち消費税 ${yenText(taxYen)})`,
  );
}

/** P2: a total and nothing else, and only for a client that chose to be told. */
export function refusedWords(refused: StatementSummary['refusedSales']): string | null {
  if (refused === null) return null;
  const { calls, savedYen } = refused;
  const saved = savedYen > 0 ? `、計上していたら${yenText(savedYen)}` : '';
  return `${calls}件(計上していません${saved})`;
}

function share(days: { readonly charged: number; readonly ofMonth: number } | null): string {
  return days === null ? '' : `(日割り ${days.charged}/${days.ofMonth}日)`;
}

function because(reason: string | null): string {
  const text = printableLine(reason ?? '');
  return text === '' ? '' : `(${text})`;
}
