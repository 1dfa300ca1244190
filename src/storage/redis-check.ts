import { errorCode } from './errors.ts';
import type { QueueCheck, QueueFinding } from './queue-contract.ts';

/** BullMQ's oldest supported version. */
const OLDEST = [6, 2] as const;

/**
 * What `doctor` asks of Redis. Evicting keys loses jobs that only a sweep finds again, and without an
 * append-only file a restart forgets the queue: both cost time, never a report (P7).
 */
export async function checkRedis(redis: {
  ping(): Promise<string>;
  info(): Promise<string>;
}): Promise<QueueCheck> {
  try {
    await redis.ping();
    const info = parseInfo(await redis.info());
    return conclude([version(info), eviction(info), persistence(info)]);
  } catch (error) {
    return conclude([
      {
        level: 'error',
        code: 'queues.redis_unreachable',
        message: `Redis does not answer (${errorCode(error) ?? 'no connection'}).`,
        advice: 'Check REDIS_URL and that Redis runs; or unset it to keep the queues on the database.',
      },
    ]);
  }
}

function conclude(findings: readonly QueueFinding[]): QueueCheck {
  return { ok: findings.every((finding) => finding.level !== 'error'), findings };
}

function version(info: ReadonlyMap<string, string>): QueueFinding {
  const found = info.get('redis_version') ?? '0.0';
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
    return { level: 'ok', code: 'queues.redis_version', message: `Redis ${found} answers.` };
  }
  return {
    level: 'error',
    code: 'queues.redis_too_old',
    message: `Redis ${found} is too old.`,
    advice: `Use Redis ${OLDEST.join('.')} or newer.`,
  };
}

function eviction(info: ReadonlyMap<string, string>): QueueFinding {
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy === 'noeviction') {
    return { level: 'ok', code: 'queues.redis_keeps', message: 'Redis evicts nothing (noeviction).' };
  }
  return {
    level: 'error',
    code: 'queues.redis_evicts',
    message: `Redis may throw jobs away when memory is short (maxmemory-policy ${policy}).`,
    advice: 'Set "maxmemory-policy noeviction" in redis.conf.',
  };
}

function persistence(info: ReadonlyMap<string, string>): QueueFinding {
  if (info.get('aof_enabled') === '1') {
    return { level: 'ok', code: 'queues.redis_persists', message: 'Redis writes an append-only file.' };
  }
  return {
    level: 'warning',
    code: 'queues.redis_forgets',
    message: 'Redis forgets its jobs at a restart; reports are then late until the sweep finds them.',
    advice: 'Set "appendonly yes" in redis.conf.',
  };
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const entries = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
  });
  return new Map(entries);
}
