import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { listening } from '../../support/proxy.ts';

const run = promisify(execFile);
const DEBIAN_POSTGRES = '/usr/lib/postgresql';
const READY_WITHIN_MS = 20_000;

/** A PostgreSQL server of our own, which a suite may break. */
export interface OwnPostgres {
  /** A new, empty database on it. */
  createDatabase(name: string): Promise<string>;
  /** `immediate` is a crash: sessions are cut in the middle and the log is replayed at the start. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  /** Ends every client's session wherever it is; returns how many there were. */
  cutSessions(): Promise<number>;
  stop(): Promise<void>;
}

/** A Redis server of our own. */
export interface OwnRedis {
  readonly url: string;
  command(...words: readonly string[]): Promise<unknown>;
  /** Kills it and starts it again on the same port with what its append-only file kept. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL from Debian's packages on a free port of loopback. It refuses to run as root. */
export async function startPostgres(): Promise<OwnPostgres> {
  const bin = await postgresBin();
  const directory = await mkdtemp(join(tmpdir(), 'toritsugi-faults-pg-'));
  const asRoot = process.getuid?.() === 0;
  await chmod(directory, 0o755);
  if (asRoot) await run('chown', ['postgres', directory]);
  const data = join(directory, 'data');
  const port = await freePort();
  const call = (program: string, ...args: string[]) =>
    asRoot
      ? run('runuser', ['-u', 'postgres', '--', join(bin, program), ...args])
      : run(join(bin, program), args);
  await call('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8');
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${directory} -c max_connections=300`;
  const start = () => call('pg_ctl', '-D', data, '-w', '-l', join(directory, 'log'), '-o', options, 'start');
  const stop = (mode: string) => call('pg_ctl', '-D', data, '-w', '-m', mode, 'stop');
  await start();
  const url = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`;
  const asked = async (sql: string): Promise<number> => {
    const client = new pg.Client({ connectionString: url('postgres') });
    await client.connect();
    try {
      return (await client.query(sql)).rowCount ?? 0;
    } finally {
      await client.end();
    }
  };
  return {
    async createDatabase(name) {
      await asked(`create database ${name}`);
      return url(name);
    },
    async restart(mode) {
      await stop(mode);
      await start();
    },
    cutSessions: () =>
      asked(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      ),
    async stop() {
      await stop('immediate');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts Redis as the documentation asks for it: append-only file on, nothing evicted. */
export async function startRedis(): Promise<OwnRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'toritsugi-faults-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'],
      ],
      { stdio: 'ignore' },
    );
    const until = performance.now() + READY_WITHIN_MS;
    while (true) {
      const pong = await command('ping').catch(() => undefined);
      if (pong === 'PONG') return;
      if (performance.now() > until) throw new Error('redis-server did not become ready');
      await pause(20);
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };
  const command = async (...words: readonly string[]): Promise<unknown> => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      const [name = 'ping', ...rest] = words;
      return await redis.call(name, ...rest);
    } finally {
      redis.disconnect();
    }
  };
  await start();
  return {
    url,
    command,
    async restart() {
      await end('SIGKILL');
      await start();
    },
    async stop() {
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function postgresBin(): Promise<string> {
  const versions = await readdir(DEBIAN_POSTGRES).catch(() => []);
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (newest === undefined) {
    throw new Error('the fault suites need PostgreSQL and Redis: apt-get install postgresql redis-server');
  }
  return join(DEBIAN_POSTGRES, String(newest), 'bin');
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  return port;
}
