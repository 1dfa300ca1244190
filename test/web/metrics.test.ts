import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blockScope } from '../../src/delivery/block-scope.ts';
import { createBudgets } from '../../src/delivery/budgets.ts';
import type { Loop } from '../../src/delivery/loop.ts';
import type { QueueHandle } from '../../src/storage/queues.ts';
import { openRateLimits } from '../../src/storage/rate-limits.ts';
import { createMetrics, type Metrics } from '../../src/web/metrics.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const REASON = { code: 'chatwork.test' };

async function linesOf(metrics: Metrics, name: string): Promise<readonly string[]> {
  const { body } = await metrics.text();
  return body.split('\n').filter((line) => line.startsWith(name));
}

const loop = (lastSuccess: number | undefined): Loop => ({
  wake: () => undefined,
  start: () => undefined,
  stop: async () => undefined,
  lastSuccess: () => lastSuccess,
});
const queue = (size: QueueHandle['size']): QueueHandle => ({
  name: 'deliver',
  add: async () => undefined,
  addBulk: async () => undefined,
  size,
});

async function shown(
  o: { size?: QueueHandle['size']; loops?: Record<string, Loop>; stuck?: boolean; readEveryMs?: number } = {},
) {
  const metrics = createMetrics({ readEveryMs: o.readEveryMs ?? 0 });
  const limits = openRateLimits({ database: world.database, log: silent });
  const budgets = createBudgets(limits, {
    chatwork: { credential: { requests: 300, windowMs: 3_600_000 } },
  });
  metrics.show({
    db: world.db,
    clock: world.clock.now,
    queues: [queue(o.size ?? (async () => ({ waiting: 3, active: 2 })))],
    budgets,
    loops: o.loops ?? {},
    worker: { stuck: () => o.stuck ?? false },
  });
  return { metrics, budgets };
}
const silent = pino({ level: 'silent' });

describe('the metrics of attempts', () => {
  it('count outcomes by channel and reason, and how long they took', async () => {
    const metrics = createMetrics();
    const { observer } = metrics;
    observer.attemptBegan({ channel: 'slack' });
    expect(await linesOf(metrics, 'toritsugi_attempts_running')).toEqual([
      'toritsugi_attempts_running{channel="slack"} 1',
    ]);
    observer.attemptEnded({ channel: 'slack', outcome: { type: 'delivered', receipt: {} }, tookMs: 80 });
    observer.attemptEnded({
      channel: 'chatwork',
      outcome: { type: 'rejected', scope: 'destination', reason: REASON },
      tookMs: 1,
    });
    observer.attemptEnded({ channel: 'email', outcome: { type: 'retry', reason: REASON }, tookMs: 1 });
    expect(await linesOf(metrics, 'toritsugi_attempts_total')).toEqual([
      'toritsugi_attempts_total{channel="slack",outcome="delivered",reason="none"} 1',
      'toritsugi_attempts_total{channel="chatwork",outcome="rejected_destination",reason="chatwork.test"} 1',
      'toritsugi_attempts_total{channel="email",outcome="retry",reason="chatwork.test"} 1',
    ]);
    const took = await linesOf(metrics, 'toritsugi_attempt_seconds_bucket{le="0.1",channel="slack"');
    expect(took).toEqual([
      'toritsugi_attempt_seconds_bucket{le="0.1",channel="slack",outcome="delivered"} 1',
    ]);
    expect(await linesOf(metrics, 'toritsugi_attempts_running{channel="slack"}')).toEqual([
      'toritsugi_attempts_running{channel="slack"} 0',
    ]);
  });

  it('show how long reports took to arrive, and what became of looks, notices and workers', async () => {
    const metrics = createMetrics();
    const { observer } = metrics;
    observer.arrived({ channel: 'chatwork', urgent: true, afterMs: 400 });
    observer.arrived({ channel: 'chatwork', urgent: false, afterMs: -120_000 });
    observer.looked({ channel: 'slack', seen: 'absent' });
    observer.noticeTried({ outcome: 'uncertain' });
    observer.workerRestarted();
    const text = (await metrics.text()).body;
    expect(text).toContain('toritsugi_entry_to_delivered_seconds_sum{channel="chatwork",urgent="yes"} 0.4');
    expect(text).toContain('toritsugi_entry_to_delivered_seconds_sum{channel="chatwork",urgent="no"} 0\n');
    expect(text).toContain('toritsugi_looks_total{channel="slack",seen="absent"} 1');
    expect(text).toContain('toritsugi_notices_total{outcome="uncertain"} 1');
    expect(text).toContain('toritsugi_worker_restarts_total 1');
  });

  it('P10 never take words of a far side for a reason, nor more reasons than a graph can show', async () => {
    const metrics = createMetrics();
    const tried = (code: string) =>
      metrics.observer.attemptEnded({
        channel: 'slack',
        outcome: { type: 'retry', reason: { code, said: '佐藤様' } },
        tookMs: 1,
      });
    tried('slack.佐藤様');
    tried('slack.no such user sato@acme.example');
    tried('slack.<html>');
    for (let index = 0; index < 500; index += 1) tried(`slack.made_up_${index}`);
    const lines = await linesOf(metrics, 'toritsugi_attempts_total');
    expect(lines).toHaveLength(201);
    expect(lines[0]).toBe('toritsugi_attempts_total{channel="slack",outcome="retry",reason="other"} 303');
    expect(lines.join('\n')).not.toMatch(/佐藤|sato|html/);
  });
});

describe('the metrics of what waits', () => {
  it('are read from the database when they are asked for', async () => {
    const { metrics } = await shown();
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'email', address: 'soumu@acme.example' },
      ],
    });
    await world.recorder.record(world.entry(clientId));
    world.clock.advance(90_000);
    await blockScope(world.db, {
      scope: 'destination:email:soumu@acme.example',
      until: new Date(world.clock.now().getTime() + 60_000),
      reason: 'email.greylisted',
    });
    const { body } = await metrics.text();
    for (const line of [
      'toritsugi_deliveries{state="due",channel="chatwork"} 1',
      'toritsugi_deliveries{state="due",channel="email"} 1',
      'toritsugi_deliveries_oldest_age_seconds{state="due",channel="chatwork"} 90',
      'toritsugi_relay_lag_seconds 90',
      'toritsugi_blocked_scopes{kind="destination",by="far_side"} 1',
      'toritsugi_queue_jobs{queue="deliver",state="waiting"} 3',
      'toritsugi_queue_jobs{queue="deliver",state="active"} 2',
      'toritsugi_worker_stuck 0',
    ]) {
      expect(body).toContain(`${line}\n`);
    }
    expect(body).not.toContain('acme');
    await world.deliverOnce();
    world.chatwork.answer({ type: 'uncertain', reason: REASON });
    await world.recorder.record(world.entry(clientId));
    await world.deliverOnce();
    const deliveries = await linesOf(metrics, 'toritsugi_deliveries{');
    expect(deliveries).toContain('toritsugi_deliveries{state="uncertain",channel="chatwork"} 1');
    expect(deliveries).not.toContain('toritsugi_deliveries{state="due",channel="chatwork"} 1');
  });

  it('show what is left of a budget without spending any', async () => {
    const { metrics, budgets } = await shown();
    const left = async () => {
      const lines = await linesOf(metrics, 'toritsugi_budget_left{channel="chatwork",budget="posts"}');
      return Number(lines[0]?.split(' ').at(-1));
    };
    const before = await left();
    expect(before).toBe(Number((await linesOf(metrics, 'toritsugi_budget_most{'))[0]?.split(' ').at(-1)));
    expect(before).toBeGreaterThan(10);
    const spender = {
      channel: 'chatwork',
      credential: 'chatwork',
      address: '1',
      client_id: 'c',
      urgent: true,
    } as const;
    for (let posts = 0; posts < 5; posts += 1) expect((await budgets.spend(spender)).granted).toBe(true);
    expect(await left()).toBe(before - 5);
    expect(await left()).toBe(before - 5);
  });

  it('show since when each loop has not succeeded', async () => {
    const { metrics } = await shown({
      loops: { relay: loop(performance.now() - 30_000), sweep: loop(undefined) },
    });
    const lines = await linesOf(metrics, 'toritsugi_loop_idle_seconds');
    const value = (name: string) =>
      Number(
        lines
          .find((line) => line.includes(`loop="${name}"`))
          ?.split(' ')
          .at(-1),
      );
    expect(value('relay')).toBeGreaterThanOrEqual(30);
    expect(value('relay')).toBeLessThan(60);
    expect(value('sweep')).toBeLessThan(30);
  });

  it('leave out what cannot be known, and count that', async () => {
    const { metrics } = await shown({ size: () => Promise.reject(new Error('away')), stuck: true });
    const { body } = await metrics.text();
    expect(body).not.toContain('toritsugi_queue_jobs{');
    expect(body).toContain('toritsugi_relay_lag_seconds 0\n');
    expect(body).toContain('toritsugi_worker_stuck 1\n');
    expect(await linesOf(metrics, 'toritsugi_scrape_failures_total')).not.toContain(
      'toritsugi_scrape_failures_total 0',
    );
  });

  it('are read once for many scrapes', async () => {
    let reads = 0;
    const { metrics } = await shown({
      readEveryMs: 60_000,
      size: async () => {
        reads += 1;
        return { waiting: 0, active: 0 };
      },
    });
    await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
    await metrics.text();
    expect(reads).toBe(1);
  });

  it('hold up no scrape when a reading never ends', async () => {
    const { metrics } = await shown({ size: () => new Promise<never>(() => undefined) });
    const began = performance.now();
    const { body } = await metrics.text();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(body).not.toContain('toritsugi_queue_jobs{');
    expect(body).toContain('process_resident_memory_bytes');
  });
});
