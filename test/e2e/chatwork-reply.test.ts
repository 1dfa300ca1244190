import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { CHATWORK_WEBHOOK_TOKEN } from '../../src/sandbox/credentials.ts';
import { SANDBOX_OPERATORS } from '../../src/sandbox/index.ts';
import { handClock } from '../support/hand-clock.ts';
import { type Agency, createAgency, SUPERVISOR_CHANNEL } from './agency.ts';

const ROOM = '200000111';
const PERSON = { accountId: 77, name: '山田' };
const CLIENTS = `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    destinations:
      - { channel: chatwork, address: ${ROOM} }
`;
const PATIENCE = { timeout: 15_000, interval: 50 };

let agency: Agency;
let lines = '';
/** Thursday 13:05 in Japan. */
const clock = handClock('2026-06-18T04:05:00Z');
beforeAll(async () => {
  agency = await createAgency({
    clock: clock.now,
    log: createLogger('trace', {
      write(line: string) {
        lines += line;
      },
    }),
    config: (config) => ({
      ...config,
      ...(config.chatwork && { chatwork: { ...config.chatwork, webhookToken: CHATWORK_WEBHOOK_TOKEN } }),
    }),
    app: { allowances: {} },
  });
  await agency.start('all');
  await agency.importClients(CLIENTS);
  agency.sandbox.chatwork.webhooksTo(`${agency.apps[0]?.url}/webhooks/chatwork`);
});
afterAll(() => agency?.close());

const room = () => agency.sandbox.chatwork.messages(ROOM);
const own = () => room().filter(({ account }) => account.accountId !== PERSON.accountId);
const reply = async (quoting: string, text: string) => {
  clock.advance(30_000);
  const { accountId } = agency.sandbox.chatwork.account;
  return await agency.sandbox.chatwork.say({
    roomId: ROOM,
    account: PERSON,
    body: `[rp aid=${accountId} to=${ROOM}-${quoting}]電話代行サンドボックスさん\n${text}`,
  });
};
const answers = async () => {
  const events = await agency.apps[0]?.database.db
    .selectFrom('case_events')
    .select('body')
    .orderBy('seq')
    .execute();
  return (events ?? []).flatMap(({ body }) => (body.type === 'answered' ? [body] : []));
};

it('a client answers a harassment report by replying to it: by webhook, by polling, in doubt, with a question', async () => {
  await agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id).command('acme 嫌がらせ電話');
  await vi.waitFor(() => expect(own()).toHaveLength(1), PATIENCE);
  const report = own()[0]?.messageId ?? '';

  // The webhook brings it; every event of it is taken, and it counts once.
  const said = await reply(report, 'お世話になります。心当たりはありません。');
  expect(said.webhooks.map(({ status }) => status)).toEqual([200, 200]);
  await vi.waitFor(() => expect(own()).toHaveLength(2), PATIENCE);
  expect(await answers()).toMatchObject([
    { via: 'chatwork', person: '77', choice: 'unknown', note: 'お世話になります。心当たりはありません。' },
  ]);
  const confirmation = own()[1];
  expect(confirmation?.body).toMatch(new RegExp(`^\\[rp aid=77 to=${ROOM}-${said.messageId}\\]\n`));
  expect(confirmation?.body).toContain('心当たりなし');
  // P6: the only notation in it is the link to the message it answers.
  expect(confirmation?.body.match(/[[\]]/g)).toHaveLength(2);

  // The webhook is dead; the client answers the confirmation, and the look at the room finds it.
  agency.sandbox.chatwork.webhooksTo(undefined);
  await reply(confirmation?.messageId ?? '', '来月10日まで転送を停止します。');
  for (let minute = 0; minute < 2; minute += 1) clock.advance(60_000);
  await vi.waitFor(() => expect(own()).toHaveLength(3), PATIENCE);
  expect((await answers())[1]).toMatchObject({ choice: 'pause', until: '2026-07-11' });
  clock.advance(10 * 60_000);
  const staff = () => JSON.stringify(agency.sandbox.slack.messages(SUPERVISOR_CHANNEL));
  await vi.waitFor(() => expect(staff()).toContain('すぐには届かなくなっているようです'), PATIENCE);

  // Doubt is asked back once, and its number is the answer; a question goes to a supervisor.
  agency.sandbox.chatwork.webhooksTo(`${agency.apps[0]?.url}/webhooks/chatwork`);
  await reply(report, '対応を検討します');
  await vi.waitFor(() => expect(own()).toHaveLength(4), PATIENCE);
  expect(own()[3]?.body).toContain('3. 当社から相手に連絡する');
  expect(own()[3]?.body).toContain('https://toritsugi.example/r/');
  await reply(own()[3]?.messageId ?? '', '③');
  await vi.waitFor(() => expect(own()).toHaveLength(5), PATIENCE);
  expect((await answers())[2]).toMatchObject({ choice: 'contact' });
  await reply(report, '録音はもらえますか?');
  await vi.waitFor(() => expect(staff()).toContain('録音はもらえますか'), PATIENCE);
  await vi.waitFor(() => expect(own()).toHaveLength(6), PATIENCE);
  expect(own()[5]?.body).toContain('担当者に申し伝えました');
  expect(await answers()).toHaveLength(3);

  // P10: nothing of what was typed is in the logs.
  for (const word of ['心当たり', '録音', '来月', '山田', ROOM]) expect(lines).not.toContain(word);
}, 90_000);
