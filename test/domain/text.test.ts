import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, foldWords, haystack } from '../../src/domain/search.ts';
import {
  hasControls,
  overLimit,
  printable,
  printableLine,
  storable,
  textOrNull,
} from '../../src/domain/text.ts';

const hostile = fc.string({ unit: 'binary', maxLength: 200 });
const codeUnits = fc.array(fc.nat(0xffff), { maxLength: 50 }).map((units) => String.fromCharCode(...units));

describe('printable text', () => {
  test('P6 no C0, C1 or bidirectional control is left, only line breaks', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, codeUnits), (text) => {
        for (const character of printable(text)) {
          const point = character.codePointAt(0) ?? 0;
          expect(point === 0x0a || point >= 0x20, `U+${point.toString(16)}`).toBe(true);
          expect(point >= 0x7f && point <= 0x9f).toBe(false);
          expect((point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069)).toBe(false);
          expect(point >= 0xd800 && point <= 0xdfff).toBe(false);
        }
      }),
    );
  });

  test('is stable, and leaves ordinary text as typed', () => {
    fc.assert(fc.property(codeUnits, (text) => printable(printable(text)) === printable(text)));
    const ordinary = '髙﨑㈱①の見積書\nhttps://a.example/?q=1&r=[2] 𠮷野家 😀';
    expect(printable(ordinary)).toBe(ordinary);
  });

  test('line breaks of every system become one kind, tabs become spaces', () => {
    expect(printable('a\r\nb\rc\u2028d\te')).toBe('a\nb\nc\nd e');
    expect(printableLine(' a\r\nb\n\nc ')).toBe('a b c');
  });

  test('knows where controls hide', () => {
    expect(hasControls('a\tb\r\nc')).toBe(false);
    expect(hasControls('a\u202eb')).toBe(true);
    expect(hasControls('a\u0000b')).toBe(true);
  });
});

test('the record keeps everything but NUL and halves of characters, which cannot be kept', () => {
  expect(storable('a\u0000b\u202e\ud800c\t')).toBe('a\u2400b\u202e\ufffdc\t');
  fc.assert(
    fc.property(codeUnits, (text) => {
      const kept = storable(text);
      expect(kept).not.toContain('\u0000');
      expect(Buffer.from(kept, 'utf8').toString('utf8')).toBe(kept);
      expect(kept.length).toBe(text.length);
    }),
  );
});

test('limits count UTF-16 code units, as Slack does', () => {
  expect(overLimit('あいう', 3)).toBe(0);
  expect(overLimit('😀😀', 3)).toBe(1);
  expect(textOrNull('　 ')).toBeNull();
  expect(textOrNull(undefined)).toBeNull();
  expect(textOrNull(' a ')).toBe('a');
});

describe('folding for search', () => {
  test.each([
    ['株式会社サンプル', 'サンプル㈱'],
    ['（株）サンプル', 'さんぷる'],
    ['㍿サンプル', 'ｻﾝﾌﾟﾙ'],
    ['ACME', 'ａｃｍｅ'],
    ['山田　太郎', '山田太郎'],
    ['髙橋', '高橋'],
    ['サーバー', 'サ−バ‐'],
    ['𠮷田', '吉田'],
    ['A・B商会', 'AB商会'],
  ])('%s is %s', (a, b) => {
    expect(fold(a)).toBe(fold(b));
  });

  test('different names stay different', () => {
    expect(fold('サンプル商事')).not.toBe(fold('サンプル工業'));
    expect(fold('株式会社')).toBe('株式会社');
    expect(fold(' 　')).toBe('');
  });

  test('is stable, and a query is cut into its words', () => {
    fc.assert(fc.property(hostile, (text) => fold(fold(text)) === fold(text)));
    expect(foldWords(' サンプル　ｼｮｳｼﾞ ')).toEqual(['さんぷる', 'しょうじ']);
    expect(foldWords(' ')).toEqual([]);
  });

  test('a haystack holds every field whole, on a line of its own', () => {
    const hay = haystack(['acme', '株式会社アクメ', 'アクメ', '']);
    expect(hay).toBe('\nacme\nあくめ\n');
  });
});
