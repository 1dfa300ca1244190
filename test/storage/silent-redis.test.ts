import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';
import { openQueues } from '../../src/storage/queues.ts';
import { openRateLimits } from '../../src/storage/rate-limits.ts';
import { type HalfOpenLink, startHalfOpenLink } from '../faults/harness/half-open.ts';

const log = pino({ level: 'silent' });
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function link(): Promise<{ readonly line: HalfOpenLink; readonly redisUrl: string }> {
  const url = new URL(process.env.TEST_REDIS_URL ?? '');
  const line = await startHalfOpenLink(Number(url.port || 6379));
  closing.push(() => line.close());
  url.port = String(line.port);
  return { line, redisUrl: url.href };
}

async function noDatabase() {
  const database = await openDatabase({ databaseUrl: 'postgres://127.0.0.1:1/none', dataDir: tmpdir() });
  closing.push(() => database.close());
  return database;
}

describe.runIf(process.env.TEST_REDIS_URL)('P7 a line to Redis that went silent without a word', () => {
  it('is replaced, and jobs are added and taken again', async () => {
    const { line, redisUrl } = await link();
    const prefix = `silent-${process.pid}-${Math.round(performance.now())}`;
    const queues = await openQueues({ redisUrl, database: await noDatabase(), log, prefix });
    closing.push(() => queues.close());
    const seen = new Set<string>();
    const worker = queues.worker('q', async (job) => void seen.add(job.data.id), { concurrency: 1 });
    await worker.ready();
    await queues.queue('q').add('x', { id: 'before' });
    await vi.waitFor(() => expect(seen).toContain('before'), { timeout: 10_000 });
    expect(line.silence('both')).toBeGreaterThan(1);
    await vi.waitFor(() => queues.queue('q').add('x', { id: 'after' }), { timeout: 10_000, interval: 50 });
    await vi.waitFor(() => expect(seen).toContain('after'), { timeout: 40_000 });
  }, 60_000);

  it('is replaced, and budgets are asked again', async () => {
    const { line, redisUrl } = await link();
    const prefix = `silent-${process.pid}-${Math.round(performance.now())}`;
    const limits = openRateLimits({ redisUrl, database: await noDatabase(), log, prefix });
    closing.push(() => limits.close());
    const limit = limits.limit('posts', { steady: 100, steadyMs: 60_000, burst: 0, burstMs: 60_000 });
    const granted = () => limit('k').then((permission) => expect(permission).toEqual({ granted: true }));
    await vi.waitFor(granted, { timeout: 10_000, interval: 50 });
    line.silence('both');
    await vi.waitFor(granted, { timeout: 10_000, interval: 50 });
  });
});
