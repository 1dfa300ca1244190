import { printableLine } from '../domain/text.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  /** Figures stand at the right. */
  readonly right?: boolean;
}

/**
 * Rows as an aligned table, Japanese included. What people typed is made printable first, so that no control
 * sequence of theirs reaches the terminal (P6).
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) =>
    columns.map((column) => {
      const value = column.value(row);
      if (value === null || value === '') return '-';
      return typeof value === 'number' ? value.toLocaleString('en-US') : printableLine(value);
    }),
  );
  const lines = [columns.map((column) => column.title), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index] ?? ''))));
  return lines.map((line) => `${alignLine(line, columns, widths)}\n`).join('');
}

function alignLine(
  line: readonly string[],
  columns: readonly { readonly right?: boolean }[],
  widths: readonly number[],
): string {
  return line
    .map((cell, index) => {
      const padding = ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
      return columns[index]?.right ? padding + cell : cell + padding;
    })
    .join('  ')
    .trimEnd();
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian Width W and F (Unicode 15): scripts, full-width forms, emoji. Half-width katakana are not among them. */
const DOUBLE_WIDTH =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f265}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Columns a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (NO_WIDTH.test(character)) continue;
    width += DOUBLE_WIDTH.test(character) ? 2 : 1;
  }
  return width;
}
