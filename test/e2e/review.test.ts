import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { importAgency } from '../../src/rulebook/import-agency.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { newId } from '../support/ids.ts';
import { type Agency, createAgency, SUPERVISOR_CHANNEL } from './agency.ts';

const COLLEAGUE = 'U0SUPERVIS2';
const ROOMS = {
  one: '300000001',
  two: '300000002',
  three: '300000003',
  four: '300000004',
  five: '300000005',
};
const CLIENTS = `clients:\n${Object.entries(ROOMS)
  .map(
    ([code, room]) => `  - code: ${code}
    name: 株式会社サンプル${code}
    kana: サンプル
    ${code === 'five' ? 'review: true' : 'status: active'}
    destinations:
      - { channel: chatwork, address: ${room} }
`,
  )
  .join('')}`;
const AGENCY = `agency:
  name: サンプル電話代行
  closed_on_holidays: true
  trainees: [${SANDBOX_OPERATORS[0].id}]
`;
const PATIENCE = { timeout: 15_000, interval: 20 };

let agency: Agency;
/** Real time, so that Slack's limits pass, moved on by as much as a test wants. */
let ahead = 0;
const clock = () => new Date(Date.now() + ahead);
beforeAll(async () => {
  agency = await createAgency({
    clock,
    log: pino({ level: 'silent' }),
    config: (config) => ({
      ...config,
      slack: { ...config.slack, supervisors: [SANDBOX_SUPERVISOR.id, COLLEAGUE] },
    }),
  });
  await agency.start('all');
  await agency.importClients(CLIENTS);
  const db = agency.apps[0]?.database.db;
  if (db === undefined) throw new Error('no process is running');
  const imported = await importAgency(
    db,
    { file: 'agency.yaml', text: AGENCY },
    { dryRun: false, newId, clock, actor: 'test' },
  );
  expect(imported.ok).toBe(true);
  for (const roomId of Object.values(ROOMS)) agency.sandbox.chatwork.addRoom({ roomId, name: roomId });
});
afterAll(() => agency?.close());

const trainee = () => agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id);
const supervisor = () => agency.sandbox.slack.person(SANDBOX_SUPERVISOR.id);
const colleague = () => agency.sandbox.slack.person(COLLEAGUE, '田中');
const arrived = (room: string) =>
  agency.sandbox
    .arrived()
    .flatMap((one) => (one.channel === 'chatwork' && one.target === room ? [one.text] : []));
const asked = (code: string) =>
  agency.sandbox.slack
    .messages(SUPERVISOR_CHANNEL)
    .filter(({ blocks }) => JSON.stringify(blocks).includes(`サンプル${code}`));
const toldPrivately = (userId: string) =>
  agency.sandbox
    .arrived()
    .flatMap((one) =>
      one.channel === 'slack' && one.visibleTo === userId && one.kind === 'response' ? [one.text] : [],
    );

/** Waits for the `count`th message to supervisors about a client. */
async function question(code: string, count = 1) {
  return await vi.waitFor(() => {
    const found = asked(code)[count - 1];
    if (found === undefined) throw new Error(`supervisors were not asked about ${code}`);
    return {
      channelId: SUPERVISOR_CHANNEL,
      ts: found.ts,
      text: () => JSON.stringify(asked(code)[count - 1]?.blocks),
    };
  }, PATIENCE);
}
/** Long enough for a report that was wrongly due to arrive. */
async function nothingMore(room: string, count: number): Promise<void> {
  const db = agency.apps[0]?.database.db;
  await vi.waitFor(async () => {
    const moving = await db
      ?.selectFrom('deliveries')
      .select('id')
      .where('state', 'in', ['due', 'queued', 'sending'])
      .execute();
    expect(moving).toEqual([]);
  }, PATIENCE);
  expect(arrived(room)).toHaveLength(count);
}

it('waits for 送信, arrives once, and of two supervisors who press at once one is told about the other', async () => {
  const { message } = await trainee().command('one 用件 見積書の件');
  expect(JSON.stringify(message?.blocks)).toContain('管理者の確認待ちです。確認後、1か所へ報告します。');
  const at = await question('one');
  await nothingMore(ROOMS.one, 0);
  for (const part of ['【確認待ち】', '研修中', '見積書の件', SANDBOX_OPERATORS[0].name]) {
    expect(at.text()).toContain(part);
  }
  // P9: only supervisors decide.
  await trainee().press(at, '送信');
  await vi.waitFor(() => expect(toldPrivately(trainee().id).join()).toContain('管理者だけ'), PATIENCE);

  await Promise.all([supervisor().press(at, '送信'), colleague().press(at, '送信')]);
  await vi.waitFor(() => expect(arrived(ROOMS.one)).toHaveLength(1), PATIENCE);
  await vi.waitFor(() => expect(at.text()).toMatch(/さんが送信しました/), PATIENCE);
  expect(at.text()).not.toContain('review_send');
  await vi.waitFor(() => {
    const told = [...toldPrivately(supervisor().id), ...toldPrivately(COLLEAGUE)];
    expect(told).toEqual([expect.stringMatching(/さんが送信しました/)]);
  }, PATIENCE);
  await nothingMore(ROOMS.one, 1);
});

it('修正して送信 sends the corrected report as the first one, and its operator hears of it', async () => {
  await trainee().command('two 用件 見積書のけん');
  const at = await question('two');
  const form = await supervisor().pressToOpen(at, '修正して送信');
  expect(form.title()).toBe('修正して送信 two');
  expect(form.value('message')).toBe('見積書のけん');
  await form.fill('message', '見積書の件');
  expect(await form.submit()).toMatchObject({ type: 'cleared' });
  await vi.waitFor(() => expect(arrived(ROOMS.two)).toHaveLength(1), PATIENCE);
  expect(arrived(ROOMS.two)[0]).toContain('見積書の件');
  expect(arrived(ROOMS.two)[0]).not.toContain('訂正');
  await vi.waitFor(() => expect(at.text()).toMatch(/さんが送信しました/), PATIENCE);
  await vi.waitFor(
    () => expect(trainee().directMessages().at(-1)?.text).toContain('あなたの登録を変更しました'),
    PATIENCE,
  );
  await nothingMore(ROOMS.two, 1);
});

it('差し戻し tells the operator why; corrected, it is held and asked about again, and then sent', async () => {
  await trainee().command('three 用件 みつもり');
  const at = await question('three');
  const late = await colleague().pressToOpen(at, '修正して送信');
  const form = await supervisor().pressToOpen(at, '差し戻し');
  await form.fill('reason', '<!channel> 用件を詳しく');
  expect(await form.submit()).toMatchObject({ type: 'cleared' });
  const note = await vi.waitFor(() => {
    const found = trainee()
      .directMessages()
      .find(({ text }) => text.includes('差し戻されました'));
    if (found === undefined) throw new Error('the operator was not told');
    return found;
  }, PATIENCE);
  expect(JSON.stringify(note.blocks)).toContain('用件を詳しく');
  // P6: what a supervisor typed mentions nobody.
  expect(note.text).not.toContain('<!channel>');
  await vi.waitFor(() => expect(at.text()).toContain('さんが差し戻しました'), PATIENCE);
  await late.fill('message', '遅い修正');
  expect(await late.submit()).toMatchObject({
    type: 'errors',
    errors: { reason: expect.stringContaining('差し戻しました') },
  });

  const correcting = await trainee().pressToOpen({ channelId: note.target, ts: note.id }, '訂正して再提出');
  await correcting.fill('message', '見積書の再発行をご希望');
  expect(await correcting.submit()).toMatchObject({ type: 'cleared' });
  const again = await question('three', 2);
  expect(again.text()).toContain('再提出されました');
  expect(again.text()).toContain('見積書の再発行をご希望');
  await nothingMore(ROOMS.three, 0);
  await supervisor().press(again, '送信');
  await vi.waitFor(() => expect(arrived(ROOMS.three)).toHaveLength(1), PATIENCE);
  // Too late to hand in what was sent.
  await trainee().press({ channelId: note.target, ts: note.id }, 'このまま再提出');
  await vi.waitFor(() => expect(toldPrivately(trainee().id).at(-1)).toContain('送信しました'), PATIENCE);
  await nothingMore(ROOMS.three, 1);
});

it('is reminded of after 5 minutes; taken back, it is asked about no more; urgent ones go at once', async () => {
  await trainee().command('four 用件 見積書の件');
  const at = await question('four');
  ahead += 5 * 60_000;
  const reminder = await question('four', 2);
  expect(reminder.text()).toContain('(5分経過)');
  expect(reminder.text()).toContain('review_return');
  await nothingMore(ROOMS.four, 0);
  const note = trainee().directMessages().at(-1);
  const taking = await trainee().pressToOpen({ channelId: note?.target ?? '', ts: note?.id ?? '' }, '取消');
  await taking.fill('reason', '二重登録');
  expect(await taking.submit()).toMatchObject({ type: 'cleared' });
  await vi.waitFor(() => {
    for (const message of [at, reminder]) expect(message.text()).toContain('この報告は送りません');
  }, PATIENCE);
  await trainee().command('four 用件 至急 水漏れ');
  await vi.waitFor(() => expect(arrived(ROOMS.four)).toHaveLength(1), PATIENCE);
  expect(asked('four')).toHaveLength(2);
});

it('a client with review: true has every report read; after 30 minutes each supervisor hears of it', async () => {
  const operator = agency.sandbox.slack.person(SANDBOX_OPERATORS[1].id);
  await operator.command('five 用件 見積書の件');
  const at = await question('five');
  expect(at.text()).toContain('この顧客の報告は');
  ahead += 30 * 60_000;
  const alarm = await vi.waitFor(() => {
    const found = supervisor()
      .directMessages()
      .find(({ text }) => text.includes('【至急・確認待ち】'));
    if (found === undefined) throw new Error('the supervisor was not told');
    return found;
  }, PATIENCE);
  await question('five', 2);
  await nothingMore(ROOMS.five, 0);
  await supervisor().press({ channelId: alarm.target, ts: alarm.id }, '送信');
  await vi.waitFor(() => expect(arrived(ROOMS.five)).toHaveLength(1), PATIENCE);
  await vi.waitFor(() => {
    for (const message of asked('five')) expect(JSON.stringify(message.blocks)).toContain('送信しました');
  }, PATIENCE);
});
