import { type Cell, csvText } from '../domain/csv.ts';
import type { ClientUsage } from './usage.ts';

/** A column of the file: its heading, and what stands in it. */
interface Column {
  readonly heading: string;
  readonly value: (usage: ClientUsage) => Cell;
}

const COLUMNS: readonly Column[] = [
  { heading: '対象月', value: ({ month }) => month },
  { heading: '締め', value: ({ closed }) => (closed ? '確定' : '未確定') },
  { heading: '顧客コード', value: ({ code }) => code },
  { heading: '顧客名', value: ({ name }) => name },
  { heading: 'プラン', value: ({ plan }) => plan?.name ?? '' },
  { heading: '計上回数', value: ({ counted }) => counted },
  { heading: '基本回数', value: ({ plan }) => plan?.includedCalls ?? '' },
  { heading: '超過回数', value: ({ overCalls }) => overCalls },
  { heading: '取消回数', value: ({ credited }) => credited },
  { heading: '基本料金', value: ({ baseYen }) => baseYen },
  { heading: '超過料金', value: ({ overYen }) => overYen },
  { heading: '月額オプション', value: ({ extrasYen }) => extrasYen },
  { heading: '割増料金', value: ({ surchargeYen }) => surchargeYen },
  { heading: '過去月の追加計上', value: ({ lateYen }) => lateYen },
  { heading: '過去月の取消', value: ({ creditYen }) => creditYen },
  { heading: '調整', value: ({ correctionYen }) => correctionYen },
  { heading: '請求額(税込)', value: ({ totalYen }) => totalYen },
  { heading: 'うち消費税', value: ({ taxYen }) => taxYen },
];

/**
 * A month's usage as one CSV file for accounting: one line a client, and for each tax rate of the month two columns more.
 * UTF-8 with a byte order mark and lines ending with CR LF, as Excel wants them; figures are plain whole yen.
 */
export function accountingCsv(usage: readonly ClientUsage[]): string {
  const rates = [...new Set(usage.flatMap(({ taxes }) => taxes.map(({ percent }) => percent)))].toSorted(
    (a, b) => b - a,
  );
  const columns = [
    ...COLUMNS,
    ...rates.flatMap((percent): readonly Column[] => [
      {
        heading: `${percent}%対象額(税込)`,
        value: ({ taxes }) => taxes.find((tax) => tax.percent === percent)?.totalYen ?? 0,
      },
      {
        heading: `${percent}%対象の消費税`,
        value: ({ taxes }) => taxes.find((tax) => tax.percent === percent)?.taxYen ?? 0,
      },
    ]),
  ];
  const lines = [
    columns.map(({ heading }) => heading),
    ...usage.map((one) => columns.map(({ value }) => value(one))),
  ];
  return csvText(lines);
}
