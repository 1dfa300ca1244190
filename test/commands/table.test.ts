import { describe, expect, it } from 'vitest';
import { displayWidth, table } from '../../src/commands/table.ts';

interface Row {
  readonly name: string;
  readonly yen: number | null;
}
const columns = [
  { title: 'NAME', value: (row: Row) => row.name },
  { title: 'YEN', value: (row: Row) => row.yen, right: true },
];

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['株式会社', 8],
    ['ｶﾌﾞ', 3],
    ['ＡＢＣ１', 8],
    ['「電話」', 8],
    ['が', 2],
    ['か\u3099', 2],
    ['𠮷野家', 6],
    ['a\u200bb', 2],
    ['é', 1],
    ['', 0],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('table', () => {
  it('aligns Japanese and figures', () => {
    const text = table(columns, [
      { name: '株式会社サンプル', yen: 3700 },
      { name: 'acme', yen: 12 },
      { name: '', yen: null },
    ]);
    expect(text).toBe(
      [
        'NAME                YEN',
        '株式会社サンプル  3,700',
        'acme                 12',
        '-                     -',
        '',
      ].join('\n'),
    );
    expect(new Set(text.trimEnd().split('\n').map(displayWidth)).size).toBe(1);
  });

  it('P6 lets no control sequence of a name reach the terminal', () => {
    const text = table(columns, [{ name: '\u001b[31m赤\u001b]0;x\u0007\n二行\u202e', yen: 1 }]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text.trimEnd().split('\n')).toHaveLength(2);
  });
});
