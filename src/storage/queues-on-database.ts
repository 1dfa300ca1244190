import { type Job as BullJob, createPostgresBackend, Queue, Worker } from 'bullmq';
import type { Logger } from 'pino';
import { assembleQueues } from './assemble-queues.ts';
import type { Database } from './database.ts';
import { type QueueBackend, workerSettings } from './queue-backend.ts';
import type { JobData, QueueCheck, Queues } from './queue-contract.ts';
import { queueErrorLog } from './queue-errors.ts';

const SCHEMA = 'bullmq';
/** All queues together add through these connections. */
const PRODUCER_CONNECTIONS = 3;
/** Each worker: one connection that listens, the others fetch and finish jobs. */
const WORKER_CONNECTIONS = 4;
const ADD_TIMEOUT_MS = 3_000;

/**
 * BullMQ on the database itself. On a server each worker gets connections of its own, so that its listening one
 * is never taken from anybody; embedded, everybody shares the one session.
 */
export function databaseQueues(o: { database: Database; log: Logger }): Queues {
  const { database, log } = o;
  const onError = queueErrorLog(log);
  const openPool = (maxConnections: number) => database.openPool({ searchPath: SCHEMA, maxConnections });
  const producers = openPool(PRODUCER_CONNECTIONS);
  const backend: QueueBackend = {
    addTimeoutMs: ADD_TIMEOUT_MS,
    openQueue(name) {
      const queue = new Queue(
        name,
        { connection: producers.pool, skipMetasUpdate: true },
        createPostgresBackend,
      );
      queue.on('error', onError(name));
      return queue;
    },
    openWorker(name, process, settings) {
      const connections = openPool(WORKER_CONNECTIONS);
      const worker = new Worker(
        name,
        (job: BullJob<JobData, void, string>) =>
          process({ id: job.id ?? '', name: job.name, data: job.data }),
        { connection: connections.pool, ...workerSettings(settings) },
        createPostgresBackend,
      );
      worker.on('error', onError(name));
      return {
        waitUntilReady: () => worker.waitUntilReady(),
        pause: (doNotWaitActive) => worker.pause(doNotWaitActive),
        close: (force) => worker.close(force),
        disconnect: () => connections.close(),
      };
    },
    close: () => producers.close(),
  };
  return assembleQueues({ kind: 'database', backend, onError, check: () => check(database) });
}

async function check(database: Database): Promise<QueueCheck> {
  const { rows } = await database.pool.query<{ ready: boolean }>(
    `select to_regclass('${SCHEMA}.job') is not null as ready`,
  );
  if (rows[0]?.ready) {
    const message = 'The queues live on the database.';
    return { ok: true, findings: [{ level: 'ok', code: 'queues.on_database', message }] };
  }
  return {
    ok: false,
    findings: [
      {
        level: 'error',
        code: 'queues.tables_missing',
        message: 'The tables of the queues are missing from the database.',
        advice: 'Run: npm run toritsugi -- migrate',
      },
    ],
  };
}
