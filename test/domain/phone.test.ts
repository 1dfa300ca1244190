import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatE164, parsePhone } from '../../src/domain/phone.ts';

function read(raw: string): string {
  const parsed = parsePhone(raw);
  return parsed.ok ? `${parsed.e164} ${parsed.display}` : `refused: ${parsed.message}`;
}

describe('every format of the trade', () => {
  test.each([
    ['03-1234-5678', '+81312345678', '03-1234-5678'],
    ['045-123-4567', '+81451234567', '045-123-4567'],
    ['0422-21-3456', '+81422213456', '0422-21-3456'],
    ['04992-2-2345', '+81499222345', '04992-2-2345'],
    ['090-1234-5678', '+819012345678', '090-1234-5678'],
    ['050-1234-5678', '+815012345678', '050-1234-5678'],
    ['0120-123-456', '+81120123456', '0120-123-456'],
    ['0800-123-4567', '+818001234567', '0800-123-4567'],
    ['0570-012-345', '+81570012345', '0570-012-345'],
    ['060-1234-5678', '+816012345678', '060-1234-5678'],
    ['+81312345678', '+81312345678', '03-1234-5678'],
    ['+81-3-1234-5678', '+81312345678', '03-1234-5678'],
    ['+81 (0)90 1234 5678', '+819012345678', '090-1234-5678'],
    ['(03)1234-5678', '+81312345678', '03-1234-5678'],
    ['03(1234)5678', '+81312345678', '03-1234-5678'],
    ['03.1234.5678', '+81312345678', '03-1234-5678'],
    ['03 1234 5678', '+81312345678', '03-1234-5678'],
    ['0312345678', '+81312345678', '03-1234-5678'],
    ['0499222345', '+81499222345', '04992-2-2345'],
    ['0120123456', '+81120123456', '0120-123-456'],
    ['08001234567', '+818001234567', '0800-123-4567'],
    ['0312345678(代表)', '+81312345678', '03-1234-5678(代表)'],
    ['03-1234-5678 内線12', '+81312345678', '03-1234-5678(内線12)'],
    ['+1 212 555 0123', '+12125550123', '+1 212 555 0123'],
    ['010-1-212-555-0123', '+12125550123', '+1 212 555 0123'],
    ['+44 20 7946 0958', '+442079460958', '+44 20 7946 0958'],
    ['\u202a090-1234-5678\u202c', '+819012345678', '090-1234-5678'],
  ])('%s', (raw, e164, display) => {
    expect(parsePhone(raw)).toEqual({ ok: true, raw, e164, display });
  });

  test('every dash and full-width digits read the same', () => {
    for (const dash of 'ー−‐-―–—－ｰ─') {
      expect(read(`０３${dash}１２３４${dash}５６７８`), dash).toBe('+81312345678 03-1234-5678');
    }
  });

  test('groups the operator typed stay where the library guesses others', () => {
    expect(read('0422-12-3456')).toBe('+81422123456 0422-12-3456');
    expect(read('0422 12 3456')).toBe('+81422123456 0422-12-3456');
    expect(read('+81-422-12-3456')).toBe('+81422123456 0422-12-3456');
  });

  test('a range the library does not know yet is taken by its shape', () => {
    expect(read('09000001234')).toBe('+819000001234 090-0000-1234');
    expect(read('0300001234')).toBe('+81300001234 03-0000-1234');
  });
});

describe('what cannot be a number is refused in Japanese, with what to do', () => {
  test.each([
    ['', '番号の状態'],
    ['　', '番号の状態'],
    ['さとう様の携帯', '使えない文字「さ」'],
    ['03-1234-567', '桁が足りません(10桁のところ9桁)'],
    ['090-1234-567', '桁が足りません(11桁のところ10桁)'],
    ['03-1234-56789', '桁が多すぎます(10桁のところ11桁)'],
    ['1234-5678', '0から始まっていません'],
    ['03-1234-5678 / 090-1234-5678', '桁が多すぎます'],
    ['-', '数字がありません'],
    ['03+1234-5678', '使えない文字「+」'],
    ['+999 12', '国番号'],
    ['<script>', '使えない文字「<」'],
  ])('%j', (raw, said) => {
    const parsed = parsePhone(raw);
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && parsed.message).toContain(said);
  });
});

describe('properties', () => {
  const digitsOf = (text: string) => text.replaceAll(/\D/g, '');
  const japanese = fc.oneof(
    fc.tuple(fc.constantFrom('090', '080', '070', '060', '050'), fc.stringMatching(/^\d{8}$/)),
    fc.tuple(fc.constantFrom('03', '06', '04', '0120', '0422', '011'), fc.stringMatching(/^\d{9}$/)),
  );

  test('a Japanese number keeps its digits, and its stored form reads back to the same number', () => {
    fc.assert(
      fc.property(japanese, fc.constantFrom('', '-', 'ー', ' '), ([prefix, rest], dash) => {
        const digits = (prefix + rest).slice(0, /^0[5-9]0/.test(prefix) ? 11 : 10);
        const parsed = parsePhone(`${digits.slice(0, 4)}${dash}${digits.slice(4)}`);
        if (/^0[25-9]0/.test(digits) && digits.length === 10) return !parsed.ok;
        if (!parsed.ok) throw new Error(`${digits}: ${parsed.message}`);
        expect(digitsOf(parsed.display)).toBe(digits);
        expect(parsed.e164).toBe(`+81${digits.slice(1)}`);
        const again = parsePhone(formatE164(parsed.e164));
        expect(again.ok && again.e164).toBe(parsed.e164);
        return true;
      }),
    );
  });

  test('P6 whatever is typed, nothing but digits, signs and the two notes is ever shown', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+0-9() 内線代表x#ー]{0,30}$/)),
        (raw) => {
          const parsed = parsePhone(raw);
          expect(parsed.ok ? parsed.raw : raw).toBe(raw);
          if (parsed.ok) {
            expect(parsed.display).toMatch(/^\+?[\d -]+(\((内線\d{1,6}|代表)\))?$/);
            expect(parsed.e164).toMatch(/^\+\d{4,17}$/);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
