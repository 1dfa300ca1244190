import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountingCsv } from '../../src/billing/accounting-csv.ts';
import { monthUsage } from '../../src/billing/usage.ts';
import { statementsAdjustCommand } from '../../src/commands/adjust.ts';
import type { Command } from '../../src/commands/command.ts';
import { statementCommand } from '../../src/commands/statement.ts';
import { statementsRunCommand, statementsRunsCommand } from '../../src/commands/statement-runs.ts';
import { statementsCloseCommand, statementsExportCommand } from '../../src/commands/statements.ts';
import { reclassify, recorded, SUPERVISOR } from '../intake/changes.ts';
import { createWorld, type World } from '../support/world.ts';
import { runOn } from './running.ts';

let world: World;
let credited = '';
beforeAll(async () => {
  world = await createWorld();
  await world.db
    .insertInto('agency')
    .values({
      updated_at: world.clock.now(),
      profile: JSON.stringify({
        ...{ name: '株式会社サンプル電話代行', postalCode: null, address: null, phone: null },
        ...{ registrationNumber: 'T0000000000000', hours: {}, closedOnHolidays: true, closures: [] },
      }),
    })
    .execute();
  const acme = await world.addClient({ code: 'acme' });
  await world.db.updateTable('clients').set({ name: '=HYPERLINK("x"),\nサンプル' }).execute();
  await world.addClient({ code: 'beta' });
  for (let n = 0; n < 24; n += 1)
    await recorded(world, acme, { addressee: { type: 'heard', name: '山田\u001b[2J' } });
  await recorded(world, acme, { kind: 'harassment', surcharge: 'shouting' });
  credited = await recorded(world, acme);
  await reclassify(world, credited, 'sales');
});
afterAll(() => world?.dispose());

const run = (command: Command, input: unknown) =>
  runOn(world.database, command, input, { clock: world.clock.now });

it('shows everything a client pays for, and why', async () => {
  const { code, out } = await run(statementCommand, { clientCode: 'acme', month: '2026-06', json: false });
  expect(code).toBe(0);
  expect(out).toContain('the month is still open');
  expect(out).toContain('株式会社サンプル電話代行, registration number T0000000000000');
  expect(out).toContain('スモール: 25 of 20 calls counted, 5 above');
  expect(out).toMatch(/スモール +- +- +10 +2,960\n5 calls above × 148 +- +- +10 +740\n/);
  expect(out).toMatch(/surcharge: 怒鳴り声 +20260618-0025 +2026-06-18 13:05 +10 +200\n/);
  expect(out).toContain('Total 3,900 yen, of which consumption tax 354 yen\n  at 10 %: 354 yen of 3,900 yen');
  expect(out).toMatch(/20260618-0001 +2026-06-18 13:05 +山田\[2J +用件\n/);
  expect(out).toMatch(
    /Calls found not to count\n.*\n20260618-0026 +2026-06-18 13:05 +- +営業電話 +聞き間違い\n/,
  );
  expect(out).not.toContain('\u001b');
  expect(out).not.toContain('Sales calls refused');
});

it('gives the same as JSON', async () => {
  const { out } = await run(statementCommand, { clientCode: 'acme', month: '2026-06', json: true });
  const statement = JSON.parse(out);
  expect(statement).toMatchObject({
    counted: 25,
    overCalls: 5,
    totalYen: 3900,
    taxYen: 354,
    refusedSales: null,
  });
  expect(statement.calls).toHaveLength(25);
  expect(statement.takenBack).toMatchObject([{ call: { id: credited }, reason: '聞き間違い' }]);
});

it('says when there is none', async () => {
  expect(await run(statementCommand, { clientCode: 'nobody', month: '2026-06', json: false })).toMatchObject({
    code: 1,
    err: 'There is no client with the code "nobody".\n',
  });
  expect(await run(statementCommand, { clientCode: 'acme', month: '2020-06', json: false })).toMatchObject({
    code: 1,
    err: expect.stringContaining('no statement for 2020-06'),
  });
  expect((await run(statementCommand, { clientCode: 'acme', month: '2026-13', json: false })).code).toBe(2);
});

it('P6 exports one line a client for accounting, and text stays text', async () => {
  const { out } = await run(statementsExportCommand, { month: '2026-06' });
  const [head = '', acme = '', ...rest] = out.split('\r\n');
  expect(head).toBe(
    '\ufeff対象月,締め,顧客コード,顧客名,プラン,計上回数,基本回数,超過回数,取消回数,基本料金,超過料金,月額オプション,' +
      '割増料金,過去月の追加計上,過去月の取消,調整,請求額(税込),うち消費税,10%対象額(税込),10%対象の消費税',
  );
  expect(acme).toBe(
    `2026-06,未確定,acme,"'=HYPERLINK(""x""),\nサンプル",スモール,25,20,5,1,2960,740,0,200,0,0,0,3900,354,3900,354`,
  );
  expect(rest).toEqual([expect.stringMatching(/^2026-06,未確定,beta,/), '']);
  const [usage] = await monthUsage(world.db, '2026-06', 'acme');
  if (usage === undefined) throw new Error('acme has a statement');
  for (const name of ['+1', '-1', '@x', '\tx', '＝1', '＋1', '－1', '＠x']) {
    expect(accountingCsv([{ ...usage, name }])).toContain(`"'${name}"`);
  }
});

it('closes a month when its totals were seen, and only then', async () => {
  const close = (events?: number) => run(statementsCloseCommand, { month: '2026-06', json: false, events });
  const { out } = await close();
  expect(out).toContain(
    '2026-06: 2 statements, 25 counted calls, 6,860 yen, 623 of it tax.\nNothing was closed.',
  );
  expect(out).toContain('npm run toritsugi -- statements close --month 2026-06 --events 28\n');
  expect(await close(28)).toMatchObject({ code: 1, err: expect.stringContaining('not over yet') });
  world.clock.set('2026-07-01T00:30:00Z');
  expect(await close(27)).toMatchObject({ code: 1, err: expect.stringContaining('nothing was closed') });
  expect(await close(28)).toEqual({ code: 0, out: '2026-06 is closed; 2 statements are stored.\n', err: '' });
  expect(await run(statementsCloseCommand, { month: '2026-08', json: false, events: 0 })).toMatchObject({
    code: 1,
    err: '2026-08 is not over yet in Japan; nothing was closed.\n',
  });
  await reclassify(world, (await firstCall()) ?? '', 'sales', SUPERVISOR);
  const july = await run(statementCommand, { clientCode: 'acme', month: '2026-07', json: false });
  expect(july.out).toMatch(
    /credit for a call of 2026-06: 聞き間違い +20260618-0001 +2026-06-18 13:05 +10 +-148\n/,
  );
  expect((await run(statementsExportCommand, { month: '2026-06' })).out).toContain('2026-06,確定,acme');
});

it('books an amount by hand in the open month, with its reason', async () => {
  const adjust = (more: object) =>
    run(statementsAdjustCommand, { clientCode: 'beta', yen: -500, reason: ' お詫び\n', ...more });
  expect(await adjust({})).toEqual({ code: 0, out: 'beta: -500 yen in 2026-07.\n', err: '' });
  const { out } = await run(statementCommand, { clientCode: 'beta', month: '2026-07', json: false });
  expect(out).toMatch(/correction: お詫び +- +- +10 +-500\n/);
  // Of a call of the closed month: in the open one, naming the call.
  const about = { clientCode: 'acme', yen: 30, receiptNumber: '20260618-0002' };
  expect((await adjust(about)).out).toBe('acme: 30 yen in 2026-07.\n');
  expect(await adjust({ receiptNumber: '20260618-0002' })).toMatchObject({
    code: 1,
    err: 'beta has no call with the receipt number "20260618-0002".\n',
  });
  for (const wrong of [{ yen: 0 }, { yen: 0.5 }, { reason: ' ' }, { yen: 10_000_000 }]) {
    expect((await adjust(wrong)).code).toBe(2);
  }
  const audit = await world.db
    .selectFrom('audit_log')
    .select('detail')
    .where('action', '=', 'usage.corrected')
    .execute();
  expect(audit).toHaveLength(2);
});

it('prepares the statements of a month, shows what there is to approve, and approves them once', async () => {
  const ask = (month: string, approve = false) => run(statementsRunCommand, { month, approve, json: false });
  expect(await ask('2026-07')).toMatchObject({ code: 1, err: expect.stringContaining('not over yet') });
  expect(await ask('2020-06')).toMatchObject({ code: 1, err: expect.stringContaining('No client has') });
  const { out } = await ask('2026-06');
  expect(out).toContain('2026-06: 2 statements, 25 counted calls, 6,860 yen, 623 yen of it tax.');
  expect(out).toContain('No client is above twice its usual.\nNothing was sent.');
  expect((await run(statementsRunsCommand, { json: false })).out).toMatch(
    /2026-06 +waits for approval +0 of 2 /,
  );
  const approved = await ask('2026-06', true);
  expect(approved).toMatchObject({ code: 0, out: expect.stringContaining('sends 2 statements') });
  expect((await ask('2026-06', true)).out).toBe('2026-06 was approved before; nothing is sent twice.\n');
  expect((await run(statementsRunsCommand, { json: false })).out).toMatch(
    /2026-06 +under way +0 of 2 .* cli:/,
  );
});

async function firstCall(): Promise<string | undefined> {
  const call = await world.db.selectFrom('calls').select('id').orderBy('receipt_number').executeTakeFirst();
  return call?.id;
}
