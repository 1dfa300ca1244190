const RECEIPT_NUMBER = /^(\d{4})(\d{2})(\d{2})-(\d{4,})$/;

/**
 * A receipt number (受付番号) such as `20240620-0012`: the JST day and the call's number on it, four digits or
 * more.
 * @param day JST day, `YYYY-MM-DD`
 * @param n counted from 1 over the whole agency; gaps are allowed
 */
export function formatReceiptNumber(day: string, n: number): string {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`a receipt number counts from 1, not ${n}`);
  return `${day.replaceAll('-', '')}-${String(n).padStart(4, '0')}`;
}

/** The JST day and the number a receipt number is made of; undefined when it is not one. */
export function parseReceiptNumber(text: string): { readonly day: string; readonly n: number } | undefined {
  const [, year, month, day, n] = RECEIPT_NUMBER.exec(text.normalize('NFKC').trim()) ?? [];
  return n === undefined ? undefined : { day: `${year}-${month}-${day}`, n: Number(n) };
}
