import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import {
  BurstyRateLimiter,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { Pace } from '../domain/budget.ts';
import type { Database } from './database.ts';
import { queueErrorLog } from './queue-errors.ts';

/** Whether one more request fits; if not, in how many milliseconds it may be asked again. */
export type Permission = { readonly granted: true } | { readonly granted: false; readonly retryMs: number };

/** Something that is spent at a pace, each key by itself, by all processes together. */
export type RateLimit = (key: string) => Promise<Permission>;

export interface RateLimits {
  /** @param name tells limits apart; the same name is the same limit in every process */
  limit(name: string, pace: Pace): RateLimit;
  close(): Promise<void>;
}

const DEFAULT_PREFIX = 'toritsugi';
const COMMAND_TIMEOUT_MS = 1_000;

/** Limits shared by all processes: on Redis where there is one, else on the database. */
export function openRateLimits(o: {
  readonly redisUrl?: string;
  readonly database: Database;
  readonly log: Logger;
  readonly prefix?: string;
}): RateLimits {
  const { redisUrl, prefix = DEFAULT_PREFIX } = o;
  if (redisUrl === undefined) return onDatabase(o.database);
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
  });
  redis.on('error', queueErrorLog(o.log)('rate limits'));
  const store = (keyPrefix: string, points: number, ms: number) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${prefix}:${keyPrefix}`,
      points,
      duration: seconds(ms),
    });
  return {
    limit: (name, pace) => paced(name, pace, store),
    close: async () => redis.disconnect(),
  };
}

function onDatabase(database: Database): RateLimits {
  // The library asks for a statement as one object; a name would prepare it, which one session cannot share.
  const storeClient = {
    query: (statement: { text: string; values?: readonly unknown[] }) =>
      database.pool.query(statement.text, statement.values),
  };
  const store = (keyPrefix: string, points: number, ms: number) =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration: seconds(ms),
    });
  return { limit: (name, pace) => paced(name, pace, store), close: async () => {} };
}

function paced(
  name: string,
  pace: Pace,
  store: (keyPrefix: string, points: number, ms: number) => RateLimiterRedis | RateLimiterPostgres,
): RateLimit {
  const steady = store(`${name}.steady`, pace.steady, pace.steadyMs);
  const limiter =
    pace.burst > 0 ? new BurstyRateLimiter(steady, store(`${name}.burst`, pace.burst, pace.burstMs)) : steady;
  return async (key) => {
    try {
      await limiter.consume(key);
      return { granted: true };
    } catch (refused) {
      if (refused instanceof RateLimiterRes)
        return { granted: false, retryMs: Math.max(1, refused.msBeforeNext) };
      throw refused;
    }
  };
}

/** Whole seconds, rounded up to the slower side: Redis forgets a key only by the second. */
function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
