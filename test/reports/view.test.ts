import { describe, expect, it } from 'vitest';
import { buildView, FieldTooLongError, type ReportFacts } from '../../src/reports/view.ts';
import { FLAGGED, ORDINARY, UNSURE } from './facts.ts';

const view = (facts: Partial<ReportFacts>) => buildView({ ...ORDINARY, ...facts });
const caller = (company: string | null, name: string | null, kana: string | null) =>
  view({ caller: { company, name, kana } }).caller;

describe('what a report says', () => {
  it('words the example of the trade exactly', () => {
    expect(view({})).toEqual({
      recipient: '株式会社サンプル商事 山田様',
      receiptNumber: '20240620-0012',
      callTime: '2024年6月20日(木) 13:05',
      addressee: '山田様',
      caller: '株式会社サンプル 佐藤(サトウ)様',
      number: '03-5550-0123(復唱確認済)',
      message: '見積書の件',
      quote: null,
      reminder: null,
      stillForwarding: false,
      wish: '折り返し希望',
      operator: '鈴木',
      monthCount: '18/20回',
      urgent: false,
      kindLabel: '用件',
      surcharge: null,
      flaggedSoFar: null,
      agency: '電話代行サンプル 03-5550-0100',
    });
  });

  it('keeps something behind every fixed label when nothing was filled in', () => {
    const empty = view({
      addressee: null,
      caller: { company: null, name: ' ', kana: null },
      number: { state: 'unknown' },
      message: '\u0000\n',
      wish: null,
      month: null,
      operatorName: ' ',
    });
    expect(empty).toMatchObject({
      recipient: '株式会社サンプル商事 御中',
      addressee: 'なし',
      caller: 'お名乗りなし',
      number: '番号の確認なし',
      message: 'なし',
      wish: '-',
      monthCount: '-',
      operator: '-',
    });
  });

  it('addresses the company where the person asked for is not on its roster', () => {
    const heard = view({ addressee: { name: '山本', onRoster: false } });
    expect(heard.recipient).toBe('株式会社サンプル商事 御中');
    expect(heard.addressee).toBe('山本様');
  });

  it.each([
    ['株式会社サンプル', '佐藤', 'サトウ', '株式会社サンプル 佐藤(サトウ)様'],
    ['株式会社サンプル', null, null, '株式会社サンプル様'],
    [null, '佐藤', null, '佐藤様'],
    [null, null, 'サトウ', 'サトウ様'],
    [null, '佐藤様', 'サトウ様', '佐藤(サトウ)様'],
    [null, 'サトウ', 'サトウ', 'サトウ様'],
    ['サンプル\n商店', ' 佐藤 ', null, 'サンプル 商店 佐藤様'],
  ])('names the caller: %j %j %j → %s', (company, name, kana, expected) => {
    expect(caller(company, name, kana)).toBe(expected);
  });

  it('says 様 once', () => {
    expect(view({ addressee: { name: '山田様', onRoster: true } }).recipient).toBe(
      '株式会社サンプル商事 山田様',
    );
    expect(view({ addressee: { name: '鵜殿', onRoster: true } }).addressee).toBe('鵜殿様');
    expect(view({ client: { name: 'サンプル商店 御中' }, addressee: null }).recipient).toBe(
      'サンプル商店 御中',
    );
  });

  it.each([
    [{ state: 'withheld' }, '非通知'],
    [{ state: 'payphone' }, '公衆電話'],
    [{ state: 'out_of_area' }, '表示圏外'],
    [{ state: 'given', display: '090-0000-1234', confirmed: false }, '090-0000-1234(復唱未確認)'],
  ] as const)('says what is known of the number: %j', (number, expected) => {
    expect(view({ number }).number).toBe(expected);
  });

  it('counts without a plan, and groups the yen of a surcharge', () => {
    expect(view({ month: { ordinal: 18, included: null } }).monthCount).toBe('18回');
    expect(view({ surcharge: { label: '長時間の通話', amountYen: 1200 } }).surcharge).toBe(
      '割増料金 1,200円(理由: 長時間の通話)',
    );
  });

  it('says the kind of a call in the ordinary report only where it is another', () => {
    const wrong = { code: 'wrong_number', label: '間違い電話', template: 'message' } as const;
    expect(view({ kind: wrong, message: null }).message).toBe('【間違い電話】');
    expect(view({ kind: wrong, message: '別の会社と間違えた' }).message).toBe(
      '【間違い電話】別の会社と間違えた',
    );
    expect(buildView(UNSURE).message).toBe('回線の見直しについて、社長様とお話しになりたいとのこと');
  });

  it('tells how many calls its case has, since which day in Japan, and how fast where that tells', () => {
    expect(buildView(FLAGGED).flaggedSoFar).toBe('3件(2024年5月2日(木)以降、今回を含む)');
    const late = { count: 1, since: new Date('2024-06-19T15:30:00Z'), inHour: 1, inDay: 1 };
    expect(view({ flaggedSoFar: late }).flaggedSoFar).toBe('1件(2024年6月20日(木)以降、今回を含む)');
    expect(view({ flaggedSoFar: { ...late, count: 5, inHour: 3, inDay: 5 } }).flaggedSoFar).toBe(
      '5件(2024年6月20日(木)以降、今回を含む。直近1時間で3件)',
    );
    expect(view({ flaggedSoFar: { ...late, count: 5, inDay: 5 } }).flaggedSoFar).toBe(
      '5件(2024年6月20日(木)以降、今回を含む。直近24時間で5件)',
    );
  });

  it('quotes words once, and never lets a typed line begin like a label', () => {
    expect(view({ quote: '「ばか」' }).quote).toBe('「ばか」');
    expect(view({ quote: '「もう」と「二度と」' }).quote).toBe('「「もう」と「二度と」」');
    expect(view({ message: '一行目\r\n■電話番号: 090-0000-0000\n\n三行目' }).message).toBe(
      '一行目\n\u3000■電話番号: 090-0000-0000\n\n\u3000三行目',
    );
  });

  it('P6 drops controls and bidirectional marks from every field', () => {
    const dirty = 'a\u0000\u0007\u001b\u007f\u0085\u202e\u2066b';
    const shown = view({
      client: { name: dirty },
      agency: { name: dirty, phone: dirty },
      kind: { code: 'x', label: dirty, template: 'message' },
      operatorName: dirty,
      addressee: { name: dirty, onRoster: true },
      caller: { company: dirty, name: dirty, kana: `${dirty}c` },
      number: { state: 'given', display: dirty, confirmed: true },
      message: dirty,
      quote: dirty,
      surcharge: { label: dirty, amountYen: 200 },
    });
    expect(shown).toMatchObject({
      recipient: 'ab ab様',
      agency: 'ab ab',
      caller: 'ab ab(abc)様',
      number: 'ab(復唱確認済)',
      message: '【ab】ab',
      quote: '「ab」',
      operator: 'ab',
      kindLabel: 'ab',
      surcharge: '割増料金 200円(理由: ab)',
    });
  });

  it.each(['message', 'quote'] as const)(
    'P6 refuses a %s of 100,000 characters instead of cutting it',
    (field) => {
      const attempt = () => view({ [field]: '秘'.repeat(100_000) });
      expect(attempt).toThrow(FieldTooLongError);
      // P10: the error says how long, not what.
      expect(attempt).toThrow(/^the call's \w+ has 100000 characters, \d+ at most/);
      expect(attempt).not.toThrow(/秘/);
    },
  );

  it('does not refuse a long name of the roster, which nobody typed into a call', () => {
    expect(view({ addressee: { name: '山'.repeat(100), onRoster: true } }).addressee).toHaveLength(101);
    expect(() => view({ addressee: { name: '山'.repeat(100), onRoster: false } })).toThrow(FieldTooLongError);
  });
});
