import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FailureRule, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

type Chatwork = Extract<FailureRule, { service: 'chatwork' }>;
const fail = (failure: Chatwork['failure'], extra: Partial<Chatwork> = {}) =>
  sandbox.fail({ service: 'chatwork', failure, ...extra });

async function post(roomId = '1', timeoutMs = 10_000) {
  try {
    const response = await fetch(`${sandbox.chatwork.url}/rooms/${roomId}/messages`, {
      method: 'POST',
      headers: { 'x-chatworktoken': sandbox.chatwork.apiToken },
      body: new URLSearchParams({ body: 'x' }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: await response.text(), headers: response.headers };
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return { status: 0, body: '', error: cause?.code ?? name, headers: new Headers() };
  }
}

const kept = () => sandbox.arrived().length;

describe('failures over HTTP', () => {
  it.each([
    ['a status', { how: 'status', status: 503, body: 'busy' }, { status: 503, body: 'busy' }, 0],
    ['a status after accepting', { how: 'status', status: 500, accept: true }, { status: 500 }, 1],
    ['a reset', { how: 'reset' }, { status: 0, error: 'ECONNRESET' }, 0],
    ['a reset after accepting', { how: 'reset', accept: true }, { status: 0, error: 'ECONNRESET' }, 1],
    ['a close', { how: 'close' }, { status: 0, error: 'UND_ERR_SOCKET' }, 0],
    ['a close after accepting', { how: 'close', accept: true }, { status: 0, error: 'UND_ERR_SOCKET' }, 1],
    ['silence', { how: 'hang' }, { status: 0, error: 'TimeoutError' }, 0],
    ['silence after accepting', { how: 'hang', accept: true }, { status: 0, error: 'TimeoutError' }, 1],
    ['a page', { how: 'html' }, { status: 200, body: expect.stringContaining('<h1>') }, 1],
    ['a page instead', { how: 'html', accept: false }, { status: 200 }, 0],
    ['half an answer', { how: 'truncated' }, { status: 0 }, 1],
    ['half an answer to nothing', { how: 'truncated', accept: false }, { status: 0 }, 0],
    ['a slow drip', { how: 'drip', everyMs: 100 }, { status: 0, error: 'TimeoutError' }, 1],
    [
      'a drip in time',
      { how: 'drip', everyMs: 1 },
      { status: 200, body: expect.stringContaining('message_id') },
      1,
    ],
    ['a late answer', { how: 'delay', ms: 20 }, { status: 200 }, 1],
  ] as const)('%s', async (_name, failure, seen, count) => {
    fail(failure);
    const neverEnds = 'error' in seen && seen.error === 'TimeoutError';
    expect(await post('1', neverEnds ? 300 : 10_000)).toMatchObject(seen);
    await vi.waitFor(() => expect(kept()).toBe(count));
    expect((await post()).status).toBe(200);
    expect(kept()).toBe(count + 1);
  });

  it('give up a late answer that nobody waits for', async () => {
    fail({ how: 'delay', ms: 60_000 });
    expect((await post('1', 50)).status).toBe(0);
  });

  it.each([
    [{ how: 'room_limit' }, 429, 'Rate limit for message posting per room exceeded.'],
    [{ how: 'token_limit' }, 429, 'Rate limit exceeded.'],
    [{ how: 'invalid_token' }, 401, 'Invalid API token'],
    [{ how: 'no_permission' }, 403, "You don't have permission to get this room"],
  ] as const)('speak as Chatwork does: %o', async (failure, status, sentence) => {
    fail(failure);
    const answer = await post();
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { errors: [sentence] }]);
    expect(answer.headers.has('x-ratelimit-reset')).toBe(failure.how === 'token_limit');
    expect(kept()).toBe(0);
  });
});

describe('rules', () => {
  it('fail the next n matching requests only, and count them', async () => {
    const rule = fail({ how: 'status', status: 500 }, { times: 2, target: '7' });
    expect((await post('8')).status).toBe(200);
    expect((await post('7')).status).toBe(500);
    expect((await post('7')).status).toBe(500);
    expect((await post('7')).status).toBe(200);
    expect(rule.hits()).toBe(2);
  });

  it('leave reading alone unless they say otherwise', async () => {
    fail({ how: 'status', status: 500 }, { times: 'always' });
    const read = () =>
      fetch(`${sandbox.chatwork.url}/rooms/1/messages?force=1`, {
        headers: { 'x-chatworktoken': sandbox.chatwork.apiToken },
      }).then((response) => response.status);
    expect(await read()).toBe(204);
    const rule = fail({ how: 'status', status: 502 }, { operation: 'get_messages' });
    expect([await read(), await read()]).toEqual([502, 204]);
    expect(rule.hits()).toBe(1);
    fail({ how: 'status', status: 503 }, { operation: '*' });
    expect(await read()).toBe(503);
  });

  it('can be taken back, and end with a reset', async () => {
    const rule = fail({ how: 'status', status: 500 }, { times: 'always' });
    expect((await post()).status).toBe(500);
    rule.cancel();
    expect((await post()).status).toBe(200);
    fail({ how: 'status', status: 500 }, { times: 'always' });
    sandbox.reset();
    expect((await post()).status).toBe(200);
  });

  it('are refused when they make no sense', () => {
    expect(() =>
      sandbox.fail({
        service: 'email',
        target: 'a@b.example',
        failure: { how: 'close', phase: 'connect' },
      }),
    ).toThrow('no recipient is known yet');
  });
});

describe('failures of Slack', () => {
  async function say(channel = 'C0REPORTS') {
    const response = await fetch(`${sandbox.slack.url}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.slack.botToken}` },
      body: new URLSearchParams({ channel, text: 'x' }),
    });
    return {
      status: response.status,
      body: await response.json(),
      retryAfter: response.headers.get('retry-after'),
    };
  }

  it('come as ok:false, before or after accepting', async () => {
    sandbox.fail({ service: 'slack', failure: { how: 'error', error: 'channel_not_found' } });
    expect(await say()).toMatchObject({ status: 200, body: { ok: false, error: 'channel_not_found' } });
    expect(kept()).toBe(0);
    sandbox.fail({ service: 'slack', failure: { how: 'error', error: 'fatal_error', accept: true } });
    expect(await say()).toMatchObject({ body: { ok: false, error: 'fatal_error' } });
    expect(kept()).toBe(1);
  });

  it('come as 429 with or without Retry-After, for the channel named', async () => {
    sandbox.fail({ service: 'slack', target: 'C0REPORTS', failure: { how: 'rate_limited', retryAfter: 7 } });
    expect(await say('C0OTHER')).toMatchObject({ status: 200 });
    expect(await say()).toMatchObject({ status: 429, retryAfter: '7' });
    sandbox.fail({ service: 'slack', failure: { how: 'rate_limited', retryAfter: null } });
    expect(await say()).toMatchObject({ status: 429, retryAfter: null });
  });

  it('reach any method and the response URLs', async () => {
    sandbox.fail({ service: 'slack', operation: 'auth.test', failure: { how: 'status', status: 503 } });
    expect((await fetch(`${sandbox.slack.url}auth.test`, { method: 'POST' })).status).toBe(503);
    const url = sandbox.slack.url.replace('/api/', '/response/x');
    for (const [failure, status] of [
      [{ how: 'error', error: 'used_url' }, 404],
      [{ how: 'rate_limited', retryAfter: 1 }, 429],
      [{ how: 'status', status: 500 }, 500],
    ] as const) {
      sandbox.fail({ service: 'slack', operation: 'response_url', failure });
      expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(status);
    }
  });
});
