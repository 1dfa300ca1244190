import type { Logger } from 'pino';
import type { Database } from './database.ts';
import type { Queues } from './queue-contract.ts';
import { databaseQueues } from './queues-on-database.ts';
import { redisQueues } from './queues-on-redis.ts';

export type {
  Job,
  JobData,
  NewJob,
  QueueCheck,
  QueueFinding,
  QueueHandle,
  Queues,
  WorkerHandle,
  WorkerOptions,
} from './queue-contract.ts';

export interface QueuesOptions {
  /** Absent: the queues live on the database. */
  readonly redisUrl?: string;
  readonly database: Database;
  readonly log: Logger;
  /** Keeps several installations on one Redis apart. On a database the schema does that. */
  readonly prefix?: string;
}

/**
 * Opens the queues. Resolves although the backend is away: it is connected to as soon as it is back, and until
 * then adding rejects.
 */
export async function openQueues(o: QueuesOptions): Promise<Queues> {
  const { redisUrl, database, log, prefix } = o;
  if (redisUrl === undefined) return databaseQueues({ database, log });
  return redisQueues({ redisUrl, log, ...(prefix !== undefined && { prefix }) });
}
