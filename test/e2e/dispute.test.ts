import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { handClock } from '../support/hand-clock.ts';
import { type Agency, createAgency, SUPERVISOR_CHANNEL } from './agency.ts';

const CHANNEL = 'C0CLIENT01';
const ROOM = '200000111';
const CLIENTS = `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    destinations:
      - { channel: slack, address: ${CHANNEL} }
      - { channel: chatwork, address: ${ROOM} }
      - { channel: email, address: soumu@acme.example }
`;
const PATIENCE = { timeout: 20_000, interval: 50 };

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
    .filter((one) => one.mark !== null && (one.channel !== 'slack' || one.target === CHANNEL))
    .filter((one) => one.channel !== 'slack' || one.kind === 'message');
const supervisor = () => agency.sandbox.slack.person(SANDBOX_SUPERVISOR.id);

async function question(about: string) {
  return await vi.waitFor(() => {
    const found = agency.sandbox.slack
      .messages(SUPERVISOR_CHANNEL)
      .find(
        ({ text, blocks }) => text.includes('【要判断】顧客から') && JSON.stringify(blocks).includes(about),
      );
    if (found === undefined) throw new Error('supervisors were not asked');
    return { channelId: SUPERVISOR_CHANNEL, ts: found.ts };
  }, PATIENCE);
}

/** On a busy machine an answer may have been too late: then somebody looks, or tries again, a little later. */
async function arrivedInAll(count: number): Promise<void> {
  await vi.waitFor(() => {
    clock.advance(100);
    expect(forClients()).toHaveLength(count);
  }, PATIENCE);
}

/** A call, reported at all three places. */
async function reported(line: string, arrived: number): Promise<void> {
  await agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id).command(line);
  await arrivedInAll(arrived);
  await vi.waitFor(async () => {
    clock.advance(100);
    const open = await db().selectFrom('deliveries').select('id').where('receipt', 'is', null).execute();
    expect(open).toEqual([]);
  }, PATIENCE);
}

it('P2 a client disputes by its link and by its button; each is answered there alone, and the credit is booked', async () => {
  await reported('acme 判断不能 回線のご案内', 3);
  const mail = forClients().find(({ channel }) => channel === 'email');
  const page = `${agency.apps[0]?.url}${/https:\/\/toritsugi\.example(\/r\/\S+)/.exec(mail?.text ?? '')?.[1]}`;
  expect(mail?.text).toContain(
    '営業のお電話でございましたら、お手数ですが、下のページからお知らせください。',
  );
  const key = /name="key" value="([^"]+)"/.exec(await (await fetch(page)).text())?.[1] ?? '';
  const said = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ answer: 'dispute', key, claim: 'sales', note: '回線の売り込みでした' }),
  });
  expect(await said.text()).toContain('ただいま確認中です');
  await supervisor().press(await question('回線の売り込みでした'), '営業電話として取り消す');

  await arrivedInAll(4);
  const answer = forClients()[3];
  expect(answer).toMatchObject({ channel: 'email', subject: '【受電報告】' });
  expect(answer?.text).toContain('今月の受電回数から除きました。');
  expect(await (await fetch(page)).text()).toContain('今月の受電回数から除きました。');

  // Another call, by the button in Slack, and left as it is.
  await reported('acme 用件 見積書の件', 7);
  const report = agency.sandbox.slack.messages(CHANNEL).find(({ text }) => text.includes('見積書の件'));
  const form = await agency.sandbox.slack
    .person('U0CLIENT01', '山田')
    .pressToOpen({ channelId: CHANNEL, ts: report?.ts ?? '' }, '内容について連絡');
  await form.choose('お知らせの内容', 'これは営業電話でした');
  expect(await form.submit()).toMatchObject({ type: 'cleared' });
  const reason = await supervisor().pressToOpen(await question('見積書の件'), 'そのまま(理由)');
  await reason.fill('reason', 'ご依頼の見積書についてのお電話です');
  expect(await reason.submit()).toMatchObject({ type: 'cleared' });
  await arrivedInAll(8);
  expect(forClients()[7]).toMatchObject({ channel: 'slack', target: CHANNEL });
  expect(forClients()[7]?.text).toContain('理由: ご依頼の見積書についてのお電話です');
  const messages = agency.sandbox.slack.messages(CHANNEL);
  expect(messages.find(({ text }) => text.includes('【お返事】'))).toMatchObject({ threadTs: report?.ts });

  // Whatever else time brings, no word more goes out.
  clock.advance(3_600_000);
  await vi.waitFor(async () => {
    clock.advance(100);
    const open = await db().selectFrom('notices').select('id').where('state', '<>', 'sent').execute();
    expect(open).toEqual([]);
  }, PATIENCE);
  expect(forClients()).toHaveLength(8);
  const events = await db().selectFrom('usage_events').select('type').orderBy('at').orderBy('id').execute();
  expect(events.map(({ type }) => type)).toEqual(['count', 'credit', 'count']);
}, 90_000);
