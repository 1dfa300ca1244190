import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDone } from '../../src/followup/mark-done.ts';
import { createLogger } from '../../src/log.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import type { ReplyDoor } from '../../src/web/reply/handler.tsx';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let server: WebServer | undefined;
/** `/r/<token>` of a mail delivery. */
let path: string;
let logged: string;

beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await world.clear();
  logged = '';
  const clientId = await world.addClient({
    code: 'acme',
    destinations: [{ channel: 'email', address: 'soumu@acme.example' }],
  });
  await world.recorder.record(world.entry(clientId));
  await world.deliverOnce();
  const { body } = await world.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow();
  path = /https:\/\/toritsugi\.example(\/r\/\S+)/.exec((body as { text: string }).text)?.[1] ?? '';
  await start();
});
afterEach(() => server?.close(0));
afterAll(() => world?.dispose());

async function start(o: Partial<ReplyDoor> = {}): Promise<void> {
  await server?.close(0);
  const done = createDone({ db: world.db, clock: world.clock.now, newId });
  const log = createLogger('trace', {
    write: (line) => {
      logged += line;
    },
  });
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
    metricsToken: 'x',
    replies: {
      links: world.replyLinks,
      done,
      disputes: world.disputes,
      cases: world.cases,
      statements: { read: async () => undefined, readCall: async () => undefined },
      clock: world.clock.now,
      newId,
      log,
      ...o,
    },
  });
}

const ask = (init: RequestInit = {}, at = path) =>
  fetch(`${server?.url}${at}`, { redirect: 'manual', ...init });
const press = (init: RequestInit = {}, at = path) =>
  ask(
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'answer=done',
      ...init,
    },
    at,
  );
const marks = () => world.db.selectFrom('done_marks').select(['via', 'person']).execute();

describe('GET /r/:token', () => {
  it('P10 shows what the report shows and no more: number, client, time', async () => {
    const answer = await ask();
    const page = await answer.text();
    expect(answer.status).toBe(200);
    for (const part of [
      '20260618-0001',
      '株式会社サンプル商事',
      '2026年6月18日(木) 13:05',
      '対応済みにする',
    ]) {
      expect(page).toContain(part);
    }
    for (const word of ['佐藤', '見積書', '03-5550-0123', 'soumu@', '鈴木', 'acme'])
      expect(page).not.toContain(word);
    expect(page.startsWith('<!doctype html><html lang="ja">')).toBe(true);
    expect(page).not.toContain('<script');
  });

  it('never acts, however often a scanner opens it', async () => {
    for (const method of ['GET', 'HEAD', 'GET']) await ask({ method });
    await ask({}, `${path}?answer=done`);
    expect(await marks()).toEqual([]);
  });

  it('is not kept, passed on, framed or indexed, and loads and runs nothing', async () => {
    for (const answer of [await ask(), await press(), await ask({}, '/r/x')]) {
      const { headers } = answer;
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-robots-tag')).toContain('noindex');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  it('P6 a client’s name stays text', async () => {
    await world.db.updateTable('clients').set({ name: '<script>alert(1)</script>&"' }).execute();
    const page = await (await ask()).text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;');
    expect(page).not.toContain('<script');
  });
});

describe('POST /r/:token', () => {
  it('marks the report and leads back to the page, which says so', async () => {
    const answer = await press({
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status).toBe(303);
    const back = new URL(answer.headers.get('location') ?? '', `https://proxy.example/base${path}`);
    expect(back.pathname).toBe(`/base${path}`);
    expect(await marks()).toEqual([{ via: 'link', person: null }]);
    const page = await (await ask()).text();
    expect(page).toContain('2026年6月18日(木) 13:05 に対応済みとして記録しました');
    expect(page).not.toContain('対応済みにする');
  });

  it('does the same when pressed again, and keeps the first time', async () => {
    await press();
    const first = await world.db.selectFrom('done_marks').selectAll().execute();
    world.clock.advance(3_600_000);
    expect((await press()).status).toBe(303);
    expect(await world.db.selectFrom('done_marks').selectAll().execute()).toEqual(first);
  });

  it.each([
    ['no form', { headers: { 'content-type': 'application/json' } }, 400],
    ['an empty form', { body: '' }, 400],
    ['another field', { body: 'answer=done&x=1' }, 400],
    [
      'another site',
      { headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' } },
      403,
    ],
    ['far too much', { body: 'a'.repeat(1_000_001) }, 413],
  ] as const)('refuses %s and marks nothing', async (_, init, status) => {
    expect((await press(init)).status).toBe(status);
    expect(await marks()).toEqual([]);
  });

  it('takes no other method', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await ask({ method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    }
    expect(await marks()).toEqual([]);
  });
});

describe('P9 a link that is not good', () => {
  it('is told apart only where it once was ours', async () => {
    const forged = `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`;
    for (const at of [forged, '/r/x', `/r/${'a'.repeat(48)}`, '/r/%00', `/r/${'a'.repeat(3_000)}`]) {
      expect((await ask({}, at)).status).toBe(404);
      expect((await press({}, at)).status).toBe(404);
    }
    world.clock.advance(31 * 86_400_000);
    expect((await ask()).status).toBe(410);
    expect((await press()).status).toBe(410);
    expect(await marks()).toEqual([]);
  });

  it('is revoked with its delivery and with the contract', async () => {
    await world.db.updateTable('deliveries').set({ state: 'failed' }).execute();
    const answer = await press();
    expect(answer.status).toBe(410);
    expect(await answer.text()).not.toContain('株式会社サンプル商事');
    await world.db.updateTable('deliveries').set({ state: 'delivered' }).execute();
    await world.db.updateTable('clients').set({ status: 'ended' }).execute();
    expect((await ask()).status).toBe(410);
    expect(await marks()).toEqual([]);
  });
});

describe('pressure and trouble', () => {
  it('slows one link down without touching another', async () => {
    await start({ perMinute: 3 });
    const clientId = await world.addClient({
      code: 'beta',
      destinations: [{ channel: 'email', address: 'b@beta.example' }],
    });
    await world.recorder.record(world.entry(clientId));
    const other = await world.db
      .selectFrom('deliveries')
      .select(['id', 'created_at as createdAt'])
      .where('client_id', '=', clientId)
      .executeTakeFirstOrThrow();
    for (let i = 0; i < 3; i += 1) expect((await ask()).status).toBe(200);
    const late = await press();
    expect(late.status).toBe(429);
    expect(late.headers.get('retry-after')).toBe('60');
    expect(await marks()).toEqual([]);
    expect((await ask({}, new URL(world.replyLinks.url('done', other)).pathname)).status).toBe(200);
  });

  it('P10 logs neither link nor name when the database is away', async () => {
    const away = async () => {
      throw new Error(`no connection for ${path} 株式会社サンプル商事`);
    };
    await start({ done: { read: away, mark: away } });
    const answer = await press();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(logged).toContain('a reply page failed');
    expect(logged).not.toContain(path.slice('/r/'.length));
    expect(logged).not.toContain('サンプル');
  });

  it('is not there where no operators are', async () => {
    await server?.close(0);
    server = await startWebServer({
      host: '127.0.0.1',
      port: 0,
      readiness: createReadiness({}),
      metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
      metricsToken: 'x',
    });
    expect((await ask()).status).toBe(404);
  });
});
