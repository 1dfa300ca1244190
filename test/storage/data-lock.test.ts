import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireDataDir, type DataDirResult } from '../../src/storage/data-lock.ts';
import { StorageError } from '../../src/storage/errors.ts';

const HOLDER = fileURLToPath(new URL('./data-lock.holder.ts', import.meta.url));

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'toritsugi-lock-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts a process that tries for the lock; resolves with what it got, while it goes on holding it. */
async function starter(): Promise<{ child: ChildProcess; got: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', HOLDER, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [data] = await once(child.stdout, 'data');
  return { child, got: String(data).trim() };
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function acquired(result: DataDirResult) {
  if (result.type !== 'acquired') throw new Error('the lock was not acquired');
  return result.lock;
}

it('refuses a second process and names the socket of the first', async () => {
  const first = await starter();
  expect(first.got).toBe('acquired');
  const second = await acquireDataDir(dataDir);
  expect(second).toEqual({ type: 'held', socketPath: expect.stringContaining(join(dataDir, 'lock')) });
});

it('lets a new process in at once after kill -9', async () => {
  const first = await starter();
  await killed(first.child);
  await acquired(await acquireDataDir(dataDir)).release();
});

it('gives the lock to exactly one of ten processes racing for what a dead one left', async () => {
  const dead = await starter();
  await killed(dead.child);
  const results = await Promise.all(Array.from({ length: 10 }, starter));
  expect(results.filter((result) => result.got === 'acquired')).toHaveLength(1);
  expect(results.filter((result) => result.got === 'held')).toHaveLength(9);
});

it('gives the lock to exactly one of fifty racing within a process, again and again', async () => {
  for (let round = 0; round < 10; round += 1) {
    const results = await Promise.all(Array.from({ length: 50 }, () => acquireDataDir(dataDir)));
    const locks = results.flatMap((result) => (result.type === 'acquired' ? [result.lock] : []));
    expect(locks).toHaveLength(1);
    await Promise.all(locks.map((lock) => lock.release()));
  }
});

it('keeps a stopped process its lock', async () => {
  const { child } = await starter();
  child.kill('SIGSTOP');
  expect((await acquireDataDir(dataDir)).type).toBe('held');
  child.kill('SIGCONT');
});

it('gives the directory up when released, and leaves nothing behind', async () => {
  const lock = acquired(await acquireDataDir(dataDir));
  await lock.release();
  await lock.release();
  expect(await readdir(dataDir)).toEqual([]);
  await acquired(await acquireDataDir(dataDir)).release();
});

it('clears away what a starter left that died before it had the lock', async () => {
  const left = join(dataDir, '.lock-dead');
  await mkdir(left);
  await writeFile(join(left, 'abc'), '');
  const lock = acquired(await acquireDataDir(dataDir));
  expect(await readdir(dataDir)).toEqual(['lock']);
  await lock.release();
});

it('is for its own user only', async () => {
  const inner = join(dataDir, 'data');
  const lock = acquired(await acquireDataDir(inner));
  expect((await stat(inner)).mode & 0o777).toBe(0o700);
  expect((await stat(join(inner, 'lock'))).mode & 0o777).toBe(0o700);
  expect((await stat(lock.socketPath)).mode & 0o777).toBe(0o600);
  await lock.release();
});

it('names DATA_DIR when its path is too long for a socket', async () => {
  const long = join(dataDir, 'データ'.repeat(12));
  await expect(acquireDataDir(long)).rejects.toSatisfy(
    (error) =>
      error instanceof StorageError &&
      error.code === 'storage.path_too_long' &&
      error.message.includes('DATA_DIR'),
  );
});

it('names DATA_DIR when it is no directory', async () => {
  const file = join(dataDir, 'file');
  await writeFile(file, '');
  await expect(acquireDataDir(file)).rejects.toMatchObject({ code: 'storage.directory_unusable' });
});
