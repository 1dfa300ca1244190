import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Arrived, ArrivedInSlack } from '../../src/sandbox/arrived.ts';
import { SANDBOX_OPERATORS } from '../../src/sandbox/index.ts';
import { type Agency, createAgency } from './agency.ts';

const CLIENTS = `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    destinations:
      - { channel: chatwork, address: 200000111 }
      - { channel: slack, address: C0ACME0001 }
      - { channel: email, address: soumu@acme.example }
`;
const PATIENCE = { timeout: 15_000, interval: 20 };

let agency: Agency;
beforeEach(async () => {
  agency = await createAgency({ clock: () => new Date(), log: pino({ level: 'silent' }) });
  await agency.start('all');
  await agency.importClients(CLIENTS);
  agency.sandbox.chatwork.addRoom({ roomId: '200000111', name: 'アクメ' });
  agency.sandbox.slack.addChannel({ id: 'C0ACME0001', name: 'acme-calls' });
});
afterEach(() => agency?.close());

const operator = () => agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id);
const forClients = () =>
  agency.sandbox
    .arrived()
    .filter(
      (arrived) => arrived.mark !== null && !(arrived.channel === 'slack' && arrived.kind !== 'message'),
    );
const on = (channel: Arrived['channel'], word: string) =>
  forClients().filter((arrived) => arrived.channel === channel && arrived.text.includes(word));

async function theMessage(about: string): Promise<ArrivedInSlack> {
  return await vi.waitFor(() => {
    const found = operator()
      .directMessages()
      .find(({ text }) => text.includes(about));
    if (found === undefined) throw new Error('the bot has not said it');
    return found;
  }, PATIENCE);
}

it('a correction and a retraction arrive in answer to the first report, on every channel; the home follows', async () => {
  const home = operator().home();
  await home.open();
  await operator().command('acme 用件 見積書の件');
  const { target: channelId, id: ts } = await theMessage('登録しました');
  await vi.waitFor(() => expect(forClients()).toHaveLength(3), PATIENCE);
  const first = {
    chatwork: on('chatwork', '見積書')[0],
    slack: on('slack', '見積書')[0],
    email: on('email', '見積書')[0],
  };
  const database = agency.apps[0]?.database.db;
  await vi.waitFor(async () => {
    const open = await database
      ?.selectFrom('deliveries')
      .select('id')
      .where('state', '<>', 'delivered')
      .execute();
    expect(open).toEqual([]);
  }, PATIENCE);

  await home.until((seen) => seen.isPublished() && seen.text().includes('*送信済* (3通)'), PATIENCE.timeout);

  const form = await operator().pressToOpen({ channelId, ts }, '訂正');
  await form.fill('message', '請求書の件');
  expect(await form.submit()).toMatchObject({ type: 'cleared' });
  await vi.waitFor(() => expect(forClients()).toHaveLength(6), PATIENCE);
  const taking = await operator().pressToOpen({ channelId, ts }, '取消');
  await taking.fill('reason', '二重登録');
  expect(await taking.submit()).toMatchObject({ type: 'cleared' });
  await vi.waitFor(() => expect(forClients()).toHaveLength(9), PATIENCE);

  for (const word of ['【訂正】', '【取消】']) {
    expect(on('slack', word)).toMatchObject([{ threadTs: first.slack?.id }]);
    expect(on('chatwork', word)).toHaveLength(1);
    expect(on('chatwork', word)[0]?.text).toMatch(
      new RegExp(`^\\[rp aid=\\d+ to=200000111-${first.chatwork?.id}\\]\\n`),
    );
    expect(on('email', word)[0]?.headers).toMatchObject({
      'in-reply-to': first.email?.id,
      references: first.email?.id,
    });
  }
  await home.until((seen) => seen.text().includes('*取消*'), PATIENCE.timeout);
}, 60_000);
