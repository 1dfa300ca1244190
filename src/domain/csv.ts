/** What makes a spreadsheet take a cell for a formula, full-width as Japanese input gives it included. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

export type Cell = string | number;

/** Lines of cells as one CSV text, as Excel wants it: UTF-8 with a byte order mark, lines ending with CR LF. */
export function csvText(lines: readonly (readonly Cell[])[]): string {
  return `\ufeff${lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('')}`;
}

/** P6: text stays text. What a person typed is quoted, and never a formula. */
function csvCell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
