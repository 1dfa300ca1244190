/**
 * Consumption tax (消費税) by the first JST month it holds for, newest first. It is set by law and the same for
 * everybody; prices of the agency are given with it.
 */
const CONSUMPTION_TAX = [
  { from: '2019-10', percent: 10 },
  { from: '2014-04', percent: 8 },
  { from: '1997-04', percent: 5 },
] as const;

/** The rate for services of a JST month (`YYYY-MM`), percent. */
export function taxPercentIn(month: string): number {
  return CONSUMPTION_TAX.find(({ from }) => from <= month)?.percent ?? 0;
}

/** What is charged at one rate, as a qualified invoice (適格請求書) shows it; yen. */
export interface TaxTotal {
  readonly percent: number;
  /** With tax. */
  readonly totalYen: number;
  /** The tax in it. */
  readonly taxYen: number;
}

/**
 * The tax in an amount that includes it, rounded down to a yen: 3,700 at 10 % → floor(3,700 × 10 / 110) = 336. An
 * amount paid back mirrors the same amount charged.
 */
export function includedTax(totalYen: number, percent: number): number {
  const tax = Math.floor((Math.abs(totalYen) * percent) / (100 + percent));
  return totalYen < 0 && tax !== 0 ? -tax : tax;
}

/** Amounts by rate, the highest first, rounded once a rate and never a line, as the law on invoices asks. */
export function taxTotals(
  amounts: readonly { readonly yen: number; readonly taxPercent: number }[],
): readonly TaxTotal[] {
  const totals = new Map<number, number>();
  for (const { yen, taxPercent } of amounts) totals.set(taxPercent, (totals.get(taxPercent) ?? 0) + yen);
  return [...totals]
    .toSorted(([one], [other]) => other - one)
    .map(([percent, totalYen]) => ({ percent, totalYen, taxYen: includedTax(totalYen, percent) }));
}
