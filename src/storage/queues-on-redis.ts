import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { assembleQueues } from './assemble-queues.ts';
import { type QueueBackend, workerSettings } from './queue-backend.ts';
import type { JobData, Queues } from './queue-contract.ts';
import { queueErrorLog } from './queue-errors.ts';
import { checkRedis } from './redis-check.ts';
import { within } from './within.ts';

const DEFAULT_PREFIX = 'toritsugi';
/** Answers later than this count as none, ms. */
const COMMAND_TIMEOUT_MS = 1_000;
/**
 * A connection that owes an answer for this long, ms, is dead although nobody said so (half-open TCP), and a new one
 * takes its place: a command's own timeout gives up the command but keeps the connection.
 */
const SILENCE_MS = 2_000;
/** The same for workers, whose blocking command may wait for 10 s. */
const WORKER_SILENCE_MS = 15_000;
/** Longest pause between attempts to connect, ms. */
const RECONNECT_MS = 1_000;

/**
 * BullMQ on Redis. All queues add over one connection that never keeps commands for later: with Redis away,
 * adding rejects at once. Each worker has two more (BullMQ's blocking one is a copy) that wait for its return.
 */
export async function redisQueues(o: { redisUrl: string; log: Logger; prefix?: string }): Promise<Queues> {
  const { redisUrl, log, prefix = DEFAULT_PREFIX } = o;
  const onError = queueErrorLog(log);
  const retryStrategy = (attempt: number) => Math.min(attempt * 50, RECONNECT_MS);
  const producer = new Redis(redisUrl, {
    retryStrategy,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
  });
  producer.on('error', onError('producer'));
  const backend: QueueBackend = {
    addTimeoutMs: COMMAND_TIMEOUT_MS,
    openQueue(name) {
      const queue = new Queue<JobData, void, string>(name, {
        connection: producer,
        prefix,
        skipMetasUpdate: true,
        skipVersionCheck: true,
        skipWaitingForReady: true,
      });
      queue.on('error', onError(name));
      return queue;
    },
    openWorker(name, process, settings) {
      const connection = new Redis(redisUrl, {
        retryStrategy,
        maxRetriesPerRequest: null,
        connectTimeout: COMMAND_TIMEOUT_MS,
        socketTimeout: WORKER_SILENCE_MS,
      });
      connection.on('error', onError(name));
      const worker = new Worker<JobData, void, string>(
        name,
        (job) => process({ id: job.id ?? '', name: job.name, data: job.data }),
        { connection, prefix, skipVersionCheck: true, ...workerSettings(settings) },
      );
      worker.on('error', onError(name));
      return {
        waitUntilReady: () => worker.waitUntilReady(),
        pause: (doNotWaitActive) => worker.pause(doNotWaitActive),
        close: (force) => worker.close(force),
        async disconnect() {
          connection.disconnect();
        },
      };
    },
    async close() {
      producer.disconnect();
    },
  };
  await within(COMMAND_TIMEOUT_MS, once(producer));
  return assembleQueues({ kind: 'redis', backend, onError, check: () => checkRedis(producer) });
}

function once(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    redis.once('ready', resolve);
  });
}
