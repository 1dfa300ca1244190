import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SANDBOX_OPERATORS } from '../../src/sandbox/index.ts';
import { handClock } from '../support/hand-clock.ts';
import { type Agency, createAgency } from './agency.ts';

const CUSTOMER = 'U0CLIENT01';
const ROOM = 'C0CLIENT01';
const CLIENTS = `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    reminders: { after: 15m, times: 3 }
    destinations:
      - { channel: slack, address: ${ROOM} }
      - { channel: email, address: soumu@acme.example }
`;
const PATIENCE = { timeout: 15_000, interval: 50 };

let agency: Agency;
/** Thursday 13:05 in Japan. */
const clock = handClock();
beforeEach(async () => {
  clock.set('2026-06-18T04:05:00Z');
  agency = await createAgency({ clock: clock.now, log: pino({ level: 'silent' }) });
  agency.sandbox.slack.addChannel({ id: ROOM, name: 'アクメ-電話' });
  await agency.start('all');
  await agency.importClients(CLIENTS);
});
afterEach(() => agency?.close());

const mails = () => agency.sandbox.arrived().flatMap((one) => (one.channel === 'email' ? [one] : []));
const posts = () => agency.sandbox.slack.messages(ROOM);

async function call(): Promise<void> {
  await agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id).command('acme 間違い');
  await vi.waitFor(() => expect([mails().length, posts().length]).toEqual([1, 1]), PATIENCE);
}

it('a client is reminded, opens the link of a mail, marks the call done, and is left alone', async () => {
  await call();
  clock.advance(15 * 60_000);
  await vi.waitFor(() => expect([mails().length, posts().length]).toEqual([2, 2]), PATIENCE);
  const reminder = mails()[1]?.text ?? '';
  expect(reminder).toContain('【リマインド】受付番号 20260618-0001');

  const path = /https:\/\/toritsugi\.example(\/r\/\S+)/.exec(reminder)?.[1] ?? '';
  const page = `${agency.apps[0]?.url}${path}`;
  expect(await (await fetch(page)).text()).toContain('対応済みにする');
  const pressed = await fetch(page, { method: 'POST', body: new URLSearchParams({ answer: 'done' }) });
  expect(pressed.status).toBe(200);
  expect(await pressed.text()).toContain('対応済みとして記録しました');

  const db = agency.apps[0]?.database.db;
  clock.advance(60 * 60_000);
  await vi.waitFor(
    async () =>
      expect(
        await db?.selectFrom('reminders').select('number').where('state', '=', 'waiting').execute(),
      ).toEqual([]),
    PATIENCE,
  );
  expect([mails().length, posts().length]).toEqual([2, 2]);
  const counts = await db?.selectFrom('usage_events').select('type').execute();
  expect(counts).toEqual([{ type: 'count' }]);
}, 60_000);

it('a client presses the button in Slack, and the page of the mail says so too', async () => {
  await call();
  const db = agency.apps[0]?.database.db;
  // The message may be there before its receipt is on record.
  await vi.waitFor(async () => {
    const open = await db?.selectFrom('deliveries').select('id').where('receipt', 'is', null).execute();
    expect(open).toEqual([]);
  }, PATIENCE);
  const at = { channelId: ROOM, ts: posts()[0]?.ts ?? '' };
  await agency.sandbox.slack.person(CUSTOMER, '山田').press(at, '対応済みにする');
  await vi.waitFor(
    () => expect(JSON.stringify(posts()[0]?.blocks)).toContain(`<@${CUSTOMER}> さんが`),
    PATIENCE,
  );
  const path = /https:\/\/toritsugi\.example(\/r\/\S+)/.exec(mails()[0]?.text ?? '')?.[1] ?? '';
  const page = await (await fetch(`${agency.apps[0]?.url}${path}`)).text();
  expect(page).toContain('2026年6月18日(木) 13:05 に対応済みとして記録しました');
}, 60_000);
