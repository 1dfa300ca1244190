import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { bearerToken, carriesBearer } from '../../src/web/bearer.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const TOKEN = bearerToken(SECRET, 'metrics');

let server: WebServer | undefined;
afterEach(() => server?.close(0));

async function start(o: Partial<Parameters<typeof startWebServer>[0]> = {}): Promise<string> {
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    metrics: { text: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }) },
    metricsToken: TOKEN,
    ...o,
  });
  return server.url;
}

describe('the metrics page', () => {
  it('opens for its token and for nothing else, not even on this machine', async () => {
    const url = `${await start()}/metrics`;
    const status = async (authorization?: string) =>
      (await fetch(url, authorization === undefined ? {} : { headers: { authorization } })).status;
    expect(await status()).toBe(401);
    expect(await status('Bearer')).toBe(401);
    expect(await status(`Basic ${TOKEN}`)).toBe(401);
    expect(await status(`Bearer ${TOKEN}x`)).toBe(401);
    expect(await status(`Bearer ${bearerToken(SECRET, 'another')}`)).toBe(401);
    expect(await status(`Bearer ${bearerToken(SECRET.toUpperCase(), 'metrics')}`)).toBe(401);
    const answer = await fetch(url, { headers: { authorization: `bearer ${TOKEN}` } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toBe('up 1\n');
  });

  it('has a token that the documented command makes as well', () => {
    // docs/operations.md: printf metrics | openssl dgst -sha256 -hmac "$LINK_SECRET" -binary | … base64url
    expect(TOKEN).toBe(createHmac('sha256', SECRET).update('metrics').digest('base64url'));
    expect(TOKEN).toMatch(/^[\w-]{43}$/);
    expect(carriesBearer(undefined, TOKEN)).toBe(false);
  });
});

describe('a process without operators', () => {
  it('answers probes and takes no requests of Slack', async () => {
    const url = await start({ readiness: async () => ({ ready: false, checks: { worker: 'failing' } }) });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ready: false, checks: { worker: 'failing' } });
    expect((await fetch(`${url}/slack/events`, { method: 'POST', body: 'x' })).status).toBe(404);
  });

  it('goes to another port when its own is taken, if it may', async () => {
    const first = new URL(await start());
    const port = Number(first.port);
    const taken = server;
    let told = 0;
    const second = await start({
      port,
      elsewhereIfTaken: () => {
        told += 1;
      },
    });
    expect(told).toBe(1);
    expect(new URL(second).port).not.toBe(first.port);
    expect((await fetch(`${second}/healthz`)).status).toBe(200);
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await taken?.close(0);
  });
});
