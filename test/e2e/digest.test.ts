import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { jstMinute } from '../../src/domain/calendar.ts';
import { nextCut } from '../../src/domain/digest.ts';
import { SANDBOX_OPERATORS } from '../../src/sandbox/index.ts';
import { type Agency, createAgency } from './agency.ts';

const ROOM = '300000001';
const MAIL = 'matome@one.example';
const PATIENCE = { timeout: 15_000, interval: 20 };

let agency: Agency;
/** Real time, so that Slack's limits pass, moved on by as much as the test wants. */
let ahead = 0;
const clock = () => new Date(Date.now() + ahead);
const hour = jstMinute(new Date(Date.now() + 2 * 3_600_000)).slice(11);
beforeAll(async () => {
  agency = await createAgency({ clock, log: pino({ level: 'silent' }) });
  await agency.start('all');
  await agency.importClients(`clients:
  - code: one
    name: 株式会社サンプル壱
    kana: サンプル
    destinations:
      - { channel: chatwork, address: ${ROOM}, digest: ${hour}, immediate: true }
      - { channel: email, address: ${MAIL}, digest: ${hour} }
`);
  agency.sandbox.chatwork.addRoom({ roomId: ROOM, name: ROOM });
});
afterAll(() => agency?.close());

const operator = () => agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id);
const inRoom = () =>
  agency.sandbox
    .arrived()
    .flatMap((one) => (one.channel === 'chatwork' && one.target === ROOM ? [one.text] : []));
const inMail = () =>
  agency.sandbox
    .arrived()
    .flatMap((one) => (one.channel === 'email' && one.envelope.to.includes(MAIL) ? [one.text] : []));
const numbersIn = (text = '') => [...text.matchAll(/■受付番号: (\S+)/g)].map(([, number]) => number);

it('P2 P4 comes once with every call of the day, across restarts at that very minute, and without sales calls', async () => {
  await operator().command('one 用件 見積書の件');
  await operator().command('one 営業');
  await operator().command('one 用件 納期の件');
  await vi.waitFor(() => expect(inRoom()).toHaveLength(2), PATIENCE);
  expect(inMail()).toEqual([]);

  await agency.stop();
  ahead = nextCut(clock(), hour).getTime() - Date.now();
  await agency.start('all');
  await agency.stop();
  await agency.start('all');
  await vi.waitFor(() => expect([inRoom().length, inMail().length]).toEqual([3, 1]), PATIENCE);
  await agency.stop();
  await agency.start('all');
  await operator().command('one 用件 至急 至急の件');
  await vi.waitFor(() => expect(inMail()).toHaveLength(2), PATIENCE);

  const [digest, urgent] = inMail();
  expect(digest).toContain('【まとめ】');
  expect(digest).toContain('2件のお電話を、まとめてご報告いたします。');
  const atOnce = inRoom().filter((text) => !text.includes('【まとめ】'));
  expect(numbersIn(digest)).toEqual(atOnce.slice(0, 2).flatMap(numbersIn).toSorted());
  expect(urgent).toContain('【至急】');
  expect(
    inRoom()
      .filter((text) => text.includes('【まとめ】'))
      .map(numbersIn),
  ).toEqual([numbersIn(digest)]);
});
