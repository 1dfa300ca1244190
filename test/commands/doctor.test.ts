import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor } from '../../src/commands/doctor.ts';
import { commandRegistry } from '../../src/commands/registry.ts';
import { commandHandler } from '../../src/commands/serve.ts';
import { serveCommands } from '../../src/storage/command-socket.ts';
import { acquireDataDir, type DataLock } from '../../src/storage/data-lock.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { newId } from '../support/ids.ts';
import { KINDS_FILE, quietTerminal, TEMPLATES } from './running.ts';

let test: TestDatabase;
let dataDir: string;
let lock: DataLock;
/** A server that has a database; its kind does not matter here. */
beforeAll(async () => {
  test = await testDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'toritsugi-doctor-'));
  await mkdir(join(dataDir, 'pglite'));
  const result = await acquireDataDir(dataDir);
  if (result.type !== 'acquired') throw new Error('the directory is new');
  lock = result.lock;
  const clock = () => new Date();
  const serving = {
    database: test.database,
    queueTables: true,
    kindsFile: KINDS_FILE,
    templatesDir: TEMPLATES,
    clock,
    newId,
  };
  serveCommands(lock, commandHandler(commandRegistry(), serving));
});
afterAll(async () => {
  await lock?.release();
  await rm(dataDir, { recursive: true, force: true });
  await test?.dispose();
});

async function look(json: boolean) {
  const { terminal, read } = quietTerminal({ env: { DATA_DIR: dataDir, PORT: 'x' } });
  const code = await doctor(terminal, { nodeVersion: '20.20.2', fetch, json });
  return { code, ...read() };
}

describe('doctor', () => {
  it('prints a line for everything, what to do about it, and a sum', async () => {
    const { code, out, err } = await look(false);
    expect(code).toBe(1);
    expect(err).toBe('');
    expect(out).toMatch(/^ok {4}Node\.js +20\.20\.2$/m);
    expect(out).toMatch(/^fail {2}PORT +must be a whole number.*\n +→ Set it in \.env/m);
    expect(out).toMatch(/^ok {4}Database +.*(running server|connected)/m);
    expect(out).toMatch(/^warn {2}Clients +none yet/m);
    expect(out).toMatch(
      /\n\d+ ok, \d+ to think about, 6 to repair\nCommands are run as: npm run toritsugi -- <command>\n$/,
    );
  });

  it('gives JSON for monitors', async () => {
    const { code, out } = await look(true);
    expect(code).toBe(1);
    const said = JSON.parse(out) as { ok: boolean; findings: { level: string }[] };
    expect(said.ok).toBe(false);
    expect(said.findings).toContainEqual({ level: 'ok', subject: 'Node.js', detail: '20.20.2' });
    for (const { level } of said.findings) expect(['ok', 'warn', 'fail']).toContain(level);
  });
});
