import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ruleFor } from '../../src/domain/kinds.ts';
import { ensureKinds } from '../../src/rulebook/defaults.ts';
import { importKinds } from '../../src/rulebook/import-kinds.ts';
import { kindByWord, loadKinds } from '../../src/rulebook/kinds.ts';
import { exportKinds } from '../../src/rulebook/stored-kinds.ts';
import { surchargeReasons } from '../../src/rulebook/surcharges.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { changesOf, example, mistakesOf, NOON, options } from '../support/imports.ts';

const SHIPPED = new URL('../../examples/kinds.yaml', import.meta.url);
let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.dispose());

const importText = (text: string, o = {}) =>
  importKinds(opened.database.db, { file: 'kinds.yaml', text }, options(o));

describe('the shipped kinds', () => {
  test('are loaded at the first start, once, and never over what is stored', async () => {
    const o = { file: SHIPPED, newId: v7, clock: () => NOON };
    expect((await ensureKinds(opened.database.db, o)).length).toBeGreaterThan(7);
    expect(await ensureKinds(opened.database.db, o)).toEqual([]);
  });

  test('say what the table of the trade says', async () => {
    const { kinds, rules } = await loadKinds(opened.database.db);
    const table = kinds.map(({ code, label }) => {
      const rule = ruleFor(rules, { kind: code, clientId: v7(), day: '2026-11-20' });
      return [code, label, rule?.counted, rule?.reported, rule?.flagged];
    });
    expect(table).toEqual([
      ['message', '用件', true, true, false],
      ['sales', '営業電話', false, false, false],
      ['harassment', '嫌がらせ電話', true, true, true],
      ['prank', 'いたずら電話', true, true, true],
      ['silent', '無言・不気味な電話', true, true, true],
      ['wrong_number', '間違い電話', true, true, false],
      ['unsure', '判断不能', true, true, false],
    ]);
  });

  test.each([
    ['営業', 'sales'],
    ['えいぎょう', 'sales'],
    ['ｴｲｷﾞｮｳ', 'sales'],
    ['EIGYO', 'sales'],
    ['ｓａｌｅｓ', 'sales'],
    ['セールス', 'sales'],
    ['用件', 'message'],
    ['いやがらせ', 'harassment'],
    ['無言', 'silent'],
    ['間違い電話', 'wrong_number'],
    ['wrong_number', 'wrong_number'],
    ['wrong-number', undefined],
    ['判断不能', 'unsure'],
    ['', undefined],
    ['営', undefined],
  ])('%s names %s', async (word, code) => {
    const { kinds } = await loadKinds(opened.database.db);
    expect(kindByWord(kinds, word)?.code).toBe(code);
  });

  test('surcharge reasons carry amounts of 200 to 300 yen', async () => {
    const reasons = await surchargeReasons(opened.database.db, '2026-11-20');
    expect(reasons.map(({ code }) => code)).toEqual(['harassment', 'long_call', 'nagging', 'shouting']);
    for (const { amountYen } of reasons) expect(amountYen >= 200 && amountYen <= 300).toBe(true);
    expect(await surchargeReasons(opened.database.db, '2019-12-31')).toEqual([]);
  });

  test('importing them again, or what was exported, changes nothing', async () => {
    expect(changesOf(await importText((await example('kinds')).text))).toEqual([]);
    expect(changesOf(await importText(await exportKinds(opened.database.db)))).toEqual([]);
  });
});

describe('changing kinds', () => {
  const silentWrongNumbers = `
kinds:
  - code: wrong_number
    label: 間違い電話
    aliases: [まちがい]
    template: message
    rules:
      - { effective_from: 2020-01-01, counted: true, reported: true }
      - { effective_from: 2027-01-01, counted: false, reported: false }
surcharges:
  - code: nagging
    label: 執拗な問い合わせへの対応
    amounts:
      - { effective_from: 2020-01-01, amount: 200, min: 200, max: 300 }
      - { effective_from: 2027-01-01, amount: 0 }
`;

  test('a dry run shows the changes and makes none; the import makes them; again there is nothing', async () => {
    const { db } = opened.database;
    const before = await exportKinds(db);
    const dry = await importText(silentWrongNumbers, { dryRun: true });
    expect(dry).toMatchObject({ ok: true, applied: false });
    expect(changesOf(dry)).toEqual([
      'wrong_number: aliases - 間違い, - 間違え, - まちがいでんわ, - machigai, - machigai denwa, - wrong, - w',
      'wrong_number: + rule from 2027-01-01: not counted, not reported',
      'order: wrong_number, message, sales, harassment, prank, silent, unsure',
      'surcharge nagging: + from 2027-01-01: 執拗な問い合わせへの対応, 0 yen',
    ]);
    expect(await exportKinds(db)).toBe(before);

    const done = await importText(silentWrongNumbers);
    expect(done).toMatchObject({ ok: true, applied: true });
    expect(changesOf(done)).toEqual(changesOf(dry));
    expect(changesOf(await importText(silentWrongNumbers))).toEqual([]);

    const { rules } = await loadKinds(db);
    const on = (day: string) => ruleFor(rules, { kind: 'wrong_number', clientId: v7(), day })?.reported;
    expect([on('2026-12-31'), on('2027-01-01')]).toEqual([true, false]);
    expect((await surchargeReasons(db, '2027-01-01')).map(({ code }) => code)).not.toContain('nagging');

    const audit = await db.selectFrom('audit_log').selectAll().where('actor', '=', 'tester').execute();
    expect(audit).toMatchObject([{ action: 'kinds.import', detail: { changes: changesOf(dry) } }]);
    changesOf(await importText(before));
    expect(await exportKinds(db)).toBe(before);
  });

  test('kinds may swap their labels', async () => {
    const before = await exportKinds(opened.database.db);
    const swapped = before
      .replace('label: いたずら電話', 'label: SWAP')
      .replace('label: 嫌がらせ電話', 'label: いたずら電話')
      .replace('label: SWAP', 'label: 嫌がらせ電話');
    expect(changesOf(await importText(swapped))).toEqual([
      'harassment: label 嫌がらせ電話 → いたずら電話',
      'prank: label いたずら電話 → 嫌がらせ電話',
    ]);
    changesOf(await importText(before));
  });
});

describe('mistakes', () => {
  test('P5 P2 all at once: flags that contradict each other, flags left out, doubles, ambiguous words', async () => {
    const lines = mistakesOf(
      await importText(`kinds:
  - code: sales
    label: 営業電話
    template: message
    rules:
      - { effective_from: 2020-01-01, counted: false, reported: true }
      - { effective_from: 2020-01-01, counted: false }
  - code: fax
    label: FAX
    aliases: [ムゴン, fax, えいぎょうでんわ]
    template: letter
    rules:
      - { effective_from: 2026-04-31, counted: false, reported: false, flagged: true }
  - code: fax
    label: ファックス
    template: message
    rules: []
surcharges:
  - code: Late
    label: 深夜
    amounts: [{ effective_from: 2026-04-01, amount: -1 }]
  - code: long_call
    label: 長時間
    amounts:
      - { effective_from: 2026-04-01, amount: 400, min: 200, max: 300 }
      - { effective_from: 2026-04-01, amount: 200 }
`),
    );
    expect(lines).toEqual([
      'kinds.yaml:6: kinds[0].rules[0].counted: "false" — must be the same as reported (here true): what is counted is what was reported',
      'kinds.yaml:7: kinds[0].rules[1].reported: (missing) — whether the client gets a report: true or false',
      'kinds.yaml:7: kinds[0].rules[1].effective_from: "2020-01-01" — two rules begin on this day; keep one',
      'kinds.yaml:10: kinds[1].aliases[0]: "ムゴン" — this word already names the kind silent; a word names one kind',
      'kinds.yaml:11: kinds[1].template: "letter" — report template: one of message, unsure, flagged',
      'kinds.yaml:13: kinds[1].rules[0].effective_from: "2026-04-31" — first day the rule holds: a day as in 2026-04-01',
      'kinds.yaml:13: kinds[1].rules[0].flagged: "true" — only a reported kind can be flagged: the client has to answer',
      'kinds.yaml:14: kinds[2].code: "fax" — this code is taken by a kind above',
      'kinds.yaml:17: kinds[2].rules: (a list) — a list of at least one rule',
      'kinds.yaml:19: surcharges[0].code: "Late" — code of a surcharge reason: 1 to 30 lower-case letters, digits and _, beginning with a letter',
      'kinds.yaml:21: surcharges[0].amounts[0].amount: "-1" — amount for one call (0 withdraws the reason), in yen: a whole number from 0 to 9999999, in digits only',
      'kinds.yaml:25: surcharges[1].amounts[0].amount: "400" — from min to max, here 200 to 300',
      'kinds.yaml:26: surcharges[1].amounts[1].effective_from: "2026-04-01" — two amounts begin on this day; keep one',
    ]);
  });

  test('nothing is written when anything is wrong', async () => {
    const before = await exportKinds(opened.database.db);
    const broken = before.replace('label: 用件', 'label: 伝言です').replace('counted: false', 'counted: no');
    expect(mistakesOf(await importText(broken))).toHaveLength(1);
    expect(await exportKinds(opened.database.db)).toBe(before);
  });
});

test('a rule: the client’s newest in force, else the agency’s', () => {
  const rule = (effectiveFrom: string, clientId: string | null, reported: boolean) => ({
    kind: 'wrong_number',
    clientId,
    effectiveFrom,
    counted: reported,
    reported,
    flagged: false,
  });
  const rules = [
    rule('2020-01-01', null, true),
    rule('2026-07-01', 'a', false),
    rule('2027-01-01', null, false),
    rule('2027-02-01', 'a', true),
  ];
  const reported = (clientId: string, day: string) =>
    ruleFor(rules, { kind: 'wrong_number', clientId, day })?.reported;
  expect(reported('a', '2026-06-30')).toBe(true);
  expect(reported('a', '2026-07-01')).toBe(false);
  expect(reported('a', '2027-02-01')).toBe(true);
  expect(reported('b', '2026-07-01')).toBe(true);
  expect(reported('b', '2027-01-01')).toBe(false);
  expect(reported('b', '2019-12-31')).toBeUndefined();
  fc.assert(
    fc.property(fc.shuffledSubarray(rules, { minLength: rules.length }), (shuffled) => {
      const query = { kind: 'wrong_number', clientId: 'a', day: '2027-02-01' };
      expect(ruleFor(shuffled, query)).toEqual(ruleFor(rules, query));
    }),
  );
});
