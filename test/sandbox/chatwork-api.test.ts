import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

let sandbox: Sandbox;
let now = Date.parse('2024-06-20T04:05:00Z');

beforeEach(async () => {
  now = Date.parse('2024-06-20T04:05:00Z');
  sandbox = await startSandbox({ clock: () => new Date(now) });
});
afterEach(() => sandbox.close());

function call(path: string, init: RequestInit & { token?: string } = {}): Promise<Response> {
  const { token = sandbox.chatwork.apiToken, headers, ...rest } = init;
  return fetch(`${sandbox.chatwork.url}${path}`, {
    ...rest,
    headers: { 'x-chatworktoken': token, ...(headers as Record<string, string>) },
  });
}

function post(roomId: string, body: string, extra: Record<string, string> = {}): Promise<Response> {
  return call(`/rooms/${roomId}/messages`, { method: 'POST', body: new URLSearchParams({ body, ...extra }) });
}

describe('pretend Chatwork', () => {
  it('answers a post with a message id above 2^53, as text', async () => {
    const response = await post('36818150', '[info]用件[/info]');
    expect(response.status).toBe(200);
    const { message_id: id } = (await response.json()) as { message_id: string };
    expect(typeof id).toBe('string');
    expect(BigInt(id)).toBeGreaterThan(2n ** 53n);
    expect(sandbox.arrived()).toMatchObject([
      { channel: 'chatwork', target: '36818150', id, text: '[info]用件[/info]', selfUnread: false },
    ]);
  });

  it('keeps no credential of the request', async () => {
    await post('1', '用件');
    expect(JSON.stringify(sandbox.arrived())).not.toContain(sandbox.chatwork.apiToken);
  });

  it.each([
    ['a wrong token', { token: 'wrong' }],
    ['no token', { token: '' }],
  ])('refuses %s with 401 and the documented sentence', async (_name, init) => {
    const response = await call('/me', init);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ errors: ['Invalid API token'] });
  });

  it('reads forms only: a JSON body has no fields', async () => {
    const response = await call('/rooms/1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ body: '用件' }),
    });
    expect(response.status).toBe(400);
    expect(sandbox.arrived()).toEqual([]);
  });

  it('measures the body in bytes', async () => {
    expect((await post('1', 'あ'.repeat(21_845))).status).toBe(200);
    expect((await post('1', `${'あ'.repeat(21_845)}a`)).status).toBe(400);
    expect((await post('1', '')).status).toBe(400);
  });

  it('answers 204 without a body for an empty room, then the newest hundred, oldest first', async () => {
    sandbox.chatwork.addRoom({ roomId: '7' });
    const empty = await call('/rooms/7/messages?force=1');
    expect(empty.status).toBe(204);
    expect(await empty.text()).toBe('');
    for (let n = 1; n <= 103; n += 1) {
      await sandbox.chatwork.say({ roomId: '7', account: { accountId: 5, name: '山田' }, body: `${n}` });
    }
    const messages = (await (await call('/rooms/7/messages?force=1')).json()) as {
      body: string;
      account: unknown;
    }[];
    expect(messages.map((message) => message.body)).toEqual(
      Array.from({ length: 100 }, (_, n) => `${n + 4}`),
    );
    expect(messages[0]?.account).toMatchObject({ account_id: 5, name: '山田' });
  });

  it('keeps a cursor for force=0, as every user of the token shares it', async () => {
    await post('7', 'one');
    expect((await call('/rooms/7/messages?force=0')).status).toBe(200);
    expect((await call('/rooms/7/messages?force=0')).status).toBe(204);
    await post('7', 'two');
    expect(await (await call('/rooms/7/messages')).json()).toMatchObject([{ body: 'two' }]);
  });

  it('says when part of a room is hidden', async () => {
    sandbox.chatwork.addRoom({ roomId: '8', limited: true });
    expect((await call('/rooms/8/messages?force=1')).headers.get('chatwork-message-limitation')).toBe('true');
    expect((await call('/rooms/7/messages?force=1')).headers.get('chatwork-message-limitation')).toBeNull();
  });

  it('refuses a room the token is not in, when rooms were given', async () => {
    const closed = await startSandbox({ chatwork: { rooms: [{ roomId: '1', name: '総務' }] } });
    const headers = { 'x-chatworktoken': closed.chatwork.apiToken };
    expect((await fetch(`${closed.chatwork.url}/rooms/1`, { headers })).status).toBe(200);
    const refused = await fetch(`${closed.chatwork.url}/rooms/2`, { headers });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({ errors: ["You don't have permission to get this room"] });
    expect((await fetch(`${closed.chatwork.url}/rooms/abc`, { headers })).status).toBe(404);
    await closed.close();
  });

  it('counts 300 requests in 5 minutes for the token and says so in headers', async () => {
    const first = await call('/me');
    const reset = Math.ceil((now + 300_000) / 1000);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-limit': '300',
      'x-ratelimit-remaining': '299',
      'x-ratelimit-reset': String(reset),
    });
    for (let n = 0; n < 299; n += 1) expect((await call('/me')).status).toBe(200);
    const over = await call('/me');
    expect(over.status).toBe(429);
    expect(over.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(over.headers.get('retry-after')).toBeNull();
    now += 300_000;
    expect((await call('/me')).status).toBe(200);
  });

  it('takes 10 messages and tasks together in 10 s for a room, and other rooms go on', async () => {
    for (let n = 0; n < 9; n += 1) expect((await post('1', 'x')).status).toBe(200);
    const task = await call('/rooms/1/tasks', {
      method: 'POST',
      body: new URLSearchParams({ body: '折り返し', to_ids: String(sandbox.chatwork.account.accountId) }),
    });
    expect(task.status).toBe(200);
    const over = await post('1', 'x');
    expect(over.status).toBe(429);
    expect(await over.json()).toEqual({ errors: ['Rate limit for message posting per room exceeded.'] });
    expect((await post('2', 'x')).status).toBe(200);
    now += 10_000;
    expect((await post('1', 'x')).status).toBe(200);
  });

  it('gives account, rooms, members and tasks in the documented shapes', async () => {
    sandbox.chatwork.addRoom({
      roomId: '9',
      name: '株式会社サンプル',
      members: [{ accountId: 11, name: '佐藤' }],
    });
    expect(await (await call('/me')).json()).toMatchObject({ account_id: 2739132, room_id: 322 });
    expect(await (await call('/rooms/9')).json()).toMatchObject({
      room_id: 9,
      name: '株式会社サンプル',
      type: 'group',
    });
    expect(await (await call('/rooms')).json()).toMatchObject([{ room_id: 9 }]);
    expect(await (await call('/rooms/9/members')).json()).toMatchObject([
      { account_id: 2739132, role: 'admin' },
      { account_id: 11, role: 'member' },
    ]);
    expect((await call('/rooms/9/tasks')).status).toBe(204);
    const added = await call('/rooms/9/tasks', {
      method: 'POST',
      body: new URLSearchParams({ body: '折り返し', to_ids: '11', limit: '1718900000', limit_type: 'time' }),
    });
    const { task_ids: ids } = (await added.json()) as { task_ids: number[] };
    expect(ids).toHaveLength(1);
    expect(await (await call('/rooms/9/tasks')).json()).toMatchObject([
      {
        task_id: ids[0],
        account: { account_id: 11 },
        body: '折り返し',
        limit_time: 1718900000,
        status: 'open',
      },
    ]);
    expect((await call('/rooms/9/tasks?status=done')).status).toBe(204);
    const stranger = await call('/rooms/9/tasks', {
      method: 'POST',
      body: new URLSearchParams({ body: '折り返し', to_ids: '12' }),
    });
    expect(stranger.status).toBe(400);
  });

  it('gives one message by its id', async () => {
    const { message_id: id } = (await (await post('3', '用件')).json()) as { message_id: string };
    expect(await (await call(`/rooms/3/messages/${id}`)).json()).toMatchObject({
      message_id: id,
      body: '用件',
    });
    expect((await call('/rooms/3/messages/1')).status).toBe(404);
  });

  it('refuses what is out of range', async () => {
    expect((await post('1', 'x', { self_unread: '2' })).status).toBe(400);
    const nowhere = await call('/nowhere');
    expect([nowhere.status, await nowhere.json()]).toEqual([404, { errors: ['Not found'] }]);
    const bad = await call('/rooms/1/tasks', {
      method: 'POST',
      body: new URLSearchParams({ body: 'x', to_ids: '2739132', limit_type: 'never' }),
    });
    expect(bad.status).toBe(400);
    expect(
      (await call('/rooms/1/tasks', { method: 'POST', body: new URLSearchParams({ body: 'x' }) })).status,
    ).toBe(400);
  });

  it('forgets messages and used-up limits on reset', async () => {
    for (let n = 0; n < 10; n += 1) await post('1', 'x');
    sandbox.reset();
    expect(sandbox.arrived()).toEqual([]);
    expect((await call('/rooms/1/messages?force=1')).status).toBe(204);
    expect((await post('1', 'x')).status).toBe(200);
  });
});
