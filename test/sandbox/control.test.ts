import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

async function control(method: string, path: string, body?: unknown, type = 'application/json') {
  const response = await fetch(`${sandbox.control.url}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': type }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

const post = (roomId: string) =>
  fetch(`${sandbox.chatwork.url}/rooms/${roomId}/messages`, {
    method: 'POST',
    headers: { 'x-chatworktoken': sandbox.chatwork.apiToken },
    body: new URLSearchParams({ body: '用件' }),
  }).then((response) => response.status);

it('stages failures, lists them and takes them back', async () => {
  const rule = { service: 'chatwork', times: 'always', failure: { how: 'status', status: 500 } };
  const added = await control('POST', '/fail', rule);
  expect(added.status).toBe(201);
  expect(await post('1')).toBe(500);
  expect(await control('GET', '/failures')).toEqual({
    status: 200,
    body: { failures: [{ id: added.body.id, rule, hits: 1 }] },
  });
  expect((await control('DELETE', `/fail/${added.body.id}`)).status).toBe(204);
  expect((await control('DELETE', `/fail/${added.body.id}`)).status).toBe(404);
  expect(await post('1')).toBe(200);
});

it('says what is wrong with a rule', async () => {
  const answer = await control('POST', '/fail', { service: 'chatwork', failure: { how: 'explode' } });
  expect(answer.status).toBe(400);
  expect(answer.body.errors.join()).toContain('how');
  expect((await control('POST', '/fail', 'x')).status).toBe(400);
});

it('takes JSON only, so that no other page can press its buttons', async () => {
  const rule = { service: 'chatwork', failure: { how: 'reset' } };
  expect((await control('POST', '/fail', rule, 'text/plain')).status).toBe(400);
  expect((await control('POST', '/reset', {}, 'text/plain')).status).toBe(400);
  expect((await control('POST', '/reset')).status).toBe(400);
});

it('lists what arrived, by channel and place', async () => {
  await post('1');
  await post('2');
  expect(await control('GET', '/arrived')).toMatchObject({ body: { count: 2 } });
  expect(await control('GET', '/arrived?channel=chatwork&target=2')).toMatchObject({
    body: { count: 1, arrived: [{ channel: 'chatwork', target: '2', text: '用件', number: 2 }] },
  });
  expect(await control('GET', '/arrived?channel=email')).toMatchObject({ body: { count: 0, arrived: [] } });
  expect((await control('POST', '/reset', {})).status).toBe(204);
  expect(await control('GET', '/arrived')).toMatchObject({ body: { count: 0 } });
});

it('lets somebody write in a Chatwork room', async () => {
  const said = await control('POST', '/chatwork/say', {
    roomId: '5',
    account: { accountId: 9, name: '山田' },
    body: '了解',
  });
  expect(said).toMatchObject({ status: 201, body: { messageId: expect.any(String), webhooks: [] } });
  expect(sandbox.chatwork.messages('5')).toMatchObject([{ body: '了解', account: { name: '山田' } }]);
  expect((await control('POST', '/chatwork/say', { roomId: '5' })).status).toBe(400);
});
