import type { Kysely } from 'kysely';
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { Budgets } from '../delivery/budgets.ts';
import type { Loop } from '../delivery/loop.ts';
import type { Observer } from '../delivery/observer.ts';
import type { WatchedWorker } from '../delivery/watchdog.ts';
import type { Clock } from '../domain/ports.ts';
import type { QueueHandle } from '../storage/queues.ts';
import type { Schema } from '../storage/schema.ts';
import { countAttempts } from './metrics/attempts.ts';
import { type Share, showBacklog } from './metrics/backlog.ts';
import { cached } from './metrics/cached.ts';
import { showBudgets, showLoops, showQueues, showWorker } from './metrics/progress.ts';

/** How long what was read for one scrape serves the next ones, and how long a reading may take. Milliseconds. */
const READ_EVERY_MS = 5_000;
const READ_WITHIN_MS = 2_000;

/** What this process shows to Prometheus. Numbers and codes only: no name, number, address or id (P10). */
export interface Metrics {
  /** Counts what delivery tells of. */
  readonly observer: Observer;
  /** Adds what is read from the parts of the app at the moment of a scrape. Once. */
  show(parts: ShownParts): void;
  /** Everything in Prometheus' text format. Never rejects for a database or queue that is away. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface ShownParts {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly queues: readonly QueueHandle[];
  readonly budgets: Pick<Budgets, 'left'>;
  /** By name. */
  readonly loops: Readonly<Record<string, Loop>>;
  readonly worker?: Pick<WatchedWorker, 'stuck'> | undefined;
}

export function createMetrics(o: { readonly readEveryMs?: number } = {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const failures = new Counter({
    name: 'toritsugi_scrape_failures_total',
    help: 'Readings for metrics that failed or took too long; their numbers are missing then.',
    registers: [registry],
  });
  const share: Share = (read) =>
    cached(read, {
      forMs: o.readEveryMs ?? READ_EVERY_MS,
      withinMs: READ_WITHIN_MS,
      failed: () => failures.inc(),
    });
  return {
    observer: countAttempts(registry),
    show({ db, clock, queues, budgets, loops, worker }) {
      showBacklog(registry, { db, clock, share });
      showQueues(registry, { queues, share });
      showBudgets(registry, { budgets, share });
      showLoops(registry, loops);
      if (worker) showWorker(registry, worker);
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
