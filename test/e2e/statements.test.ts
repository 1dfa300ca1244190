import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { commandRegistry } from '../../src/commands/registry.ts';
import { confirmDelivery, retryDelivery } from '../../src/delivery/operations.ts';
import { yenText } from '../../src/domain/billing/statement-words.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { newId } from '../support/ids.ts';
import { type Agency, createAgency, SUPERVISOR_CHANNEL } from './agency.ts';

const CODES = Array.from({ length: 16 }, (_, n) => `client-${String(n).padStart(2, '0')}`);
const roomOf = (code: string) => `4000000${code.slice(-2)}`;
const mailOf = (code: string) => `keiri@${code}.example`;
const CLIENTS = `clients:\n${CODES.map(
  (code) => `  - code: ${code}
    name: 株式会社サンプル${code}
    kana: サンプル
    plans:
      - { from: 2024-04, plan: small }
    destinations:
      - { channel: chatwork, address: ${roomOf(code)} }
      - { channel: email, address: ${mailOf(code)} }
`,
).join('')}`;
const PLANS = `plans:
  - code: small
    name: スモール
    prices:
      - { effective_from: 2024-04-01, base: 2960, included: 1, over: 148 }
`;
const PATIENCE = { timeout: 60_000, interval: 50 };

let agency: Agency;
let ahead = new Date('2026-06-30T05:00:00Z').getTime() - Date.now();
/** Runs at the real pace, from a day the test sets. */
const clock = () => new Date(Date.now() + ahead);
const setDay = (moment: string) => {
  ahead = new Date(moment).getTime() - Date.now();
};

beforeAll(async () => {
  agency = await createAgency({ clock, log: pino({ level: 'silent' }) });
  await agency.start('all');
  await agency.importPlans(PLANS);
  await agency.importClients(CLIENTS);
  for (const code of CODES) agency.sandbox.chatwork.addRoom({ roomId: roomOf(code), name: code });
});
afterAll(() => agency?.close());

const db = () => {
  const app = agency.apps[0];
  if (app === undefined) throw new Error('no process is running');
  return app.database.db;
};
const operator = () => agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id);
const supervisor = () => agency.sandbox.slack.person(SANDBOX_SUPERVISOR.id);
const runMessages = () =>
  agency.sandbox.slack
    .messages(SUPERVISOR_CHANNEL)
    .filter(({ blocks }) => JSON.stringify(blocks).includes('【ご利用明細】'));
const shown = () => JSON.stringify(runMessages()[0]?.blocks);
const statementsAt = (place: string) =>
  agency.sandbox
    .arrived()
    .filter(({ target, text }) => target === place && text.includes('ご利用明細をお届けいたします'));

/** What a person does about a mail that was cut off: looks into the mailbox (P4). */
async function decide(): Promise<void> {
  const uncertain = await db()
    .selectFrom('deliveries')
    .select('id')
    .where('state', '=', 'uncertain')
    .where('channel', '=', 'email')
    .execute();
  for (const { id } of uncertain) {
    const there = agency.sandbox.arrived().some(({ deliveryId }) => deliveryId === id);
    const by = { id, actor: 'cli:test', clock, newId };
    await (there ? confirmDelivery(db(), by) : retryDelivery(db(), { ...by, evenIfUncertain: true }));
  }
}

async function terminal(name: string, input: unknown): Promise<string> {
  let out = '';
  const command = commandRegistry().find((known) => known.name === name);
  const app = agency.apps[0];
  if (command === undefined || app === undefined) throw new Error(`no ${name}`);
  const write = (text: string) => {
    out += text;
  };
  const shipped = new URL('../../', import.meta.url);
  await command.execute(
    {
      database: app.database,
      queueTables: true,
      kindsFile: new URL('examples/kinds.yaml', shipped),
      templatesDir: new URL('templates/ja/', shipped),
      clock,
      newId,
      actor: 'cli:test',
      out: write,
      err: write,
    },
    input,
  );
  return out;
}

it('P4 prepares, is approved with one press of two, is ended half-way, and brings each place one statement', async () => {
  for (const code of CODES.slice(0, 3)) {
    await operator().command(`${code} 用件 見積書の件`);
    await operator().command(`${code} 営業 電話機の営業`);
  }
  await operator().command(`${CODES[0]} 用件 納期の件`);
  await vi.waitFor(async () => {
    const [row] = await db()
      .selectFrom('usage_events')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('type', '=', 'count')
      .execute();
    expect(Number(row?.n)).toBe(4);
  }, PATIENCE);

  // Wednesday, 1 July, 9:00 in Japan.
  setDay('2026-07-01T00:00:00Z');
  await vi.waitFor(() => expect(runMessages()).toHaveLength(1), PATIENCE);
  for (const part of ['顧客: 16件', '計上した受電: 4回', yenText(16 * 2_960 + 148), '承認して送る']) {
    expect(shown()).toContain(part);
  }
  // P9: only a supervisor approves.
  const at = { channelId: SUPERVISOR_CHANNEL, ts: runMessages()[0]?.ts ?? '' };
  await operator().press(at, '承認して送る');
  expect(await db().selectFrom('billing_months').selectAll().execute()).toEqual([]);

  // Two rooms go silent in the middle: one has taken the statement, the other has not.
  const silent = (code: string, accept: boolean) =>
    agency.sandbox.fail({
      service: 'chatwork',
      target: roomOf(code),
      failure: { how: 'hang', accept },
      times: accept ? 1 : 2,
    });
  silent('client-01', true);
  silent('client-02', false);
  await Promise.all([supervisor().press(at, '承認して送る'), supervisor().press(at, '承認して送る')]);
  await vi.waitFor(() => expect(statementsAt(roomOf('client-00'))).toHaveLength(1), PATIENCE);
  // Ended while statements are on their way, and another process goes on.
  await agency.stop();
  expect(statementsAt(roomOf('client-02'))).toEqual([]);
  await agency.start('all');
  await vi.waitFor(() => expect(shown()).toContain('すべて送り出しました'), PATIENCE);
  await vi.waitFor(async () => {
    await decide();
    expect(shown()).toContain('送信済 32件、送信待ち 0件、失敗 0件');
  }, PATIENCE);
  expect(shown()).toContain('16 / 16件');
  expect(shown()).not.toContain('statement_run_approve');
  expect(runMessages()).toHaveLength(1);

  for (const code of CODES) {
    for (const place of [roomOf(code), mailOf(code)])
      expect([place, statementsAt(place).length]).toEqual([place, 1]);
  }
  // To the yen what the terminal says.
  const said = await terminal('statement', { clientCode: 'client-00', month: '2026-06', json: true });
  const { totalYen } = JSON.parse(said) as { totalYen: number };
  expect(totalYen).toBe(3_108);
  const [mail] = statementsAt(mailOf('client-00'));
  expect(mail?.text).toContain('■ご請求額(税込): 3,108円');
  expect(statementsAt(roomOf('client-00'))[0]?.text).toContain('■ご請求額(税込): 3,108円');
  if (mail?.channel !== 'email') throw new Error('no mail');
  expect(mail.subject).toBe('【ご利用明細】2026年6月');
  expect(mail.source).toContain('client-00-2026-06.csv');
  // P2: nothing of the sales calls, not even their number.
  expect(mail.source).not.toMatch(/営業|電話機/);
  expect(await terminal('statements runs', { json: false })).toMatch(
    /2026-06\s+sent\s+16 of 16\s+32\s+0\s+0/,
  );

  // The page behind the link of the message.
  const path = /https:\/\/toritsugi\.example(\/r\/\S+)/.exec(mail.text)?.[1];
  const page = await fetch(`${agency.apps[0]?.url}${path}`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('3,108円');
}, 240_000);
