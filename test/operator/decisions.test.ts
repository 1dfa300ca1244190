import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChannels } from '../../src/channels/index.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { createDesk, type Desk } from './desk.ts';

const STAFF_CHANNEL = 'C0STAFF001';
let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
beforeEach(() => desk.clear());
afterAll(() => desk?.close());

/** A report of which nobody knows whether it arrived, and the question about it in the supervisors' channel. */
async function asked(): Promise<{ readonly channelId: string; readonly ts: string }> {
  const { world, sandbox } = desk;
  const clientId = await desk.addClient({ code: 'acme', rooms: ['1001'] });
  await world.recorder.record(world.entry(clientId));
  world.chatwork.answer({ type: 'uncertain', reason: { code: 'chatwork.reset' } });
  await world.deliverOnce();
  const unclear = { type: 'inconclusive', reason: { code: 'chatwork.hidden', said: 'limitation' } } as const;
  world.chatwork.see(unclear, unclear, unclear, unclear);
  for (const ms of [5_000, 30_000, 30_000, 30_000]) {
    world.clock.advance(ms);
    await world.delivery.reconciler.look();
  }
  const { body } = await world.db.selectFrom('notices').select('body').executeTakeFirstOrThrow();
  sandbox.slack.addChannel({ id: STAFF_CHANNEL, name: '管理者' });
  const { slack } = openChannels(
    { slack: { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url } },
    { clock: world.clock.now },
  );
  await slack?.send(
    { deliveryId: crypto.randomUUID(), mark: '000000000000', address: STAFF_CHANNEL, mention: null, body },
    AbortSignal.timeout(5_000),
  );
  await slack?.close();
  const message = sandbox.slack.messages(STAFF_CHANNEL).at(-1);
  return { channelId: STAFF_CHANNEL, ts: message?.ts ?? '' };
}

async function delivery() {
  return await desk.world.db.selectFrom('deliveries').select(['state', 'reason']).executeTakeFirstOrThrow();
}

const said = () =>
  desk.sandbox
    .arrived()
    .map(({ text }) => text)
    .join('\n');

describe('the question whether a report arrived', () => {
  it('P3 says what, where, when and what the far side said', async () => {
    const at = await asked();
    const message = desk.sandbox.slack.messages(at.channelId).at(-1);
    const text = JSON.stringify(message?.blocks);
    for (const part of ['20260618-0001', 'acme', 'Chatwork 1001', 'limitation', '2026年6月18日']) {
      expect(text).toContain(part);
    }
  });

  it('is answered by a supervisor: it arrived', async () => {
    const at = await asked();
    await desk.sandbox.slack.person(SANDBOX_SUPERVISOR.id).press(at, '届いている');
    await expect.poll(delivery).toEqual({ state: 'delivered', reason: 'seen by a person' });
    await expect.poll(said).toContain('届いていることを確認しました');
    const audit = await desk.world.db.selectFrom('audit_log').select(['actor', 'action']).execute();
    expect(audit).toEqual([{ actor: SANDBOX_SUPERVISOR.id, action: 'delivery.confirmed' }]);
  });

  it('P4 is answered by a supervisor: send again, and only the first press counts', async () => {
    const at = await asked();
    const supervisor = desk.sandbox.slack.person(SANDBOX_SUPERVISOR.id);
    await supervisor.press(at, '届いていない・もう一度送る');
    await expect.poll(delivery).toMatchObject({ state: 'due' });
    await supervisor.press(at, '届いていない・もう一度送る');
    await expect.poll(said).toContain('もう判断を待っていません');
    await desk.world.deliverOnce();
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent).toHaveLength(2);
  });

  it('P9 is not for an operator to answer', async () => {
    const at = await asked();
    await desk.sandbox.slack.person(SANDBOX_OPERATORS[0].id).press(at, '届いている');
    await expect.poll(said).toContain('管理者だけ');
    expect(await delivery()).toMatchObject({ state: 'uncertain' });
  });
});
