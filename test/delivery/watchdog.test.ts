import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../src/delivery/attempt.ts';
import { type Observer, unobserved } from '../../src/delivery/observer.ts';
import { DELIVERY_DEFAULTS } from '../../src/delivery/settings.ts';
import { type WatchedWorker, watchWorker } from '../../src/delivery/watchdog.ts';
import { openQueues, type Queues, type WorkerHandle } from '../../src/storage/queues.ts';
import { startDeliverWorker } from '../../workers/deliver.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const SETTINGS = { ...DELIVERY_DEFAULTS, concurrency: 2 };
const LEASE_MS = Math.max(SETTINGS.sendingLeaseMs, SETTINGS.mailLeaseMs);

/** Reports to rooms of their own, handed out: `queued` in the database, jobs in the queue. */
async function handOut(reports: number): Promise<void> {
  const destinations = Array.from({ length: reports }, (_, index) => ({
    channel: 'chatwork' as const,
    address: String(1001 + index),
  }));
  const clientId = await world.addClient({ code: 'acme', destinations });
  await world.recorder.record(world.entry(clientId));
  await world.delivery.relay.handOut();
  expect(world.jobs).toHaveLength(reports);
}

/** A watched worker whose handles take jobs only when told to, on a clock that is moved by hand. */
function watched(o: { attempt?: Attempt; size?: () => Promise<{ waiting: number; active: number }> } = {}) {
  let at = 0;
  const handles: { readonly attempt: Attempt; readonly close: WorkerHandle['close']; closed: boolean }[] = [];
  const restarts = vi.fn();
  const observer: Observer = { ...unobserved(), workerRestarted: restarts };
  const worker = watchWorker({
    open(attempt) {
      const handle = {
        attempt,
        closed: false,
        ready: async () => undefined,
        close: async () => {
          handle.closed = true;
        },
      };
      handles.push(handle);
      return handle;
    },
    attempt: o.attempt ?? world.delivery.attempt,
    queue: { size: o.size ?? (async () => ({ waiting: world.jobs.length, active: 0 })) },
    db: world.db,
    settings: SETTINGS,
    observer,
    log: pino({ level: 'silent' }),
    monotonic: () => at,
  });
  return {
    worker,
    handles,
    restarts,
    /** Lets time pass with a look every second, as the loop does. */
    async pass(ms: number) {
      for (const end = at + ms; at < end; ) {
        at += 1_000;
        await worker.check();
      }
    },
    /** Lets the newest handle take one job; resolves when it ends. */
    take(): Promise<void> {
      const job = world.jobs.shift();
      const handle = handles.at(-1);
      if (!job || !handle) throw new Error('there is no job to take');
      return handle.attempt.run({ id: job.data.id, generation: job.data.generation ?? 0 });
    },
  };
}

const hanging: Attempt = { run: () => new Promise<never>(() => undefined) };

describe('the watchdog', () => {
  it('replaces a worker that takes no jobs, and is content when the new one does', async () => {
    await handOut(1);
    const { worker, handles, restarts, pass, take } = watched();
    await pass(10_000);
    expect(handles).toHaveLength(1);
    await pass(1_000);
    expect(handles.map(({ closed }) => closed)).toEqual([true, false]);
    expect(restarts).toHaveBeenCalledTimes(1);
    expect(worker.stuck()).toBe(true);
    await take();
    expect(worker.stuck()).toBe(false);
    expect(world.chatwork.sent).toHaveLength(1);
    await pass(60_000);
    expect(handles).toHaveLength(2);
  });

  it('goes on replacing while nothing helps, and stays unready', async () => {
    await handOut(1);
    const { worker, handles, pass } = watched();
    await pass(35_000);
    expect(handles).toHaveLength(4);
    expect(handles.filter(({ closed }) => closed)).toHaveLength(3);
    expect(worker.stuck()).toBe(true);
    // Another process took the job.
    world.jobs.length = 0;
    await pass(1_000);
    expect(worker.stuck()).toBe(false);
  });

  it('leaves a worker alone whose places are all held by attempts that may still end', async () => {
    await handOut(3);
    const { handles, pass, take } = watched({ attempt: hanging });
    void take();
    void take();
    await pass(LEASE_MS - 1_000);
    expect(handles).toHaveLength(1);
  });

  it('replaces it when they have outlived their leases', async () => {
    await handOut(3);
    const { worker, handles, pass, take } = watched({ attempt: hanging });
    void take();
    void take();
    await pass(LEASE_MS + 1_000);
    expect(handles).toHaveLength(2);
    expect(worker.stuck()).toBe(true);
    void take();
    expect(worker.stuck()).toBe(false);
  });

  it('leaves a worker alone that takes jobs, however many wait', async () => {
    await handOut(8);
    const { handles, pass, take } = watched();
    for (let jobs = 0; jobs < 8; jobs += 1) {
      await pass(9_000);
      await take();
    }
    expect(handles).toHaveLength(1);
  });

  it('leaves a worker alone whose jobs were lost with the queue: the sweeper brings them back', async () => {
    await handOut(1);
    world.jobs.length = 0;
    const { handles, pass } = watched();
    await pass(60_000);
    expect(handles).toHaveLength(1);
  });

  it('begins anew when a delivery is handed out anew', async () => {
    await handOut(1);
    const { handles, pass } = watched();
    for (let rounds = 0; rounds < 4; rounds += 1) {
      await pass(8_000);
      world.clock.advance(SETTINGS.queuedLeaseMs);
      await world.delivery.sweeper.sweep();
      await world.delivery.relay.handOut();
    }
    expect(handles).toHaveLength(1);
  });

  it('does not blame the worker for a queue that is away', async () => {
    await handOut(1);
    const { worker, handles, pass } = watched({ size: () => Promise.reject(new Error('away')) });
    await expect(pass(1_000)).rejects.toThrow('away');
    for (let looks = 0; looks < 30; looks += 1) await pass(1_000).catch(() => undefined);
    expect(handles).toHaveLength(1);
    expect(worker.stuck()).toBe(false);
  });

  it('looks no more once closed', async () => {
    await handOut(1);
    const { worker, handles, pass } = watched();
    await worker.close({ timeoutMs: 0 });
    await pass(30_000);
    expect(handles.map(({ closed }) => closed)).toEqual([true]);
  });
});

describe('the watchdog of a real worker', () => {
  let queues: Queues;
  let worker: WatchedWorker | undefined;
  beforeEach(async () => {
    const redisUrl = process.env.TEST_REDIS_URL;
    queues = await openQueues({
      database: world.database,
      log: pino({ level: 'silent' }),
      prefix: `test-${randomUUID()}`,
      ...(redisUrl && { redisUrl }),
    });
  });
  afterEach(async () => {
    await worker?.close({ timeoutMs: 0 });
    await queues.close();
  });

  it('P4 brings every report to its reader once, although the first attempts never return', async () => {
    await handOut(4);
    const queue = queues.queue('deliver');
    await queue.addBulk(world.jobs);
    let hung = 0;
    let restarts = 0;
    worker = watchWorker({
      open: (attempt) => startDeliverWorker(queues, attempt, { concurrency: 2 }),
      attempt: {
        async run(job) {
          if (hung < 2) {
            hung += 1;
            await hanging.run(job);
          }
          await world.delivery.attempt.run(job);
        },
      },
      queue,
      db: world.db,
      settings: { ...SETTINGS, workerStuckMs: 50, sendingLeaseMs: 100, mailLeaseMs: 100 },
      observer: {
        ...unobserved(),
        workerRestarted: () => {
          restarts += 1;
        },
      },
      log: pino({ level: 'silent' }),
    });
    const state = async () => {
      await worker?.check();
      const rows = await world.db.selectFrom('deliveries').select('state').execute();
      return rows.map((row) => row.state).toSorted();
    };
    // The two that hung before they were claimed stay handed out until their leases are over.
    await vi.waitFor(
      async () => expect(await state()).toEqual(['delivered', 'delivered', 'queued', 'queued']),
      {
        timeout: 15_000,
        interval: 30,
      },
    );
    expect(restarts).toBeGreaterThan(0);
    world.clock.advance(SETTINGS.queuedLeaseMs);
    await world.delivery.sweeper.sweep();
    world.jobs.length = 0;
    await world.delivery.relay.handOut();
    await queue.addBulk(world.jobs);
    await vi.waitFor(
      async () => expect(await state()).toEqual(['delivered', 'delivered', 'delivered', 'delivered']),
      {
        timeout: 15_000,
        interval: 30,
      },
    );
    expect(world.chatwork.sent.map(({ address }) => address).toSorted()).toEqual([
      '1001',
      '1002',
      '1003',
      '1004',
    ]);
    expect(worker.stuck()).toBe(false);
  });
});
