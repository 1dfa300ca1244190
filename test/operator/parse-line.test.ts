import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLine, unescapeCommand } from '../../src/operator/line/parse-line.ts';

const SPACES = [' ', '\u3000', '\t', '\n', '\u00a0', '\u2003'];
const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !/\s/u.test(text) && !/^[「『"“"]/u.test(text) && !/&(amp|lt|gt);/.test(text));
const gap = fc
  .array(fc.constantFrom(...SPACES), { minLength: 1, maxLength: 4 })
  .map((signs) => signs.join(''));
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

describe('parseLine', () => {
  it.each(['', '   ', '\u3000\t\n'])('opens the form for %j', (text) => {
    expect(parseLine(text)).toEqual({ type: 'open' });
  });

  it.each(['help', ' HELP\u3000', 'ヘルプ', 'ﾍﾙﾌﾟ', '?', '？', '使い方'])('explains for %j', (text) => {
    expect(parseLine(text)).toEqual({ type: 'help' });
  });

  it.each([
    ['「サンプル 商会」 営業', 'サンプル 商会', ['営業']],
    ['「サンプル\u3000商会」営業 メモ', 'サンプル\u3000商会', ['営業', 'メモ']],
    ['『サンプル』 用件', 'サンプル', ['用件']],
    ['"Sample Trading" sales', 'Sample Trading', ['sales']],
    ['“Sample Trading” sales', 'Sample Trading', ['sales']],
    ['＂サンプル 商会＂ 営業', 'サンプル 商会', ['営業']],
    ['「」 営業', null, ['「」', '営業']],
    ['「サンプル 営業', null, ['「サンプル', '営業']],
    ['acme 「営業」', null, ['acme', '「営業」']],
  ])('reads the brackets of %j', (text, quotedClient, words) => {
    const line = parseLine(text);
    expect(line).toMatchObject({ type: 'words', quotedClient });
    expect(line.type === 'words' && line.words.map((one) => one.word)).toEqual(words);
  });

  it('separates words by spaces of every width and keeps the rest of the line as typed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 8 }), gap, (parts, lead) => {
        const text = lead + parts.map(([one, space]) => one + space).join('');
        const line = parseLine(escaped(text));
        fc.pre(line.type === 'words');
        expect(line.text).toBe(text.trim());
        expect(line.words.map((one) => one.word)).toEqual(parts.map(([one]) => one));
        for (const { word: typed, rest } of line.words) {
          expect(text).toContain(typed);
          expect(text.trim().endsWith(rest)).toBe(true);
        }
        expect(line.words.at(-1)?.rest).toBe('');
      }),
    );
  });

  it('P6 reads any text without failing, and gives it back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(unescapeCommand(escaped(text))).toBe(text);
        const line = parseLine(escaped(text));
        if (line.type === 'words') expect(line.text).toBe(text.trim());
        else expect(line.type === 'open' ? text.trim() : text).toBe(line.type === 'open' ? '' : text);
      }),
    );
  });

  it('turns Slack’s three escapes back, once', () => {
    expect(unescapeCommand('A&amp;B &lt;1&gt; &amp;lt; &quot; &')).toBe('A&B <1> &lt; &quot; &');
  });

  it('is quick on a line as long as Slack sends', () => {
    const started = performance.now();
    parseLine(`${'「'.repeat(20_000)}${'あ '.repeat(20_000)}`);
    expect(performance.now() - started).toBeLessThan(200);
  });
});
