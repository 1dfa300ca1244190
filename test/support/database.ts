import { createHash, randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { pino } from 'pino';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openQueues, type Queues } from '../../src/storage/queues.ts';

export interface TestDatabase {
  readonly database: Database;
  /** The queues of this test, made at the first call: on `TEST_REDIS_URL` under a prefix of their own, else here. */
  queues(): Promise<Queues>;
  /** Closes and removes everything. Fails if somebody still holds a session: a leak is a bug. */
  dispose(): Promise<void>;
}

/**
 * A migrated, empty database for one test or one test file, on the backend the environment names:
 * `TEST_DATABASE_URL` (a server on which databases may be created), else embedded.
 *
 * Migrating takes seconds, so it is done once for each state of the migrations and kept as a template: a
 * directory that is copied (about 0.3 s to open), or `create database … template …`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  return serverUrl ? onServer(serverUrl) : embedded();
}

/** Migrated, empty storage for an app to open and to share between its processes. */
export interface TestStorage {
  /** As an app's settings name it. */
  readonly config: { readonly dataDir: string; readonly databaseUrl?: string; readonly redisUrl?: string };
  /** What every key of this storage in Redis begins with. */
  readonly redisPrefix: string;
  /** Removes everything; whoever opened it has closed it. */
  remove(): Promise<void>;
}

/** Storage on the backends the environment names, like `testDatabase`, but not opened. */
export async function testStorage(): Promise<TestStorage> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  const redisUrl = process.env.TEST_REDIS_URL;
  const redisPrefix = `test-${randomUUID()}`;
  const shared = { ...(redisUrl && { redisUrl }) };
  const forget = async () => {
    if (redisUrl) await forgetKeys(redisUrl, redisPrefix);
  };
  if (serverUrl) {
    const name = await databaseOnServer(serverUrl);
    return {
      config: { databaseUrl: urlOf(serverUrl, name), dataDir: tmpdir(), ...shared },
      redisPrefix,
      async remove() {
        await forget();
        await administer(serverUrl, (server) => server.query(`drop database ${name} with (force)`));
      },
    };
  }
  const dataDir = await embeddedCopy();
  return {
    config: { dataDir, ...shared },
    redisPrefix,
    async remove() {
      await forget();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function forgetKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if (keys.length > 0) await redis.del(keys);
    }
  } finally {
    redis.disconnect();
  }
}

// ── Embedded ───────────────────────────────────────────────────────────────────────────────────────────────

async function embedded(): Promise<TestDatabase> {
  const dataDir = await embeddedCopy();
  const database = await openDatabase({ dataDir });
  return assemble(database, () => rm(dataDir, { recursive: true, force: true }));
}

/** A data directory with a migrated, empty embedded database, not opened; whoever asks removes it. */
export async function embeddedCopy(): Promise<string> {
  const template = await embeddedTemplate();
  const dataDir = await mkdtemp(join(await quickFolder(), 'toritsugi-test-'));
  // A thousand small files: 0.07 s, and 0.45 s without waiting for each in turn (`cp` of node:fs/promises).
  cpSync(template, dataDir, { recursive: true });
  return dataDir;
}

async function embeddedTemplate(): Promise<string> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/toritsugi/', import.meta.url));
  const finished = join(cache, `template-${await fingerprint()}`);
  if (await exists(finished)) return finished;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(join(cache, 'making-'));
  const database = await openDatabase({ dataDir: making });
  await migrate(database, { queueTables: true });
  await database.close();
  // Several test processes may make it at once; the first one's stays.
  await rename(making, finished).catch(() => rm(making, { recursive: true, force: true }));
  return finished;
}

// ── On a server ────────────────────────────────────────────────────────────────────────────────────────────

async function onServer(serverUrl: string): Promise<TestDatabase> {
  const name = await databaseOnServer(serverUrl);
  const database = await openDatabase({ databaseUrl: urlOf(serverUrl, name), dataDir: tmpdir() });
  return assemble(database, () =>
    administer(serverUrl, (server) => server.query(`drop database ${name} with (force)`)),
  );
}

async function databaseOnServer(serverUrl: string): Promise<string> {
  const template = await serverTemplate(serverUrl);
  const name = `toritsugi_test_${randomUUID().replaceAll('-', '')}`;
  await administer(serverUrl, (server) => server.query(`create database ${name} template ${template}`));
  return name;
}

async function serverTemplate(serverUrl: string): Promise<string> {
  const name = `toritsugi_template_${await fingerprint()}`;
  await administer(serverUrl, async (server) => {
    await server.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await server.query('select from pg_database where datname = $1', [name]);
    if (rowCount) return;
    const making = `${name}_making`;
    await server.query(`drop database if exists ${making} with (force)`);
    await server.query(`create database ${making}`);
    const database = await openDatabase({ databaseUrl: urlOf(serverUrl, making), dataDir: tmpdir() });
    await migrate(database, { queueTables: true });
    await database.close();
    await server.query(`alter database ${making} rename to ${name}`);
  });
  return name;
}

async function administer(serverUrl: string, work: (server: pg.Client) => Promise<unknown>): Promise<void> {
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

// ── Both ───────────────────────────────────────────────────────────────────────────────────────────────────

function assemble(database: Database, remove: () => Promise<void>): TestDatabase {
  let opened: Promise<Queues> | undefined;
  const redisUrl = process.env.TEST_REDIS_URL;
  return {
    database,
    queues() {
      opened ??= openQueues({
        database,
        log: pino({ level: 'silent' }),
        prefix: `test-${randomUUID()}`,
        ...(redisUrl && { redisUrl }),
      });
      return opened;
    },
    async dispose() {
      await (await opened)?.close();
      const leaked = await unreleased(database);
      await database.close();
      await remove();
      if (leaked > 0) throw new Error(`${leaked} database session(s) were never released`);
    },
  };
}

/** Sessions nobody gives back. What was closed without waiting for its end may hold one for a moment longer. */
async function unreleased({ pool }: Database): Promise<number> {
  const held = () => pool.totalCount - pool.idleCount;
  const patience = performance.now() + 10_000;
  while (held() > 0 && performance.now() < patience) await new Promise((resolve) => setTimeout(resolve, 20));
  return held();
}

/** Changes whenever a template made earlier would no longer be right. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const migrations = new URL('../../src/storage/migrations/', import.meta.url);
  for (const name of (await readdir(migrations)).sort())
    hash.update(await readFile(new URL(name, migrations)));
  for (const dependency of ['bullmq', '@electric-sql/pglite']) {
    hash.update(await readFile(new URL(`../../node_modules/${dependency}/package.json`, import.meta.url)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Memory instead of a disk where the system offers it: each test copies a template of 40 MB. */
async function quickFolder(): Promise<string> {
  const memory = '/dev/shm';
  return access(memory, constants.W_OK).then(
    () => memory,
    () => tmpdir(),
  );
}
