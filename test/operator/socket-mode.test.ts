import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDesk, type Desk } from './desk.ts';

describe('Socket Mode', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk({ socketMode: true, settings: { reconnectMs: 20 } });
    await desk.addClient({ code: 'acme' });
    await desk.app.startSocketMode?.();
  });
  afterAll(() => desk.close());

  const connected = () => vi.waitFor(() => expect(desk.sandbox.slack.socketConnections()).toBe(1));

  it('takes commands and forms as HTTP does', async () => {
    await connected();
    const line = await desk.operator.command('acme 営業電話');
    expect(line.message?.text).toContain('20260618-0001 で登録しました');
    const modal = await desk.operator.openModal('acme');
    await modal.choose('kind', '用件');
    await modal.until((m) => m.updates() === 1);
    await modal.choose('number_state', '非通知');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    const calls = await desk.world.db.selectFrom('calls').select('kind').execute();
    expect(calls.map(({ kind }) => kind).toSorted()).toEqual(['message', 'sales']);
  });

  it('acknowledges what it does not know', async () => {
    await connected();
    const answer = await desk.sandbox.slack.event({ type: 'reaction_added', user: 'U1', item: null });
    expect(answer).toMatchObject({ type: 'answered', status: 200 });
    expect((await desk.operator.command('x', { command: '/other' })).answer.type).toBe('answered');
  });

  it('connects again when Slack renews the connection, and while Slack fails for a time', async () => {
    await connected();
    desk.sandbox.fail({
      service: 'slack',
      operation: 'apps.connections.open',
      times: 3,
      failure: { how: 'error', error: 'invalid_auth' },
    });
    desk.sandbox.slack.refreshSockets();
    await vi.waitFor(() => expect(desk.logged()).toContain('"failures":3'), { timeout: 5000 });
    await connected();
    expect((await desk.operator.command('help')).message?.text).toContain('使い方');
  });

  it('refuses requests over HTTP, for which it has no secret', async () => {
    const answer = await desk.app.handleSlackRequest({ rawBody: Buffer.from('payload=null'), headers: {} });
    expect(answer.status).toBe(401);
  });

  it('stays disconnected once stopped', async () => {
    await desk.app.stop();
    await vi.waitFor(() => expect(desk.sandbox.slack.socketConnections()).toBe(0));
  });
});
