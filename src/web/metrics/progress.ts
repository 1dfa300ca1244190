import type { Registry } from 'prom-client';
import type { Budgets } from '../../delivery/budgets.ts';
import type { Loop } from '../../delivery/loop.ts';
import type { WatchedWorker } from '../../delivery/watchdog.ts';
import type { QueueHandle } from '../../storage/queues.ts';
import type { Share } from './backlog.ts';
import { readGauge } from './reading.ts';

/** When each loop of this process last came to its end without an error. */
export function showLoops(registry: Registry, loops: Readonly<Record<string, Loop>>): void {
  const startedAt = performance.now();
  readGauge(registry, {
    name: 'toritsugi_loop_idle_seconds',
    help: 'Since when a loop of this process has not succeeded; before its first success, since the start.',
    labelNames: ['loop'],
    read: () =>
      Object.entries(loops).map(([loop, { lastSuccess }]) => ({
        labels: { loop },
        value: (performance.now() - (lastSuccess() ?? startedAt)) / 1000,
      })),
  });
}

/** Whether this process takes jobs. */
export function showWorker(registry: Registry, worker: Pick<WatchedWorker, 'stuck'>): void {
  readGauge(registry, {
    name: 'toritsugi_worker_stuck',
    help: '1 while the worker was replaced for taking no jobs and the new one has taken none either.',
    read: () => [{ labels: {}, value: worker.stuck() ? 1 : 0 }],
  });
}

/** How long the queues are. They are short by design: what waits, waits in the database. */
export function showQueues(
  registry: Registry,
  o: { readonly queues: readonly QueueHandle[]; readonly share: Share },
): void {
  const sizes = o.queues.map((queue) => ({ queue: queue.name, size: o.share(() => queue.size()) }));
  readGauge(registry, {
    name: 'toritsugi_queue_jobs',
    help: 'Jobs in a queue, waiting for a worker or in its hands.',
    labelNames: ['queue', 'state'],
    async read() {
      const read = await Promise.all(sizes.map(async ({ queue, size }) => ({ queue, size: await size() })));
      return read.flatMap(({ queue, size }) =>
        size === undefined
          ? []
          : [
              { labels: { queue, state: 'waiting' }, value: size.waiting },
              { labels: { queue, state: 'active' }, value: size.active },
            ],
      );
    },
  });
}

/** What is left of the budgets all processes share. */
export function showBudgets(
  registry: Registry,
  o: { readonly budgets: Pick<Budgets, 'left'>; readonly share: Share },
): void {
  const budgets = o.share(() => o.budgets.left());
  const gauges = [
    ['toritsugi_budget_left', 'Requests that would be granted now, by credential budget.', 'left'],
    ['toritsugi_budget_most', 'Requests that would be granted if nothing had been spent.', 'most'],
  ] as const;
  for (const [name, help, which] of gauges) {
    readGauge(registry, {
      name,
      help,
      labelNames: ['channel', 'budget'],
      read: async () =>
        (await budgets())?.map(({ channel, budget, [which]: value }) => ({
          labels: { channel, budget },
          value,
        })),
    });
  }
}
