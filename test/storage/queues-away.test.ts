import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';
import { openQueues, type Queues } from '../../src/storage/queues.ts';
import { checkRedis } from '../../src/storage/redis-check.ts';
import { testDatabase } from '../support/database.ts';
import { listening, type NetworkProxy, startProxy } from '../support/proxy.ts';

const log = pino({ level: 'silent' });
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A port nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** A far side that takes the connection and says nothing. */
async function silentPort(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

async function cuttable(target: URL, defaultPort: number): Promise<NetworkProxy> {
  const proxy = await startProxy(target, defaultPort);
  closing.push(() => proxy.close());
  return proxy;
}

async function onRedis(redisUrl: string): Promise<Queues> {
  const database = await openDatabase({ databaseUrl: 'postgres://127.0.0.1:1/none', dataDir: tmpdir() });
  const queues = await openQueues({ redisUrl, database, log });
  closing.push(
    () => database.close(),
    () => queues.close(),
  );
  return queues;
}

async function refusedInTime(queues: Queues): Promise<void> {
  const start = performance.now();
  await expect(queues.queue('q').add('x', { id: 'a' })).rejects.toMatchObject({ code: 'queues.unavailable' });
  const bulk = queues.queue('q').addBulk([{ name: 'x', data: { id: 'a' } }]);
  await expect(bulk).rejects.toMatchObject({ code: 'queues.unavailable' });
  await expect(queues.queue('q').size()).rejects.toMatchObject({ code: 'queues.unavailable' });
  expect(performance.now() - start).toBeLessThan(10_500);
}

describe('P7 with Redis away', () => {
  it.each([
    ['refusing', closedPort],
    ['silent', silentPort],
  ])('adding fails in time, and everything closes (%s)', async (_how, port) => {
    const queues = await onRedis(`redis://127.0.0.1:${await port()}`);
    const worker = queues.worker('q', async () => undefined, { concurrency: 1 });
    const start = performance.now();
    await refusedInTime(queues);
    expect(performance.now() - start).toBeLessThan(3_900);
    expect(await queues.check()).toMatchObject({
      ok: false,
      findings: [{ level: 'error', code: 'queues.redis_unreachable' }],
    });
    await worker.close({ timeoutMs: 5_000 });
  });

  it.runIf(process.env.TEST_REDIS_URL)('works again when it is back', async () => {
    const proxy = await cuttable(new URL(process.env.TEST_REDIS_URL ?? ''), 6379);
    const queues = await onRedis(proxy.url);
    await worksAgain(queues, proxy);
  });
});

describe('P7 with the database away', () => {
  it('adding fails in time, and everything closes', async () => {
    const databaseUrl = `postgres://127.0.0.1:${await closedPort()}/none`;
    const database = await openDatabase({ databaseUrl, dataDir: tmpdir() });
    const queues = await openQueues({ database, log });
    closing.push(
      () => database.close(),
      () => queues.close(),
    );
    const worker = queues.worker('q', async () => undefined, { concurrency: 1 });
    await refusedInTime(queues);
    await worker.close({ timeoutMs: 5_000 });
  });

  it.runIf(process.env.TEST_DATABASE_URL)('works again when it is back', async () => {
    const test = await testDatabase();
    closing.push(() => test.dispose());
    const { rows } = await test.database.pool.query<{ name: string }>('select current_database() as name');
    const target = new URL(process.env.TEST_DATABASE_URL ?? '');
    target.pathname = `/${rows[0]?.name}`;
    const proxy = await cuttable(target, 5432);
    const database = await openDatabase({ databaseUrl: proxy.url, dataDir: tmpdir() });
    const queues = await openQueues({ database, log });
    closing.push(
      () => database.close(),
      () => queues.close(),
    );
    await worksAgain(queues, proxy);
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

async function worksAgain(queues: Queues, proxy: NetworkProxy): Promise<void> {
  const name = `again-${process.pid}-${Math.round(performance.now())}`;
  const seen: string[] = [];
  const early = queues.worker(name, async (job) => void seen.push(job.data.id), { concurrency: 1 });
  await early.ready();
  await queues.queue(name).add('x', { id: 'before' });
  await vi.waitFor(() => expect(seen).toEqual(['before']), { timeout: 10_000 });

  proxy.cut();
  await vi.waitFor(
    () =>
      expect(queues.queue(name).add('x', { id: 'lost' })).rejects.toMatchObject({
        code: 'queues.unavailable',
      }),
    { timeout: 10_000 },
  );
  // A worker and a queue that are opened while the backend is away.
  const late = queues.worker(`${name}-late`, async (job) => void seen.push(job.data.id), { concurrency: 1 });
  await expect(queues.queue(`${name}-late`).add('x', { id: 'lost' })).rejects.toThrow();
  proxy.mend();

  const added = (queue: string, id: string) =>
    vi.waitFor(() => queues.queue(queue).add('x', { id }), { timeout: 10_000, interval: 50 });
  await added(name, 'after');
  await added(`${name}-late`, 'after, late');
  await vi.waitFor(() => expect(new Set(seen)).toContain('after'), { timeout: 15_000 });
  await vi.waitFor(() => expect(new Set(seen)).toContain('after, late'), { timeout: 15_000 });
  await Promise.all([early.close({ timeoutMs: 5_000 }), late.close({ timeoutMs: 5_000 })]);
}

describe('what doctor says of Redis', () => {
  const found = (info: string) => checkRedis({ ping: async () => 'PONG', info: async () => info });

  it('is content with noeviction and an append-only file', async () => {
    const check = await found('redis_version:7.2.4\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n');
    expect(check.ok).toBe(true);
    expect(check.findings.map((finding) => finding.level)).toEqual(['ok', 'ok', 'ok']);
  });

  it('refuses eviction, warns of forgetting, refuses an old version', async () => {
    const check = await found('redis_version:5.0.14\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:0\r\n');
    expect(check.ok).toBe(false);
    expect(check.findings.map((finding) => [finding.level, finding.code])).toEqual([
      ['error', 'queues.redis_too_old'],
      ['error', 'queues.redis_evicts'],
      ['warning', 'queues.redis_forgets'],
    ]);
  });
});
