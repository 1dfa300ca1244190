import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';

const run = promisify(execFile);

/** Stated with the results. Everything not named is PostgreSQL's default: fsync and synchronous_commit on. */
export const POSTGRES_SETTINGS = {
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  max_connections: '200',
} as const;
/** As the program's own checks want it: nothing evicted, every command in the append-only file once a second. */
export const REDIS_SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  'maxmemory-policy': 'noeviction',
} as const;

export interface Servers {
  /** The database a server always has; benchmarks make their own from there. */
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** Process ids of the servers started here; absent for servers that somebody else started. */
  readonly pids?: { readonly postgres: number; readonly redis: number };
  stop(): Promise<void>;
}

/**
 * PostgreSQL and Redis on loopback, on free ports and in a temporary folder, or those that `BENCH_DATABASE_URL`
 * and `BENCH_REDIS_URL` name. PostgreSQL refuses to run as root, so root lends it to the user `postgres`.
 */
export async function startServers(): Promise<Servers> {
  const { BENCH_DATABASE_URL: postgresUrl, BENCH_REDIS_URL: redisUrl } = process.env;
  if (postgresUrl && redisUrl) return { postgresUrl, redisUrl, stop: async () => {} };
  const work = await mkdtemp(join(tmpdir(), 'toritsugi-bench-servers-'));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one().catch(() => undefined);
    await rm(work, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres(work);
    stops.push(postgres.stop);
    const redis = await startRedis(work);
    stops.push(redis.stop);
    return {
      postgresUrl: postgres.url,
      redisUrl: redis.url,
      pids: { postgres: postgres.pid, redis: redis.pid },
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function startPostgres(work: string) {
  const bin = await postgresPrograms();
  const data = join(work, 'postgres');
  await mkdir(data);
  const asPostgres = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
  if (asPostgres.length > 0) {
    const [{ stdout: uid }, { stdout: gid }] = await Promise.all([
      run('id', ['-u', 'postgres']),
      run('id', ['-g', 'postgres']),
    ]);
    await chown(work, Number(uid), Number(gid));
    await chown(data, Number(uid), Number(gid));
  }
  const ours = (program: string, args: readonly string[]) => {
    const [first = '', ...rest] = [...asPostgres, join(bin, program), ...args];
    return run(first, rest, { cwd: '/' });
  };
  await ours('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8']);
  const port = await freePort();
  const settings = Object.entries({
    ...POSTGRES_SETTINGS,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: data,
    port: String(port),
  });
  const options = settings.map(([name, value]) => `-c ${name}=${value}`).join(' ');
  await ours('pg_ctl', ['-D', data, '-w', '-l', join(data, 'log'), '-o', options, 'start']);
  const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
  return {
    pid: Number(pid),
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: () => ours('pg_ctl', ['-D', data, '-m', 'fast', '-w', 'stop']),
  };
}

async function postgresPrograms(): Promise<string> {
  const base = '/usr/lib/postgresql';
  const versions = (await readdir(base)).sort((a, b) => Number(b) - Number(a));
  return join(base, versions[0] ?? '', 'bin');
}

async function startRedis(work: string) {
  const port = await freePort();
  const settings = Object.entries(REDIS_SETTINGS).flatMap(([name, value]) => [`--${name}`, value]);
  const server: ChildProcess = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', work, ...settings],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = `redis://127.0.0.1:${port}`;
  const probe = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  probe.on('error', () => undefined);
  await probe.ping();
  probe.disconnect();
  return {
    pid: server.pid ?? 0,
    url,
    async stop() {
      server.kill('SIGTERM');
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  await sleep(0);
  return address.port;
}

/** A new database on the server, made from another one when `template` names it. */
export async function createDatabase(servers: Servers, name: string, template?: string): Promise<string> {
  await administer(servers, [
    `drop database if exists ${name} with (force)`,
    `create database ${name}${template === undefined ? '' : ` template ${template}`}`,
    // What copying left behind is written out now, not during a measurement.
    'checkpoint',
  ]);
  const url = new URL(servers.postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(servers: Servers, name: string): Promise<void> {
  await administer(servers, [`drop database if exists ${name} with (force)`]);
}

async function administer(servers: Servers, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: servers.postgresUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

export async function emptyRedis(servers: Servers): Promise<void> {
  const redis = new Redis(servers.redisUrl);
  await redis.flushall();
  redis.disconnect();
}
