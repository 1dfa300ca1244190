import { createHmac } from 'node:crypto';
import { App } from '@slack/bolt';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openChannels } from '../../src/channels/index.ts';
import type { Body } from '../../src/domain/body.ts';
import { ANSWER_CHOICES, ANSWER_LABELS } from '../../src/domain/cases/answers.ts';
import type { Receipt } from '../../src/domain/outcome.ts';
import { createDesk, type Desk } from './desk.ts';

const ROOM = 'C0CLIENT01';
const CUSTOMER = 'U0CLIENT01';
const NOTE = 'note';
let desk: Desk;
/** What the app listens to, by kind. */
let listened: Readonly<Record<'action' | 'view', readonly unknown[]>>;
beforeAll(async () => {
  const action = vi.spyOn(App.prototype, 'action');
  const view = vi.spyOn(App.prototype, 'view');
  desk = await createDesk();
  listened = { action: action.mock.calls.map(([name]) => name), view: view.mock.calls.map(([name]) => name) };
  vi.restoreAllMocks();
});
beforeEach(() => desk.clear());
afterAll(() => desk?.close());

interface Arrived {
  readonly id: string;
  readonly at: { readonly channelId: string; readonly ts: string };
}

/** A report of harassment delivered into the client's channel of the pretend Slack, its receipt on record. */
async function arrived(): Promise<Arrived> {
  const { world, sandbox } = desk;
  sandbox.slack.addChannel({ id: ROOM, name: 'acme-電話' });
  const clientId = await world.addClient({
    code: 'acme',
    destinations: [{ channel: 'slack', address: ROOM }],
  });
  await world.recorder.record(world.entry(clientId, { kind: 'harassment', quote: '社長を出せ' }));
  const { id, mark, body } = await world.db
    .selectFrom('deliveries')
    .select(['id', 'mark', 'body'])
    .executeTakeFirstOrThrow();
  const receipt = await post(id, mark, body);
  world.slack.answer({ type: 'delivered', receipt });
  await world.deliverOnce();
  return { id, at: { channelId: ROOM, ts: receipt.ts ?? '' } };
}

async function post(deliveryId: string, mark: string, body: Body, address = ROOM): Promise<Receipt> {
  const { world, sandbox } = desk;
  const { slack } = openChannels(
    { slack: { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url } },
    { clock: world.clock.now },
  );
  const outcome = await slack?.send(
    { deliveryId, mark, address, mention: null, body },
    AbortSignal.timeout(5_000),
  );
  await slack?.close();
  if (outcome?.type !== 'delivered') throw new Error('the sandbox did not take the report');
  return outcome.receipt;
}

async function answers() {
  const events = await desk.world.db.selectFrom('case_events').select('body').orderBy('seq').execute();
  return events.flatMap(({ body }) => (body.type === 'answered' ? [body] : []));
}
const blocks = () => JSON.stringify(desk.sandbox.slack.messages(ROOM)[0]?.blocks);
const told = () =>
  desk.sandbox
    .arrived()
    .filter((one) => one.channel === 'slack' && one.kind === 'response')
    .map(({ text }) => text)
    .join('\n');
const customer = () => desk.sandbox.slack.person(CUSTOMER, '山田');

/** What Slack would sign, of whatever is claimed. */
async function signed(payload: Readonly<Record<string, unknown>>): Promise<{ status: number; body: string }> {
  const rawBody = Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  const timestamp = String(Math.floor(desk.world.clock.now().getTime() / 1000));
  const hmac = createHmac('sha256', desk.sandbox.slack.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(rawBody);
  return await desk.app.handleSlackRequest({
    rawBody,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac.digest('hex')}`,
    },
  });
}

describe('the answers under a report of harassment in Slack', () => {
  it('are given by anybody in the channel, with a note and a date; the message then shows what, who and when', async () => {
    const { id, at } = await arrived();
    desk.world.clock.advance(60_000);
    const form = await customer().pressToOpen(at, '転送を停止する');
    expect(form.title()).toBe('報告へのご回答');
    expect(form.text()).toContain('受付番号 20260618-0001(嫌がらせ電話)');
    expect(form.text()).toContain('「転送を停止する」');
    await form.setDate('転送を再開する日', '2026-07-01');
    await form.fill(NOTE, '工事業者と思われます');
    expect(await form.submit()).toMatchObject({ type: 'cleared' });
    expect(await answers()).toMatchObject([
      {
        choice: 'pause',
        until: '2026-07-01',
        note: '工事業者と思われます',
        via: 'slack',
        person: CUSTOMER,
        deliveryId: id,
      },
    ]);
    await expect
      .poll(blocks)
      .toContain(
        `✅ <@${CUSTOMER}> さんが 2026年6月18日(木) 13:06 に「転送を停止する(転送を再開する日: 2026年7月1日(水))」と回答しました(補足あり)`,
      );
    expect(desk.sandbox.slack.messages(ROOM)[0]?.text).toMatch(/^【回答済み】【受電報告】/);
    expect(blocks()).not.toContain('report_answer.known');
    // P9: what is written for the agency does not appear in the channel.
    expect(blocks()).not.toContain('工事業者');
  });

  it.each(ANSWER_CHOICES)('%s: its button opens the form for it', async (choice) => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, ANSWER_LABELS[choice]);
    expect(form.text()).toContain(`「${ANSWER_LABELS[choice]}」`);
    await form.submit();
    expect(await answers()).toMatchObject([{ choice, until: null, note: null }]);
  });

  it('can be changed and added to, as often as one likes', async () => {
    const { at } = await arrived();
    await (await customer().pressToOpen(at, '心当たりあり')).submit();
    await expect.poll(blocks).toContain('回答を変更・追加');
    desk.world.clock.advance(3_600_000);
    const again = await desk.sandbox.slack.person('U0CLIENT02').pressToOpen(at, '回答を変更・追加');
    expect(again.text()).toContain('・心当たりあり(2026年6月18日(木) 13:05)');
    expect((await again.submit()).type).toBe('held_back');
    await again.choose('ご回答', '当社で対応する');
    await again.submit();
    await expect.poll(blocks).toContain('<@U0CLIENT02> さんが 2026年6月18日(木) 14:05 に「当社で対応する」');
    expect(blocks()).toContain('「心当たりあり」');
    expect((await answers()).map(({ choice }) => choice)).toEqual(['known', 'self']);
  });

  it('are recorded once when the same form is sent again', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '心当たりなし');
    await form.submit();
    const request = form.lastRequest();
    if (request === undefined) throw new Error('nothing was sent');
    await customer().replay(request);
    await desk.app.stop();
    expect(await answers()).toHaveLength(1);
  });

  it('P9 are taken only in the very message the report arrived as', async () => {
    const { id, at } = await arrived();
    desk.sandbox.slack.addChannel({ id: 'C0OTHER001', name: 'よそ' });
    const { body } = await desk.world.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow();
    const copy = await post(id, '000000000000', body, 'C0OTHER001');
    await customer().press({ channelId: 'C0OTHER001', ts: copy.ts ?? '' }, '心当たりあり');
    await expect.poll(told).toContain('この報告が届いたメッセージでだけ');
    // And a form that claims to stand elsewhere, in another message, or in another workspace, is refused when sent.
    const team = 'T0SANDBOX1';
    const own = { delivery: id, channel: at.channelId, ts: at.ts, team, choice: 'self' };
    for (const claim of [
      { ...own, channel: 'C0OTHER001' },
      { ...own, ts: '1750000000.000001' },
      { ...own, team: 'T0ANOTHER1' },
      { ...own, team: undefined },
      { ...own, delivery: crypto.randomUUID() },
      { ...own, choice: 'close' },
    ]) {
      const answer = await signed({
        type: 'view_submission',
        user: { id: CUSTOMER, team_id: team },
        team: { id: team },
        view: {
          id: 'V0FORGED',
          type: 'modal',
          callback_id: 'report_answer_form',
          private_metadata: JSON.stringify(claim),
          state: { values: { [NOTE]: { value: { type: 'plain_text_input', value: 'x' } } } },
        },
      });
      expect(JSON.parse(answer.body), JSON.stringify(claim)).toMatchObject({ response_action: 'errors' });
    }
    expect(await answers()).toEqual([]);
    expect(blocks()).toContain('report_answer.known');
  });

  it('wait until it is known where the report arrived', async () => {
    const { at } = await arrived();
    await desk.world.db
      .updateTable('deliveries')
      .set({ state: 'uncertain', receipt: null, ended_at: null })
      .execute();
    await customer().press(at, '心当たりあり');
    await expect.poll(told).toContain('送信の確認中です');
  });

  it('are refused for an ended contract, at the button and in a form that was open, which keeps what was typed', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '心当たりあり');
    await form.fill(NOTE, '覚えがあります');
    await desk.world.db.updateTable('clients').set({ status: 'ended' }).execute();
    expect(await form.submit()).toMatchObject({ type: 'errors' });
    expect(form.value(NOTE)).toBe('覚えがあります');
    await customer().press(at, '心当たりあり');
    await expect.poll(told).toContain('ご回答いただけません');
    expect(await answers()).toEqual([]);
  });

  it('a day gone by is refused at its field', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '転送を停止する');
    await form.setDate('until', '2026-06-17');
    const refused = await form.submit();
    expect(refused).toMatchObject({ type: 'errors' });
    expect(JSON.stringify(refused)).toContain('過ぎた日付です');
    expect(await answers()).toEqual([]);
  });

  it('P1 are kept in the form while the database is away, and recorded once when it is back', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '当社から相手に連絡する');
    await form.fill(NOTE, '社長から電話します');
    desk.database.set('away');
    const refused = await form.submit();
    expect(refused).toMatchObject({ type: 'errors' });
    expect(JSON.stringify(refused)).toContain('ご回答を記録できませんでした');
    expect(form.value(NOTE)).toBe('社長から電話します');
    await customer().press(at, '心当たりあり');
    await expect.poll(told).toContain('回答の画面を開けませんでした');
    desk.database.set('up');
    expect(await form.submit()).toMatchObject({ type: 'cleared' });
    expect(await answers()).toMatchObject([{ choice: 'contact', note: '社長から電話します' }]);
  });

  it('P1 say that nothing is sure while the database is silent, and are recorded once whatever is pressed', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '当社で対応する');
    await form.fill(NOTE, '来月からにします');
    desk.database.set('silent');
    const refused = await form.submit();
    expect(JSON.stringify(refused)).toContain('ご回答を記録できませんでした');
    desk.database.set('up');
    // Written after all: the message shows it by itself.
    await expect.poll(blocks, { timeout: 5_000 }).toContain('「当社で対応する」');
    expect(form.value(NOTE)).toBe('来月からにします');
    await form.submit();
    expect(await answers()).toHaveLength(1);
  });

  it('tells who answered when the message cannot be changed', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '心当たりあり');
    desk.sandbox.fail({
      service: 'slack',
      operation: 'chat.update',
      failure: { how: 'error', error: 'edit_window_closed' },
    });
    await form.submit();
    await expect.poll(told).toContain('ご回答を承りました');
    expect(await answers()).toHaveLength(1);
  });

  it('P10 leave no word of it in the log', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '心当たりあり');
    await form.fill(NOTE, '元社員の件です');
    await form.submit();
    await expect.poll(blocks).toContain('回答を変更・追加');
    for (const word of ['山田', '佐藤', '元社員', 'サンプル商事', '社長を出せ'])
      expect(desk.logged()).not.toContain(word);
  });
});

// Two listeners of one name both answer: what somebody typed would go to the wrong one, or be refused by it.
it.each(['action', 'view'] as const)('every %s of the app has a listener of its own', (kind) => {
  const names = listened[kind].map(String);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
