import { pino } from 'pino';
import type { StorageConfig } from '../config.ts';
import type { QueueCheck } from '../storage/queues.ts';
import { redisQueues } from '../storage/queues-on-redis.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Asks Redis itself; nothing where the queues are in the database. */
export async function checkRedisQueues(config: StorageConfig): Promise<readonly Finding[]> {
  if (config.redisUrl === undefined) return [];
  const queues = await redisQueues({ redisUrl: config.redisUrl, log: pino({ level: 'silent' }) });
  try {
    return queueFindings(await queues.check());
  } finally {
    await queues.close();
  }
}

export function queueFindings(check: QueueCheck): readonly Finding[] {
  return check.findings.map(({ level, message, advice = '' }) => {
    switch (level) {
      case 'ok':
        return ok('Redis', message);
      case 'warning':
        return warn('Redis', message, advice);
      case 'error':
        return fail('Redis', message, advice);
      default:
        return level satisfies never;
    }
  });
}
