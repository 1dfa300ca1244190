import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChannels } from '../../src/channels/index.ts';
import type { Body } from '../../src/domain/body.ts';
import type { Receipt } from '../../src/domain/outcome.ts';
import { createDesk, type Desk } from './desk.ts';

const ROOM = 'C0CLIENT01';
const CUSTOMER = 'U0CLIENT01';
let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
beforeEach(() => desk.clear());
afterAll(() => desk?.close());

interface Arrived {
  readonly id: string;
  readonly receipt: Receipt;
  readonly at: { readonly channelId: string; readonly ts: string };
}

/** A report delivered into the client's channel of the pretend Slack, and its receipt on record. */
async function arrived(): Promise<Arrived> {
  const { world, sandbox } = desk;
  sandbox.slack.addChannel({ id: ROOM, name: 'acme-電話' });
  const clientId = await world.addClient({
    code: 'acme',
    destinations: [{ channel: 'slack', address: ROOM }],
  });
  await world.recorder.record(world.entry(clientId));
  const { id, mark, body } = await world.db
    .selectFrom('deliveries')
    .select(['id', 'mark', 'body'])
    .executeTakeFirstOrThrow();
  const receipt = await post(id, mark, body);
  world.slack.answer({ type: 'delivered', receipt });
  await world.deliverOnce();
  return { id, receipt, at: { channelId: ROOM, ts: receipt.ts ?? '' } };
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

const marks = () => desk.world.db.selectFrom('done_marks').select(['via', 'person']).execute();
const message = () => desk.sandbox.slack.messages(ROOM)[0];
const told = () =>
  desk.sandbox
    .arrived()
    .filter((one) => one.channel === 'slack' && one.kind === 'response')
    .map(({ text }) => text)
    .join('\n');

/** A press as Slack would sign it, of whatever is claimed. */
async function signed(claim: {
  readonly id: string;
  readonly team?: string;
  readonly channel: string;
  readonly ts?: string;
}): Promise<number> {
  const team = claim.team ?? 'T0SANDBOX1';
  const payload = {
    type: 'block_actions',
    user: { id: CUSTOMER, username: '山田', team_id: team },
    team: { id: team },
    channel: { id: claim.channel },
    ...(claim.ts !== undefined && { message: { type: 'message', ts: claim.ts, team } }),
    actions: [{ type: 'button', action_id: 'report_done', block_id: 'report_done', value: claim.id }],
  };
  const rawBody = Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  const timestamp = String(Math.floor(desk.world.clock.now().getTime() / 1000));
  const hmac = createHmac('sha256', desk.sandbox.slack.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(rawBody);
  const answer = await desk.app.handleSlackRequest({
    rawBody,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac.digest('hex')}`,
    },
  });
  return answer.status;
}

describe('the done button of a report in Slack', () => {
  it('is pressed by anybody in the channel; the message then shows who and when, and has no button', async () => {
    const { at, receipt } = await arrived();
    expect(receipt).toMatchObject({ channel: ROOM, team: 'T0SANDBOX1' });
    desk.world.clock.advance(60_000);
    const answer = await desk.sandbox.slack.person(CUSTOMER).press(at, '対応済みにする');
    expect(answer).toMatchObject({ type: 'answered', status: 200 });
    await expect.poll(marks).toEqual([{ via: 'slack', person: CUSTOMER }]);
    await expect.poll(() => message()?.text).toMatch(/^【対応済み】【受電報告】/);
    const blocks = JSON.stringify(message()?.blocks);
    expect(blocks).toContain(`<@${CUSTOMER}> さんが 2026年6月18日(木) 13:06 に対応済みにしました`);
    expect(blocks).toContain('20260618-0001');
    expect(blocks).not.toContain('report_done');
    expect(JSON.stringify(message()?.metadata)).toContain('delivery_id');
  });

  it('shows every report of the call in that workspace as done, a reminder and its report alike', async () => {
    const { at } = await arrived();
    const { world } = desk;
    const call = await world.db.selectFrom('calls').select(['id', 'client_id']).executeTakeFirstOrThrow();
    const { id: destination } = await world.db
      .selectFrom('destinations')
      .select('id')
      .executeTakeFirstOrThrow();
    await world.db.transaction().execute((trx) =>
      world.delivery.addReport(trx, {
        callId: call.id,
        clientId: call.client_id,
        purpose: 'reminder',
        template: 'message',
        count: null,
        urgent: false,
        destinations: [
          {
            id: destination,
            channel: 'slack',
            address: ROOM,
            mention: null,
          },
        ],
      }),
    );
    const reminder = await world.db
      .selectFrom('deliveries')
      .select(['id', 'mark', 'body'])
      .where('state', '=', 'due')
      .executeTakeFirstOrThrow();
    world.clock.advance(5_000);
    const receipt = await post(reminder.id, reminder.mark, reminder.body);
    world.slack.answer({ type: 'delivered', receipt });
    await world.deliverOnce();
    await desk.sandbox.slack.person(CUSTOMER).press(at, '対応済みにする');
    await expect
      .poll(() => desk.sandbox.slack.messages(ROOM).map(({ text }) => text.startsWith('【対応済み】')))
      .toEqual([true, true]);
  });

  it('is pressed by somebody of another workspace in a channel shared with it (Slack Connect)', async () => {
    const { at } = await arrived();
    await desk.sandbox.slack.visitor('U0VISITOR1', '田中', 'T0VISITORS').press(at, '対応済みにする');
    await expect.poll(marks).toEqual([{ via: 'slack', person: 'U0VISITOR1' }]);
    await expect.poll(() => message()?.text).toMatch(/^【対応済み】/);
  });

  it('pressed twice keeps who was first', async () => {
    const { id, at } = await arrived();
    await signed({ id, channel: at.channelId, ts: at.ts });
    await expect.poll(marks).toHaveLength(1);
    const first = await desk.world.db.selectFrom('done_marks').selectAll().execute();
    desk.world.clock.advance(60_000);
    await signed({ id, channel: at.channelId, ts: at.ts });
    await desk.app.stop();
    expect(await desk.world.db.selectFrom('done_marks').selectAll().execute()).toEqual(first);
    expect(JSON.stringify(message()?.blocks)).toContain('13:05 に対応済み');
  });

  it('P9 marks nothing from another channel, message or workspace', async () => {
    const { id, at } = await arrived();
    desk.sandbox.slack.addChannel({ id: 'C0OTHER001', name: 'よそ' });
    const body = (await desk.world.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow()).body;
    const copy = await post(id, '000000000000', body, 'C0OTHER001');
    const elsewhere = { channelId: 'C0OTHER001', ts: copy.ts ?? '' };
    await desk.sandbox.slack.person(CUSTOMER).press(elsewhere, '対応済みにする');
    await expect.poll(told).toContain('報告が届いたメッセージでだけ使えます');
    for (const claim of [
      { id, channel: 'C0OTHER001', ts: at.ts },
      { id, channel: at.channelId, ts: '1750000000.000001' },
      { id, channel: at.channelId, ts: at.ts, team: 'T0ANOTHER1' },
      { id, channel: at.channelId },
      { id: 'no id', channel: at.channelId, ts: at.ts },
      { id: crypto.randomUUID(), channel: at.channelId, ts: at.ts },
    ]) {
      expect(await signed(claim)).toBe(200);
    }
    await desk.app.stop();
    expect(await marks()).toEqual([]);
    expect(JSON.stringify(message()?.blocks)).toContain('report_done');
  });

  it('waits until it is known where the report arrived', async () => {
    const { at } = await arrived();
    await desk.world.db
      .updateTable('deliveries')
      .set({ state: 'uncertain', receipt: null, ended_at: null })
      .execute();
    await desk.sandbox.slack.person(CUSTOMER).press(at, '対応済みにする');
    await expect.poll(told).toContain('送信の確認中です');
    expect(await marks()).toEqual([]);
  });

  it('does nothing for a client whose contract ended', async () => {
    const { at } = await arrived();
    await desk.world.db.updateTable('clients').set({ status: 'ended' }).execute();
    await desk.sandbox.slack.person(CUSTOMER).press(at, '対応済みにする');
    await expect.poll(told).toContain('対応済みにできません');
    expect(await marks()).toEqual([]);
  });

  it('tells who pressed when the message cannot be changed, and when nothing was recorded', async () => {
    const { at } = await arrived();
    const customer = desk.sandbox.slack.person(CUSTOMER);
    desk.database.set('away');
    await customer.press(at, '対応済みにする');
    await expect.poll(told).toContain('記録できませんでした');
    expect(await marks()).toEqual([]);
    desk.database.set('up');
    desk.sandbox.fail({
      service: 'slack',
      operation: 'chat.update',
      failure: { how: 'error', error: 'edit_window_closed' },
    });
    await customer.press(at, '対応済みにする');
    await expect.poll(marks).toHaveLength(1);
    await expect.poll(told).toContain('対応済みとして記録しました');
  });

  it('P10 logs neither who pressed nor what was reported', async () => {
    const { at } = await arrived();
    await desk.sandbox.slack.person(CUSTOMER).press(at, '対応済みにする');
    await expect.poll(marks).toHaveLength(1);
    await expect.poll(() => message()?.text).toContain('対応済み');
    for (const word of ['山田', '佐藤', '見積書', 'サンプル商事']) expect(desk.logged()).not.toContain(word);
  });
});
