import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SANDBOX_OPERATORS } from '../../src/sandbox/index.ts';
import { handClock } from '../support/hand-clock.ts';
import { type Agency, createAgency } from './agency.ts';

const CUSTOMER = 'U0CLIENT01';
const CHANNEL = 'C0CLIENT01';
const ROOM = '200000111';
const CLIENTS = `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    reminders: { after: 15m, times: 3 }
    destinations:
      - { channel: slack, address: ${CHANNEL} }
      - { channel: chatwork, address: ${ROOM} }
      - { channel: email, address: soumu@acme.example }
  - code: beta
    name: 有限会社ベータサンプル
    kana: ベータサンプル
    destinations:
      - { channel: email, address: beta@beta.example }
`;
const PATIENCE = { timeout: 15_000, interval: 50 };

let agency: Agency;
/** Thursday 13:05 in Japan. */
const clock = handClock();
beforeEach(async () => {
  clock.set('2026-06-18T04:05:00Z');
  agency = await createAgency({ clock: clock.now, log: pino({ level: 'silent' }) });
  agency.sandbox.slack.addChannel({ id: CHANNEL, name: 'アクメ-電話' });
  agency.sandbox.chatwork.addRoom({ roomId: ROOM, name: 'アクメ' });
  await agency.start('all');
  await agency.importClients(CLIENTS);
});
afterEach(() => agency?.close());

const db = () => {
  const found = agency.apps[0]?.database.db;
  if (found === undefined) throw new Error('no process is running');
  return found;
};
const forClients = () =>
  agency.sandbox
    .arrived()
    .filter((one) => one.mark !== null && !(one.channel === 'slack' && one.kind !== 'message'));
const message = () => agency.sandbox.slack.messages(CHANNEL)[0];

/** Harassment for both clients, delivered everywhere, and known which message it is in Slack. */
async function harassed(): Promise<void> {
  const operator = agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id);
  await operator.command('acme 無言');
  await operator.command('beta 無言');
  await vi.waitFor(() => expect(forClients().length).toBeGreaterThanOrEqual(4), PATIENCE);
  await vi.waitFor(async () => {
    // On a busy machine the answer may have been too late: then somebody looks for the message a little later.
    clock.advance(100);
    const open = await db()
      .selectFrom('deliveries')
      .select('id')
      .where('channel', '=', 'slack')
      .where('receipt', 'is', null)
      .execute();
    expect(open).toEqual([]);
  }, PATIENCE);
}

/** Mails that ask a client once more. */
const asked = (client: string) =>
  forClients()
    .map(({ text }) => text)
    .filter((text) => text.includes(client) && text.includes('ご回答のお願い'));

/** The page behind the one link of what arrived on a channel, for a client. */
function pageOf(channel: 'chatwork' | 'email', client: string): string {
  return linkIn(forClients().find((one) => one.channel === channel && one.text.includes(client))?.text ?? '');
}

function linkIn(text: string): string {
  const links = [...text.matchAll(/https:\/\/toritsugi\.example(\/r\/\S+)/g)];
  expect(links).toHaveLength(1);
  expect(text).toContain('回答はこちら');
  expect(text).not.toContain('対応済み');
  return `${agency.apps[0]?.url}${links[0]?.[1]}`;
}

async function formOf(page: string): Promise<Record<string, string>> {
  const key = /name="key" value="([^"]+)"/.exec(await (await fetch(page)).text())?.[1] ?? '';
  return { key, until: '', note: '' };
}
const post = (page: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(page, { method: 'POST', body: new URLSearchParams(fields), headers });

async function answersOf(code: string) {
  const events = await db()
    .selectFrom('case_events as e')
    .innerJoin('cases as k', 'k.id', 'e.case_id')
    .innerJoin('clients as c', 'c.id', 'k.client_id')
    .select('e.body')
    .where('c.code', '=', code)
    .orderBy('e.seq')
    .execute();
  return events.flatMap(({ body }) => (body.type === 'answered' ? [body] : []));
}

it('a client answers by a button in Slack and by the link in Chatwork; each sees what the other said', async () => {
  await harassed();
  const page = pageOf('chatwork', 'アクメ');

  const form = await agency.sandbox.slack
    .person(CUSTOMER, '山田')
    .pressToOpen({ channelId: CHANNEL, ts: message()?.ts ?? '' }, '心当たりあり');
  await form.fill('note', '先月退職した社員と思われます');
  expect(JSON.stringify(await form.submit())).toContain('"type":"cleared"');
  await vi.waitFor(
    () =>
      expect(JSON.stringify(message()?.blocks)).toContain(
        `<@${CUSTOMER}> さんが 2026年6月18日(木) 13:05 に「心当たりあり」`,
      ),
    PATIENCE,
  );

  const seen = await (await fetch(page)).text();
  expect(seen).toContain('「心当たりあり」とのご回答を補足とともに承りました');
  expect(seen).not.toContain('退職した');

  clock.advance(60_000);
  const answered = await post(page, { ...(await formOf(page)), choice: 'pause', until: '2026-07-01' });
  expect(answered.status).toBe(200);
  expect(await answered.text()).toContain('「転送を停止する(転送を再開する日: 2026年7月1日(水))」との');
  const again = await agency.sandbox.slack
    .person(CUSTOMER)
    .pressToOpen({ channelId: CHANNEL, ts: message()?.ts ?? '' }, '回答を変更・追加');
  expect(again.text()).toContain('・転送を停止する(転送を再開する日: 2026年7月1日(水))');

  expect(await answersOf('acme')).toMatchObject([
    { choice: 'known', via: 'slack', person: CUSTOMER, note: '先月退職した社員と思われます' },
    { choice: 'pause', via: 'link', person: null, until: '2026-07-01' },
  ]);
  expect(await answersOf('beta')).toEqual([]);

  // A case has reminders of its own: the ones for reports nobody marked done stay away.
  clock.advance(60 * 60_000);
  await vi.waitFor(async () => {
    const waiting = await db()
      .selectFrom('reminders')
      .select('number')
      .where('state', '=', 'waiting')
      .execute();
    expect(waiting).toEqual([]);
  }, PATIENCE);
  expect(JSON.stringify(forClients())).not.toContain('リマインド');
}, 60_000);

it('P9 forged, swapped, replayed, double-posted and expired links are refused or harmless', async () => {
  await harassed();
  const page = pageOf('email', 'アクメ');
  // The other client is asked again the next business morning: by a link as good as the report's.
  clock.set('2026-06-19T00:30:00Z');
  await vi.waitFor(() => expect(asked('ベータ')).toHaveLength(1), PATIENCE);
  const other = linkIn(asked('ベータ')[0] ?? '');
  const form = { ...(await formOf(page)), choice: 'unknown' };

  const token = (of: string) => Buffer.from(new URL(of).pathname.slice(3), 'base64url');
  const swapped = Buffer.concat([token(other).subarray(0, 20), token(page).subarray(20)]).toString(
    'base64url',
  );
  const forged = page.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  for (const bad of [forged, new URL(`/r/${swapped}`, page).href]) {
    expect((await fetch(bad)).status).toBe(404);
    expect((await post(bad, form)).status).toBe(404);
  }
  expect((await post(page, form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await fetch(`${page}?choice=unknown`, { method: 'HEAD' })).status).toBe(200);
  expect([...(await answersOf('acme')), ...(await answersOf('beta'))]).toEqual([]);

  const both = await Promise.all([post(page, form), post(page, form)]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  // The same bytes on another client's link: an answer of that client, and of nobody else.
  expect((await post(other, form)).status).toBe(200);
  expect((await post(page, form)).status).toBe(200);
  expect((await answersOf('acme')).map(({ choice }) => choice)).toEqual(['unknown']);
  expect((await answersOf('beta')).map(({ choice }) => choice)).toEqual(['unknown']);

  clock.advance(31 * 86_400_000);
  const late = await post(page, { ...form, choice: 'self', note: '来月から自社で受けます' });
  expect(late.status).toBe(410);
  expect(await late.text()).toContain('来月から自社で受けます</textarea>');
  expect(await answersOf('acme')).toHaveLength(1);
}, 60_000);
