import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { destinationsOf } from '../../src/clients/destinations.ts';
import { clientCard, resolveClient, searchClients } from '../../src/clients/directory.ts';
import { exportClients } from '../../src/clients/export-clients.ts';
import { importClients } from '../../src/clients/import-clients.ts';
import { listClients } from '../../src/clients/list-clients.ts';
import { ruleFor } from '../../src/domain/kinds.ts';
import { importKinds } from '../../src/rulebook/import-kinds.ts';
import { importPlans } from '../../src/rulebook/import-plans.ts';
import { loadKinds } from '../../src/rulebook/kinds.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { changesOf, example, mistakesOf, NOON, options } from '../support/imports.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
  const { db } = opened.database;
  changesOf(await importKinds(db, await example('kinds'), options()));
  changesOf(await importPlans(db, await example('plans'), options()));
});
afterAll(() => opened.dispose());

const importText = (text: string, o = {}) =>
  importClients(opened.database.db, { file: 'clients.yaml', text }, options(o));

async function idOf(code: string): Promise<string> {
  const found = await resolveClient(opened.database.db, code);
  if (found.type !== 'one') throw new Error(`no client ${code}`);
  return found.client.id;
}

const ACME = `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    aliases: [アクメ]
    own_numbers: [０３−５５５０−０１１１]
    plans: [{ from: 2026-04, plan: small }]
    roster:
      - { name: 山田太郎, kana: ヤマダタロウ, aliases: [山田], responsible: true }
      - { name: 佐藤花子 }
    destinations:
      - { channel: chatwork, address: "https://www.chatwork.com/#!rid200000111", mention: "[To:3000111]" }
      - { member: 佐藤花子, channel: email, address: sato@acme.example }
      - { channel: email, address: soumu@acme.example, fallback: true }
    rules:
      - { kind: wrong_number, effective_from: 2026-07-01, counted: false, reported: false }
`;

describe('a new client', () => {
  test('a dry run says what would be, and writes nothing', async () => {
    const dry = await importText(ACME, { dryRun: true });
    expect(dry).toEqual({
      ok: true,
      applied: false,
      warnings: [],
      changes: [
        'acme: + client 株式会社アクメサンプル (active)',
        'acme: + plan small from 2026-04',
        'acme: + roster 山田太郎 (ヤマダタロウ) also 山田 responsible',
        'acme: + roster 佐藤花子',
        'acme: + destination chatwork 200000111 (mention 3000111)',
        'acme: + destination of 佐藤花子: email sato@acme.example',
        'acme: + destination email soumu@acme.example (fallback)',
        'acme: + rule wrong_number from 2026-07-01: not counted, not reported',
      ],
    });
    expect(await searchClients(opened.database.db, '', 10)).toEqual([]);
  });

  test('is stored as the file says, and found', async () => {
    const { db } = opened.database;
    expect(await importText(ACME)).toMatchObject({ ok: true, applied: true });
    const id = await idOf('アクメ');
    const card = await clientCard(db, id);
    expect(card?.roster.map(({ name, responsible }) => [name, responsible])).toEqual([
      ['山田太郎', true],
      ['佐藤花子', false],
    ]);
    expect(
      (await destinationsOf(db, id)).map((one) => [one.channel, one.address, one.mention, one.fallback]),
    ).toEqual([
      ['chatwork', '200000111', '3000111', false],
      ['email', 'sato@acme.example', null, false],
      ['email', 'soumu@acme.example', null, true],
    ]);
    const { rules } = await loadKinds(db);
    expect(ruleFor(rules, { kind: 'wrong_number', clientId: id, day: '2026-07-01' })?.reported).toBe(false);
    expect(ruleFor(rules, { kind: 'wrong_number', clientId: id, day: '2026-06-30' })?.reported).toBe(true);
    const audit = await db.selectFrom('audit_log').selectAll().where('subject_type', '=', 'client').execute();
    expect(audit).toMatchObject([{ actor: 'tester', action: 'client.import', subject_id: id, at: NOON }]);
    expect(await listClients(db, '2026-11')).toEqual([
      {
        code: 'acme',
        name: '株式会社アクメサンプル',
        kana: 'アクメサンプル',
        status: 'active',
        plan: 'small',
        members: 2,
        chatwork: 1,
        slack: 0,
        email: 2,
        disabled: 0,
      },
    ]);
  });

  test('the same file again changes nothing', async () => {
    expect(await importText(ACME)).toEqual({ ok: true, applied: false, changes: [], warnings: [] });
    expect(changesOf(await importText(await exportClients(opened.database.db)))).toEqual([]);
  });
});

describe('changing a client', () => {
  beforeEach(async () => {
    changesOf(await importText(ACME));
  });

  test('people and destinations taken out become inactive, and come back as themselves', async () => {
    const { db } = opened.database;
    const id = await idOf('acme');
    const before = await destinationsOf(db, id);
    const without = ACME.replace('      - { name: 佐藤花子 }\n', '')
      .replace('      - { member: 佐藤花子, channel: email, address: sato@acme.example }\n', '')
      .replace('      - { channel: email, address: soumu@acme.example, fallback: true }\n', '');
    expect(changesOf(await importText(without))).toEqual([
      'acme: - roster 佐藤花子',
      'acme: - destination of 佐藤花子: email sato@acme.example',
      'acme: - destination email soumu@acme.example',
    ]);
    expect(await destinationsOf(db, id)).toHaveLength(1);
    expect((await clientCard(db, id))?.roster).toHaveLength(1);
    expect(await db.selectFrom('destinations').select('id').execute()).toHaveLength(3);
    expect(changesOf(await importText(ACME))).toHaveLength(3);
    expect(await destinationsOf(db, id)).toEqual(before);
  });

  test('a switched-off destination stays off through the same file, and is put right by taking it out and in', async () => {
    const { db } = opened.database;
    const id = await idOf('acme');
    await db
      .updateTable('destinations')
      .set({ disabled_at: NOON, disabled_reason: 'email.no_such_user' })
      .where('address', '=', 'soumu@acme.example')
      .execute();
    expect(await importText(ACME)).toMatchObject({
      changes: [],
      warnings: [
        'acme: destination email soumu@acme.example is switched off (email.no_such_user): once it works again, import the file without it and then with it',
      ],
    });
    const disabled = async () => (await destinationsOf(db, id)).filter((one) => one.disabled).length;
    expect(await disabled()).toBe(1);
    changesOf(await importText(ACME.replace('soumu@acme', 'soumu2@acme')));
    changesOf(await importText(ACME));
    expect(await disabled()).toBe(0);
  });

  test('the responsible person changes, mentions change, the order changes', async () => {
    const { db } = opened.database;
    const changed = ACME.replace(', responsible: true', '')
      .replace('{ name: 佐藤花子 }', '{ name: 佐藤花子, responsible: true }')
      .replace('[To:3000111]', '3000112')
      .replace(
        '{ channel: email, address: soumu@acme.example, fallback: true }',
        '{ channel: email, address: soumu@acme.example, fallback: true, order: 1 }',
      );
    expect(changesOf(await importText(changed))).toEqual([
      'acme: roster 山田太郎 (ヤマダタロウ) also 山田 responsible → 山田太郎 (ヤマダタロウ) also 山田',
      'acme: roster 佐藤花子 → 佐藤花子 responsible',
      'acme: destination chatwork 200000111: mention 3000111 → mention 3000112',
      'acme: order of destinations: 1 chatwork 200000111, 2 of 佐藤花子: email sato@acme.example, 1 email soumu@acme.example',
    ]);
    expect(changesOf(await importText(changed))).toEqual([]);
    expect(changesOf(await importText(await exportClients(db)))).toEqual([]);
  });

  test('facts, rules and a plan from next month on', async () => {
    const changed = ACME.replace('アクメサンプル\n    kana', 'アクメ見本\n    kana')
      .replace('[アクメ]', '[アクメ, あくみ]')
      .replace(
        'plans: [{ from: 2026-04, plan: small }]',
        'plans: [{ from: 2026-04, plan: small }, { from: 2026-12, plan: half }]',
      )
      .replace('counted: false, reported: false', 'counted: true, reported: true, flagged: true');
    expect(changesOf(await importText(changed))).toEqual([
      'acme: name 株式会社アクメサンプル → 株式会社アクメ見本',
      'acme: aliases + あくみ',
      'acme: + plan half from 2026-12',
      'acme: rule wrong_number from 2026-07-01: not counted, not reported → counted, reported, flagged',
    ]);
    expect((await searchClients(opened.database.db, 'あくみ', 5)).map(({ code }) => code)).toEqual(['acme']);
    expect(changesOf(await importText(ACME))).toEqual([
      'acme: name 株式会社アクメ見本 → 株式会社アクメサンプル',
      'acme: aliases - あくみ',
      'acme: - plan half from 2026-12',
      'acme: rule wrong_number from 2026-07-01: counted, reported, flagged → not counted, not reported',
    ]);
  });

  test('reminders are chosen, changed and given up', async () => {
    const { db } = opened.database;
    const chosen = async () =>
      (await db.selectFrom('clients').select('reminders').where('code', '=', 'acme').executeTakeFirst())
        ?.reminders;
    const withReminders = (value: string) =>
      ACME.replace('    plans:', `    reminders: ${value}\n    plans:`);
    expect(await chosen()).toBeNull();
    expect(changesOf(await importText(withReminders('{ after: 30m }')))).toEqual([
      'acme: reminders (none) → after 30m, 1 at most',
    ]);
    expect(await chosen()).toEqual({ after: '30m', times: 1, to: [] });
    const named = withReminders('{ after: 12h, times: 3, to: [佐藤花子] }');
    expect(changesOf(await importText(named))).toEqual([
      'acme: reminders after 30m, 1 at most → after 12h, 3 at most, to 佐藤花子',
    ]);
    expect(changesOf(await importText(named))).toEqual([]);
    expect(changesOf(await importText(await exportClients(db)))).toEqual([]);
    for (const [value, mistake] of [
      ['{ after: 20m }', /reminders\.after: "20m" — .*one of 15m, 30m, 1h, 12h, 24h$/],
      ['{ times: 2 }', /reminders\.after: /],
      ['{ after: 15m, times: 11 }', /reminders\.times: "11" — .*a whole number from 1 to 10/],
      [
        '{ after: 15m, to: [佐藤] }',
        /reminders\.to\[0\]: "佐藤" — a name on this client’s roster: 山田太郎, 佐藤花子$/,
      ],
    ] as const) {
      expect(mistakesOf(await importText(withReminders(value)))).toEqual([expect.stringMatching(mistake)]);
    }
    expect(await chosen()).toMatchObject({ after: '12h' });
    changesOf(await importText(ACME));
    expect(await chosen()).toBeNull();
  });

  test('a contract, extras and what statements tell are taken over, changed and given up', async () => {
    const { db } = opened.database;
    const paying = (value: string) => ACME.replace('    roster:', `${value}    roster:`);
    const whole = paying(`    contract: { from: 2026-04-13, until: 2026-12-20 }
    extras:
      - { extra: second-number, from: 2026-05, to: 2026-07 }
      - { extra: second-number, from: 2026-09, quantity: 2 }
    tell_refused_sales: true
`);
    expect(changesOf(await importText(whole))).toEqual([
      'acme: contract (none) → from 2026-04-13 until 2026-12-20',
      'acme: tell refused sales false → true',
      'acme: + extra second-number from 2026-05 to 2026-07',
      'acme: + extra second-number × 2 from 2026-09',
    ]);
    expect(changesOf(await importText(whole))).toEqual([]);
    expect(changesOf(await importText(await exportClients(db)))).toEqual([]);
    expect(
      changesOf(await importText(whole.replace('to: 2026-07', 'to: 2026-08').replace(', quantity: 2', ''))),
    ).toEqual([
      'acme: extra second-number from 2026-05 to 2026-07 → second-number from 2026-05 to 2026-08',
      'acme: extra second-number × 2 from 2026-09 → second-number from 2026-09',
    ]);
    expect(changesOf(await importText(ACME))).toHaveLength(4);

    const refused = mistakesOf(
      await importText(
        paying(`    contract: { from: 2026-03-13, until: 2026-03-12 }
    extras:
      - { extra: fax, from: 2026-05 }
      - { extra: second-number, from: 2024-03, to: 2024-01 }
      - { extra: second-number, from: 2026-05, to: 2026-07, quantity: 0 }
      - { extra: second-number, from: 2026-07 }
`),
      ),
    );
    expect(refused).toEqual([
      'clients.yaml:8: clients[0].contract.from: "2026-03-13" — there is no plan for 2026-03, when the contract begins; the first one is from 2026-04',
      'clients.yaml:8: clients[0].contract.until: "2026-03-12" — a contract ends on the day it begins or later',
      'clients.yaml:10: clients[0].extras[0].extra: "fax" — a stored extra: second-number',
      'clients.yaml:11: clients[0].extras[1].from: "2024-03" — the first price of second-number is of 2024-04',
      'clients.yaml:11: clients[0].extras[1].to: "2024-01" — the last month comes before the first',
      'clients.yaml:12: clients[0].extras[2].quantity: "0" — how many of it: a whole number from 1 to 99, in digits only',
      'clients.yaml:13: clients[0].extras[3].from: "2026-07" — second-number is charged for a month of this line by a line above',
    ]);
  });

  test('who is said to have ended, and not when, ended on the day it was first said', async () => {
    const { db } = opened.database;
    const until = async () =>
      (await db.selectFrom('clients').select('contract_until').where('code', '=', 'acme').executeTakeFirst())
        ?.contract_until;
    const ended = ACME.replace('    plans:', '    status: ended\n    plans:');
    expect(changesOf(await importText(ended))).toEqual([
      'acme: status active → ended',
      'acme: contract (none) → until 2026-11-20',
    ]);
    expect(changesOf(await importText(ended, { clock: () => new Date('2026-12-24T03:00:00Z') }))).toEqual([]);
    expect(await until()).toBe('2026-11-20');
    changesOf(await importText(ACME));
    expect(await until()).toBeNull();
  });

  test('P5 what a closed month was charged by does not change any more', async () => {
    const { db } = opened.database;
    const extras = (list: string, contract = '') =>
      importText(ACME.replace('    roster:', `    extras: [${list}]\n${contract}    roster:`));
    const APRIL_TO_JUNE = '{ extra: second-number, from: 2026-04, to: 2026-06 }';
    changesOf(await extras(APRIL_TO_JUNE));
    await db
      .insertInto('billing_months')
      .values({ month: '2026-06-01', closed_at: NOON, closed_by: 'x', written_at: NOON })
      .execute();
    for (const [list, month] of [
      ['{ extra: second-number, from: 2026-04, to: 2026-05 }', '2026-06'],
      ['{ extra: second-number, from: 2026-05, to: 2026-06 }', '2026-04'],
      [
        '{ extra: second-number, from: 2026-04, to: 2026-04 }, { extra: second-number, from: 2026-06, to: 2026-06 }',
        '2026-05',
      ],
      ['', '2026-04'],
      ['{ extra: second-number, from: 2026-04, to: 2026-06, quantity: 2 }', '2026-04'],
    ] as const) {
      expect(mistakesOf(await extras(list))).toEqual([
        expect.stringContaining(`${month} is closed and had second-number × 1; extras change in open months`),
      ]);
    }
    expect(mistakesOf(await extras(APRIL_TO_JUNE, '    contract: { until: 2026-06-30 }\n'))).toEqual([
      expect.stringMatching(
        /contract\.until: "2026-06-30" — 2026-06 is closed; a contract ends in an open month/,
      ),
    ]);
    expect(changesOf(await extras('{ extra: second-number, from: 2026-04 }'))).toHaveLength(1);
    expect(changesOf(await extras(APRIL_TO_JUNE, '    contract: { until: 2026-07-01 }\n'))).toHaveLength(2);
    const repriced = `plans:
extras:
  - { code: second-number, name: 2番目の電話番号, prices: [{ effective_from: 2026-06-01, monthly: 1200 }] }
`.replace('plans:', 'plans: []');
    expect(mistakesOf(await importPlans(db, { file: 'plans.yaml', text: repriced }, options()))).toEqual([
      expect.stringContaining(
        '2026-06 is closed and was charged by this price; a new price begins in a later month',
      ),
    ]);
    const small = `plans:
  - { code: small, name: スモール, prices: [{ effective_from: 2026-05-01, base: 1, included: 1, over: 1 }] }
`;
    expect(mistakesOf(await importPlans(db, { file: 'plans.yaml', text: small }, options()))).toEqual([
      expect.stringContaining(
        '2026-05 is closed and was charged by this plan; a new price begins in a later month',
      ),
    ]);
    await db.transaction().execute(async (trx) => {
      await sql`set local session_replication_role = replica`.execute(trx);
      await trx.deleteFrom('billing_months').execute();
    });
    changesOf(await importText(ACME));
  });

  test('[MK] a plan change reaches no month up to the current one', async () => {
    const keep = 'keep { from: 2026-04, plan: small } and begin another in 2026-12 or later';
    const plans = (list: string) => importText(ACME.replace('[{ from: 2026-04, plan: small }]', list));
    expect(mistakesOf(await plans('[{ from: 2026-04, plan: half }]'))).toEqual([
      `clients.yaml:7: clients[0].plans[0].plan: "half" — in 2026-04 this client is on the plan small, and plan changes take effect next month: ${keep}`,
    ]);
    expect(
      mistakesOf(await plans('[{ from: 2026-04, plan: small }, { from: 2026-11, plan: half }]')),
    ).toEqual([
      `clients.yaml:7: clients[0].plans[1].plan: "half" — in 2026-11 this client is on the plan small, and plan changes take effect next month: ${keep}`,
    ]);
    expect(mistakesOf(await plans('[]'))).toEqual([
      `clients.yaml:7: clients[0].plans: (a list) — in 2026-04 this client is on the plan small, and plan changes take effect next month: ${keep}`,
    ]);
    expect(
      changesOf(await plans('[{ from: 2026-04, plan: small }, { from: 2026-06, plan: small }]')),
    ).toEqual(['acme: + plan small from 2026-06']);
  });

  test('other clients stay untouched', async () => {
    const before = await exportClients(opened.database.db);
    changesOf(
      await importText(
        'clients:\n  - { code: beta, name: ベータサンプル, kana: ベータサンプル, status: ended }\n',
      ),
    );
    const after = await exportClients(opened.database.db);
    expect(after.startsWith(before)).toBe(true);
    expect((await searchClients(opened.database.db, 'beta', 5)).length).toBe(0);
  });
});

test('P3 an active client whose reports reach nobody is warned about', async () => {
  const alone = 'clients:\n  - { code: alone, name: ひとりサンプル, kana: ヒトリサンプル }\n';
  expect(await importText(alone, { dryRun: true })).toMatchObject({
    warnings: [
      'alone: reports for nobody in particular reach nobody: add a destination of the client, or one of the responsible person',
    ],
  });
  const paused = alone.replace('code: alone', 'code: alone, status: paused');
  expect(await importText(paused, { dryRun: true })).toMatchObject({ warnings: [] });
});

describe('the digest of a destination', () => {
  const one = (use: string) => `clients:
  - code: matome
    name: まとめサンプル
    kana: マトメ
    destinations:
      - { channel: email, address: a@matome.example${use} }
`;

  test('is an hour, alone or besides, said in the changes', async () => {
    changesOf(await importText(one('')));
    expect(changesOf(await importText(one(', digest: 18:00')))).toEqual([
      'matome: destination email a@matome.example: plain → digest at 18:00',
    ]);
    expect(changesOf(await importText(one(', digest: 18:00, immediate: true')))).toEqual([
      'matome: destination email a@matome.example: digest at 18:00 → digest at 18:00 besides',
    ]);
    expect(changesOf(await importText(one(', digest: 18:00, immediate: true')))).toEqual([]);
    expect(await exportClients(opened.database.db)).toContain('digest: 18:00\n        immediate: true');
    expect(changesOf(await importText(one(', immediate: true')))).toHaveLength(1);
  });

  test('P3 must leave a way to the client', async () => {
    const refused = async (use: string) => mistakesOf(await importText(one(use))).join('\n');
    expect(await refused(', immediate: false')).toContain(
      'without either this destination would get no reports',
    );
    expect(await refused(', digest: 25:00')).toContain('hour of a daily digest: a time of day as in 18:00');
    expect(await refused(', digest: 18:00, fallback: true')).toContain('waits for no hour');
  });
});

describe('mistakes', () => {
  test('structural, across the file, and against what is stored: all at once, and nothing written', async () => {
    changesOf(await importText(ACME));
    const before = await exportClients(opened.database.db);
    const lines = mistakesOf(
      await importText(`clients:
  - code: one
    name: 一号サンプル
    kana: イチゴウ
    aliases: [ACME, two, "い\\u202eち"]
    status: sleeping
    own_numbers: [12-34]
    plans:
      - { from: 2026-04, plan: gold }
      - { from: 2023-01, plan: half }
      - { from: 2023-01, plan: small }
      - { from: 2026-4, plan: small }
    roster:
      - { name: 山田, responsible: true }
      - { name: 鈴木, responsible: true }
      - { name: 山田, age: 40 }
    destinations:
      - { channel: chatwork, address: abc }
      - { channel: slack, address: C0123ABCDEF, mention: "@yamada" }
      - { channel: fax, address: 03-5550-0101 }
      - { channel: email, address: "a@one.example, b@two.example" }
      - { channel: email, address: a@one.example, member: 田中 }
      - { channel: email, address: b@one.example }
      - { channel: email, address: b@ONE.example, order: 0 }
    rules:
      - { kind: fax, effective_from: 2026-04-01, counted: true, reported: true }
      - { kind: sales, effective_from: 2026-04-01, counted: false, reported: true }
      - { kind: sales, effective_from: 2026-04-01, counted: true, reported: true }
    colour: red
  - code: two
    name: 二号サンプル
  - code: two
    name: 三号サンプル
    kana: サンゴウ
  - code: アクメ
    name: 四号
    kana: ヨンゴウ
`),
    );
    expect(lines).toEqual([
      'clients.yaml:5: clients[0].aliases[0]: "ACME" — this is the code of the client acme; a word names one client',
      'clients.yaml:5: clients[0].aliases[1]: "two" — this is the code of the client two; a word names one client',
      'clients.yaml:5: clients[0].aliases[2]: "い\\u202eち" — another name for the client: one line of 1 to 80 characters, without control characters',
      'clients.yaml:6: clients[0].status: "sleeping" — status: one of active, paused, ended',
      'clients.yaml:7: clients[0].own_numbers[0]: "12-34" — phone number as in 03-5550-0101 or +81355500101',
      'clients.yaml:9: clients[0].plans[0].plan: "gold" — a stored plan: half, small, standard',
      'clients.yaml:10: clients[0].plans[1].from: "2023-01" — the first price of half is of 2024-04',
      'clients.yaml:11: clients[0].plans[2].from: "2023-01" — two plans begin in this month; keep one',
      'clients.yaml:12: clients[0].plans[3].from: "2026-4" — first month of the plan: a month as in 2026-04',
      'clients.yaml:15: clients[0].roster[1].responsible: "true" — one person at most is responsible, and one is above already',
      'clients.yaml:16: clients[0].roster[2].name: "山田" — this name is on the roster above; add what tells the two apart',
      'clients.yaml:16: clients[0].roster[2].age: "40" — unknown key; known here: name, kana, aliases, responsible',
      'clients.yaml:18: clients[0].destinations[0].address: "abc" — a Chatwork room id is digits only, as in https://www.chatwork.com/#!rid123456789 → 123456789',
      expect.stringContaining('clients.yaml:19: clients[0].destinations[1].mention: "@yamada" — '),
      'clients.yaml:20: clients[0].destinations[2].channel: "fax" — channel: one of chatwork, slack, email',
      expect.stringContaining(
        'clients.yaml:21: clients[0].destinations[3].address: "a@one.example, b@two.example" — one plain mail address',
      ),
      'clients.yaml:22: clients[0].destinations[4].member: "田中" — a name on this client’s roster: 山田, 鈴木',
      'clients.yaml:24: clients[0].destinations[6].address: "b@ONE.example" — this destination is in the list above',
      'clients.yaml:24: clients[0].destinations[6].order: "0" — place in the order: a whole number from 1 to 9999, in digits only',
      'clients.yaml:26: clients[0].rules[0].kind: "fax" — a stored kind: message, sales, harassment, prank, silent, wrong_number, unsure',
      'clients.yaml:27: clients[0].rules[1].counted: "false" — must be the same as reported (here true): what is counted is what was reported',
      'clients.yaml:28: clients[0].rules[2].effective_from: "2026-04-01" — two rules for this kind begin on this day; keep one',
      'clients.yaml:29: clients[0].colour: "red" — unknown key; known here: code, name, kana, aliases, status, own_numbers, forwarding_numbers, greeting, operator_notes, reminders, review, contract, plans, extras, tell_refused_sales, roster, destinations, rules',
      'clients.yaml:30: clients[1].kana: (missing) — kana of the name: one line of 1 to 120 characters, without control characters',
      'clients.yaml:32: clients[2].code: "two" — this code is taken by a client above',
      'clients.yaml:35: clients[3].code: "アクメ" — code of a client: 1 to 30 lower-case letters, digits, _ and -, beginning with a letter or digit',
    ]);
    expect(await exportClients(opened.database.db)).toBe(before);
  });

  test('P9 a new code that is another client’s alias is refused', async () => {
    changesOf(await importText(ACME.replace('[アクメ]', '[アクメ, acm]')));
    expect(
      mistakesOf(await importText('clients:\n  - { code: acm, name: エーシーエム, kana: エーシーエム }\n')),
    ).toEqual([
      'clients.yaml:2: clients[0].code: "acm" — this is a name or alias of the client acme; choose another code',
    ]);
    changesOf(await importText(ACME));
  });
});

test('where nothing is stored yet, the mistake says what to import first', async () => {
  const empty = await testDatabase();
  const lines = mistakesOf(
    await importClients(
      empty.database.db,
      {
        file: 'clients.yaml',
        text: `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    plans: [{ from: 2026-04, plan: small }]
    rules: [{ kind: sales, effective_from: 2026-04-01, counted: false, reported: false }]
`,
      },
      options(),
    ),
  );
  await empty.dispose();
  expect(lines.filter((line) => line.includes('plan'))).toEqual([
    expect.stringMatching(
      /a stored plan: there is none yet; first run: npm run toritsugi -- plans import plans\.yaml$/,
    ),
  ]);
  expect(lines.filter((line) => line.includes('.kind'))).toEqual([
    expect.stringMatching(
      /a stored kind: there is none yet; first run: npm run toritsugi -- kinds import kinds\.yaml$/,
    ),
  ]);
});
