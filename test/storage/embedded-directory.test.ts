import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';
import { embeddedCopy } from '../support/database.ts';

const WRITER = fileURLToPath(new URL('./killed.writer.ts', import.meta.url));

const directories: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

function cleanedUp(directory: string): string {
  directories.push(directory);
  return directory;
}

it('makes a database where there is none, and clears away one never finished', {
  timeout: 60_000,
}, async () => {
  const dataDir = join(cleanedUp(await mkdtemp(join(tmpdir(), 'toritsugi-new-'))), 'data');
  await mkdir(join(dataDir, 'pglite-making-by-a-killed-process', 'base'), { recursive: true });
  const database = await openDatabase({ dataDir });
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await database.close();
  expect(await readdir(dataDir)).toEqual(['pglite']);
  expect((await stat(join(dataDir, 'pglite', 'PG_VERSION'))).isFile()).toBe(true);
});

it('P1 loses no committed row to kill -9, twice in a row', { timeout: 60_000 }, async () => {
  const dataDir = cleanedUp(await embeddedCopy());
  let told = -1;
  for (const enough of [150, 300]) {
    const writer = spawn(process.execPath, ['--import', 'tsx', WRITER, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(writer);
    for await (const chunk of writer.stdout) {
      told = Number(String(chunk).trim().split('\n').at(-1));
      if (told >= enough) break;
    }
    writer.kill('SIGKILL');
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  }
  const database = await openDatabase({ dataDir });
  const { rows } = await database.pool.query<{ n: number }>('select n from numbers order by n');
  await database.close();
  expect(told).toBeGreaterThanOrEqual(300);
  // Every number told, none missing in between; the last one may be committed without having been told.
  expect(rows.map((row) => row.n)).toEqual(Array.from({ length: rows.length }, (_, n) => n));
  expect(rows.length).toBeGreaterThanOrEqual(told + 1);
  expect(rows.length).toBeLessThanOrEqual(told + 50);
});

it('names DATA_DIR when it is a file', async () => {
  const directory = cleanedUp(await mkdtemp(join(tmpdir(), 'toritsugi-file-')));
  await expect(openDatabase({ dataDir: WRITER })).rejects.toMatchObject({
    code: 'storage.directory_unusable',
    message: expect.stringContaining('DATA_DIR'),
  });
  expect(await readdir(directory)).toEqual([]);
});
