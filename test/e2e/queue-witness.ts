import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import type { Database } from '../../src/storage/database.ts';
import type { TestStorage } from '../support/database.ts';

/** Sees whatever is ever written where queues and budgets live, however soon it is gone again. */
export interface QueueWitness {
  /** Everything written so far, and everything that lies there now, as lines of text. */
  seen(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** On Redis by listening to every command and by dumping every key, on the database by triggers. */
export async function witnessQueues(storage: TestStorage, database: Database): Promise<QueueWitness> {
  const { redisUrl } = storage.config;
  return redisUrl === undefined ? onDatabase(database) : onRedis(redisUrl, storage.redisPrefix);
}

async function onRedis(redisUrl: string, prefix: string): Promise<QueueWitness> {
  const redis = new Redis(redisUrl);
  const commands: string[] = [];
  const { hostname, port, password } = new URL(redisUrl);
  // Spoken by hand: a monitoring client of ioredis loses its place in what the server says.
  const monitor = connect(Number(port || 6379), hostname);
  await once(monitor, 'connect');
  const lines = createInterface({ input: monitor });
  // Other tests may share the server.
  lines.on('line', (line) => line.includes(prefix) && commands.push(decode(line)));
  monitor.write(`${password ? `AUTH ${decodeURIComponent(password)}\r\n` : ''}MONITOR\r\n`);
  await once(lines, 'line');
  return {
    async seen() {
      const dump: string[] = [];
      for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
        for (const key of keys as string[]) dump.push(`${key} ${await contentsOf(redis, key)}`);
      }
      return [...commands, ...dump];
    },
    async close() {
      lines.close();
      monitor.destroy();
      redis.disconnect();
    },
  };
}

/** MONITOR writes bytes beyond ASCII as `\xe4`. */
function decode(line: string): string {
  const bytes = line.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

async function contentsOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return (await redis.get(key)) ?? '';
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1', 'WITHSCORES'));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    case 'none':
      return '';
    default:
      throw new Error(`a key of a type nobody looks into: ${type}`);
  }
}

async function onDatabase(database: Database): Promise<QueueWitness> {
  const { pool } = database;
  await pool.query(`
    create table public.witnessed (at_table text, line text);
    create function public.witness() returns trigger language plpgsql as $$
    begin
      insert into public.witnessed values (tg_table_schema || '.' || tg_table_name, new::text);
      return null;
    end $$;
  `);
  const { rows } = await pool.query<{ name: string }>(`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'bullmq' or (schemaname = 'public' and tablename = 'rate_limits')
  `);
  for (const { name } of rows) {
    await pool.query(
      `create trigger witness after insert or update on ${name} for each row execute function public.witness()`,
    );
  }
  return {
    async seen() {
      const { rows: lines } = await pool.query<{ at_table: string; line: string }>(
        'select at_table, line from public.witnessed',
      );
      return lines.map(({ at_table, line }) => `${at_table} ${line}`);
    },
    close: async () => undefined,
  };
}
