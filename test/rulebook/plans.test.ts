import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportPlans, importPlans } from '../../src/rulebook/import-plans.ts';
import { planOf, plansIn } from '../../src/rulebook/plans.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { changesOf, example, mistakesOf, NOON, options } from '../support/imports.ts';

let opened: TestDatabase;
const client = v7();
beforeAll(async () => {
  opened = await testDatabase();
  const { db } = opened.database;
  changesOf(await importPlans(db, await example('plans'), options()));
  await db
    .insertInto('clients')
    .values({
      id: client,
      code: 'acme',
      name: 'サンプル',
      kana: 'サンプル',
      status: 'active',
      search_text: '\nacme\n',
      aliases: [],
      own_numbers: [],
      forwarding_numbers: [],
      created_at: NOON,
      updated_at: NOON,
    })
    .execute();
  await db
    .insertInto('client_plans')
    .values([
      { client_id: client, from_month: '2024-03-01', plan_code: 'small' },
      { client_id: client, from_month: '2026-12-01', plan_code: 'half' },
    ])
    .execute();
});
afterAll(() => opened.dispose());

const importText = (text: string, o = {}) =>
  importPlans(opened.database.db, { file: 'plans.yaml', text }, options(o));

const small = (prices: string) => `plans:\n  - code: small\n    name: スモール\n    prices:\n${prices}`;

describe('the plan of a month', () => {
  test('is the newest the client had, at the price of that month', async () => {
    const { db } = opened.database;
    expect(await planOf(db, client, '2024-02')).toBeUndefined();
    expect(await planOf(db, client, '2024-03')).toEqual({
      code: 'small',
      name: 'スモール',
      baseYen: 2900,
      includedCalls: 20,
      overYen: 145,
      prorated: false,
    });
    expect((await planOf(db, client, '2024-04'))?.baseYen).toBe(2960);
    expect((await planOf(db, client, '2026-11'))?.code).toBe('small');
    expect((await planOf(db, client, '2026-12'))?.code).toBe('half');
  });

  test('plans on offer in a month, cheapest first', async () => {
    const { db } = opened.database;
    expect((await plansIn(db, '2024-03')).map(({ code }) => code)).toEqual(['small']);
    expect((await plansIn(db, '2026-11')).map(({ name, baseYen }) => [name, baseYen])).toEqual([
      ['スモール', 2960],
      ['ハーフ', 5720],
      ['スタンダード', 11_040],
    ]);
  });
});

describe('importing', () => {
  test('the shipped file again, or what was exported, changes nothing', async () => {
    expect(changesOf(await importText((await example('plans')).text))).toEqual([]);
    expect(changesOf(await importText(await exportPlans(opened.database.db)))).toEqual([]);
  });

  test('extras have prices of their own, and prices may be by the day', async () => {
    const { db } = opened.database;
    const text = `${small('      - { effective_from: 2027-01-01, base: 3000, included: 20, over: 150, prorated: true }\n')}extras:
  - { code: fax, name: FAX転送, prices: [{ effective_from: 2026-12-01, monthly: 550, prorated: true }] }
`;
    expect(changesOf(await importText(text, { dryRun: true }))).toEqual([
      'small: + スモール from 2027-01-01: 3000 yen for 20 calls, 150 yen each above, by the day',
      'fax: + FAX転送 from 2026-12-01: 550 yen a month, by the day',
    ]);
    const fax = `plans: []\n${text.slice(text.indexOf('extras:'))}`;
    changesOf(await importText(fax));
    expect(changesOf(await importText(fax))).toEqual([]);
    expect(changesOf(await importText(await exportPlans(db)))).toEqual([]);
    expect(changesOf(await importText(fax.replace('550', '660')))).toEqual([
      'fax: from 2026-12-01: FAX転送, 550 yen a month, by the day → FAX転送, 660 yen a month, by the day',
    ]);
    expect(
      mistakesOf(await importText(fax.replace('550', '-550').replace('2026-12-01', '2026-12-02'))),
    ).toEqual([
      expect.stringContaining('extras[0].prices[0].effective_from: "2026-12-02"'),
      expect.stringContaining(
        'extras[0].prices[0].monthly: "-550" — monthly charge, in yen: a whole number from 0',
      ),
    ]);
    const twice = '{ effective_from: 2026-12-01, monthly: 1 }';
    expect(
      mistakesOf(
        await importText(
          `plans: []\nextras: [{ code: a, name: a, prices: [${twice}, ${twice}] }, { code: a, name: b, prices: [${twice}] }]\n`,
        ),
      ),
    ).toEqual([
      expect.stringContaining(
        'extras[0].prices[1].effective_from: "2026-12-01" — two prices begin on this day',
      ),
      expect.stringContaining('extras[1].code: "a" — this code is taken by an extra above'),
    ]);
  });

  test('a new price is added, and the old ones the file leaves out stay', async () => {
    const later = small('      - { effective_from: 2027-04-01, base: 3000, included: 20, over: 150 }\n');
    expect(changesOf(await importText(later, { dryRun: true }))).toEqual([
      'small: + スモール from 2027-04-01: 3000 yen for 20 calls, 150 yen each above',
    ]);
    changesOf(await importText(later));
    expect(changesOf(await importText(later))).toEqual([]);
    expect((await planOf(opened.database.db, client, '2024-04'))?.baseYen).toBe(2960);
    expect(changesOf(await importText(await exportPlans(opened.database.db)))).toEqual([]);
  });

  test('a new name holds for every price, so that an export says the same', async () => {
    const renamed = small(
      '      - { effective_from: 2027-04-01, base: 3000, included: 20, over: 150 }\n',
    ).replace('スモール', 'スモール20');
    expect(changesOf(await importText(renamed))).toHaveLength(3);
    expect(changesOf(await importText(await exportPlans(opened.database.db)))).toEqual([]);
  });

  test('P5 a month with counted calls keeps its price', async () => {
    const { db } = opened.database;
    await db
      .insertInto('usage_events')
      .values({
        id: v7(),
        client_id: client,
        type: 'correction',
        month: '2026-10-01',
        amount_yen: 0,
        actor: 't',
        at: NOON,
      })
      .execute();
    const refused = mistakesOf(
      await importText(
        small(`      - { effective_from: 2024-04-01, base: 1, included: 20, over: 148 }
      - { effective_from: 2026-10-01, base: 2, included: 20, over: 148 }
      - { effective_from: 2026-11-01, base: 3, included: 20, over: 148 }
`),
      ),
    );
    expect(refused).toEqual([
      'plans.yaml:6: plans[0].prices[1].effective_from: "2026-10-01" — calls are already counted under this plan in 2026-10; a new price begins in a later month, and the old one stays',
    ]);
    expect(
      mistakesOf(
        await importText(small('      - { effective_from: 2024-04-01, base: 1, included: 20, over: 148 }\n')),
      ),
    ).toHaveLength(1);
    expect(
      changesOf(
        await importText(small('      - { effective_from: 2026-11-01, base: 3, included: 20, over: 148 }\n')),
      ),
    ).toEqual([
      'small: + スモール from 2026-11-01: 3 yen for 20 calls, 148 yen each above',
      'small: from 2020-01-01: スモール20, 2900 yen for 20 calls, 145 yen each above → スモール, 2900 yen for 20 calls, 145 yen each above',
      'small: from 2024-04-01: スモール20, 2960 yen for 20 calls, 148 yen each above → スモール, 2960 yen for 20 calls, 148 yen each above',
      'small: from 2027-04-01: スモール20, 3000 yen for 20 calls, 150 yen each above → スモール, 3000 yen for 20 calls, 150 yen each above',
    ]);
  });
});

test('mistakes come all at once', async () => {
  expect(
    mistakesOf(
      await importText(`plans:
  - code: small
    name: スモール
    prices:
      - { effective_from: 2026-04-15, base: -5, included: 20, over: "12,000" }
      - { effective_from: 2026-05-01, base: 1, included: 1, over: 1 }
      - { effective_from: 2026-05-01, base: 1, included: 1.5, over: 1, tax: 10 }
  - code: small
    prices:
`),
    ),
  ).toEqual([
    'plans.yaml:5: plans[0].prices[0].effective_from: "2026-04-15" — first day the price holds: the first day of a month, as in 2026-04-01, because prices hold for whole months',
    'plans.yaml:5: plans[0].prices[0].base: "-5" — monthly base charge, in yen: a whole number from 0 to 9999999, in digits only',
    'plans.yaml:5: plans[0].prices[0].over: "12,000" — charge for each counted call above, in yen: a whole number from 0 to 9999999, in digits only',
    'plans.yaml:7: plans[0].prices[2].effective_from: "2026-05-01" — two prices begin on this day; keep one',
    'plans.yaml:7: plans[0].prices[2].included: "1.5" — counted calls the base charge covers: a whole number from 0 to 100000, in digits only',
    'plans.yaml:7: plans[0].prices[2].tax: "10" — unknown key; known here: effective_from, base, included, over, prorated',
    'plans.yaml:8: plans[1].name: (missing) — name of the plan: one line of 1 to 60 characters, without control characters',
    'plans.yaml:8: plans[1].code: "small" — this code is taken by a plan above',
    'plans.yaml:9: plans[1].prices: (empty) — a list of at least one price',
  ]);
});
