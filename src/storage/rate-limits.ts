import { createHash } from 'node:crypto';
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
export interface RateLimit {
  /** Spends one. A key may name a room or an address: only its digest is stored (P10). */
  (key: string): Promise<Permission>;
  /** How many would be granted at this moment, and how many at the most; spends none. */
  left(key: string): Promise<{ readonly left: number; readonly most: number }>;
}

export interface RateLimits {
  /** @param name tells limits apart; the same name is the same limit in every process */
  limit(name: string, pace: Pace): RateLimit;
  close(): Promise<void>;
}

const DEFAULT_PREFIX = 'toritsugi';
const COMMAND_TIMEOUT_MS = 1_000;
/** A connection that owes an answer for this long, ms, is dead although nobody said so; a new one takes its place. */
const SILENCE_MS = 2_000;

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
    socketTimeout: SILENCE_MS,
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
  const burst = pace.burst > 0 ? store(`${name}.burst`, pace.burst, pace.burstMs) : undefined;
  const limiter = burst ? new BurstyRateLimiter(steady, burst) : steady;
  const spend = async (key: string): Promise<Permission> => {
    try {
      await limiter.consume(digest(key));
      return { granted: true };
    } catch (refused) {
      if (refused instanceof RateLimiterRes)
        return { granted: false, retryMs: Math.max(1, refused.msBeforeNext) };
      throw refused;
    }
  };
  const left = async (key: string) => {
    const parts = burst ? [steady, burst] : [steady];
    const remaining = await Promise.all(
      parts.map(async (part) => (await part.get(digest(key)))?.remainingPoints ?? part.points),
    );
    return { left: sum(remaining), most: sum(parts.map(({ points }) => points)) };
  };
  return Object.assign(spend, { left });
}

/** Thirty-two hexadecimal digits: no name reaches Redis, and none is too long for the table's key. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Whole seconds, rounded up to the slower side: Redis forgets a key only by the second. */
function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
