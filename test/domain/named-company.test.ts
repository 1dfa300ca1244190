import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { companiesNamed, indexNames, type Named } from '../../src/domain/named-company.ts';
import { fold } from '../../src/domain/search.ts';

const company = (id: string, ...names: readonly string[]) => ({ id, folded: names.map(fold) });
const acme = company('acme', '株式会社アクメ', 'アクメ');
const north = company('north', '北物産株式会社', 'キタブッサン', 'NORTH TRADING');
const branch = company('branch', 'サンプル商事大阪支店', 'サンプルショウジオオサカシテン');
const head = company('head', 'サンプル商事', 'サンプルショウジ');
const yamada = company('yamada', '山田', 'ヤマダ');
const index = indexNames([acme, north, branch, head, yamada]);
const named = (own: Named, field: string | null, ...texts: string[]) =>
  companiesNamed(index, { company: field, texts, own });

describe('companies named in a call', () => {
  test.each([
    ['㈱北物産', ''],
    [null, '(株)北物産の佐藤様より見積書の件'],
    [null, 'きたぶっさん様の件'],
    [null, 'from North Trading Co.'],
    ['ＮＯＲＴＨ　ＴＲＡＤＩＮＧ', ''],
  ])('finds another client in %s %s', (field, text) => {
    expect(named(acme, field, text)).toEqual(['north']);
  });

  test.each([
    [null, '北の物産展について'],
    [null, 'northern trading の件'],
    [null, '山田様へ折り返し'],
    [null, 'アクメディアの件'],
    ['株式会社見本', '見積書の件'],
  ])('finds nobody in %s %s', (field, text) => {
    expect(named(branch, field, text)).toEqual([]);
  });

  test('takes a short name only where it is the whole company', () => {
    expect(named(north, '山田')).toEqual(['yamada']);
    expect(named(north, '(株)アクメ')).toEqual(['acme']);
    expect(named(north, null, '山田様')).toEqual([]);
  });

  test('never takes the client for somebody else, nor a name within its own', () => {
    expect(named(branch, null, 'サンプル商事 大阪支店への電話')).toEqual([]);
    expect(named(branch, null, 'サンプル商事の本社へ')).toEqual(['head']);
    expect(named(head, 'サンプル商事', 'サンプルショウジ')).toEqual([]);
  });

  test('finds a name wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        expect(named(head, null, `${before}\n北物産\n${after}`)).toContain('north');
      }),
    );
  });
});
