import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Command, defineCommand } from '../../src/commands/command.ts';
import { enterDataDir } from '../../src/commands/data-dir.ts';
import { reachStorage, runOnStorage } from '../../src/commands/run-on-storage.ts';
import { busyHandler, commandHandler } from '../../src/commands/serve.ts';
import { sendCommand, serveCommands } from '../../src/storage/command-socket.ts';
import { acquireDataDir, type DataLock } from '../../src/storage/data-lock.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { newId } from '../support/ids.ts';
import { KINDS_FILE, TEMPLATES, writing } from './running.ts';

/** Says what it was given and by whom, in pieces, and asks the database something. */
const echo = defineCommand({
  name: 'echo',
  input: z.strictObject({ text: z.string(), code: z.literal([0, 1, 2]) }),
  async run(context, { text, code }) {
    const { rows } = await context.database.pool.query<{ two: number }>('select 1 + 1 as two');
    context.out(`${text} `);
    context.err('and ');
    context.out(`${rows[0]?.two} ${context.actor}\n`);
    return code;
  },
});
const throwing = defineCommand({
  name: 'throw',
  input: z.strictObject({}),
  run: () => Promise.reject(Object.assign(new Error('佐藤'), { code: '23505' })),
});
const REGISTRY: readonly Command[] = [echo, throwing];

let database: TestDatabase;
let dataDir: string;
let lock: DataLock | undefined;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.dispose());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'toritsugi-serve-'));
});
afterEach(async () => {
  await lock?.release();
  lock = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

async function hold(): Promise<DataLock> {
  const result = await acquireDataDir(dataDir);
  if (result.type !== 'acquired') throw new Error('the directory is new');
  lock = result.lock;
  return lock;
}

async function serving(): Promise<void> {
  const context = {
    database: database.database,
    queueTables: true,
    kindsFile: KINDS_FILE,
    templatesDir: TEMPLATES,
    clock: () => new Date(),
    newId,
  };
  serveCommands(await hold(), commandHandler(REGISTRY, context));
}

async function run(command: Command, input: unknown) {
  const written = writing();
  const session = {
    kindsFile: KINDS_FILE,
    templatesDir: TEMPLATES,
    clock: () => new Date(),
    newId,
    actor: 'cli:sato',
    ...written.to,
  };
  const code = await runOnStorage(command, input, { ...session, config: { dataDir }, patienceMs: 100 });
  return { code, ...written.read() };
}

describe('a command while the embedded server runs', () => {
  it('runs inside the server: output, errors and exit code come back', async () => {
    await serving();
    expect(await run(echo, { text: '佐藤', code: 1 })).toEqual({
      code: 1,
      out: '佐藤 2 cli:sato\n',
      err: 'and ',
    });
    const session = {
      kindsFile: KINDS_FILE,
      templatesDir: TEMPLATES,
      clock: () => new Date(),
      newId,
      actor: 'cli:sato',
      ...writing().to,
    };
    const input = { text: 'x', code: 0 };
    expect(await reachStorage(echo, input, { ...session, config: { dataDir } })).toEqual({
      code: 0,
      through: 'running server',
    });
  });

  it('does not mix up commands asked at the same time', async () => {
    await serving();
    const ran = await Promise.all(
      Array.from({ length: 20 }, (_, n) => run(echo, { text: `t${n}`, code: n % 2 })),
    );
    expect(ran).toEqual(
      Array.from({ length: 20 }, (_, n) => ({ code: n % 2, out: `t${n} 2 cli:sato\n`, err: 'and ' })),
    );
  });

  it('has its input checked there', async () => {
    await serving();
    expect(await run(echo, { text: 1, code: 0 })).toMatchObject({
      code: 2,
      err: expect.stringContaining('echo text'),
    });
  });

  it('P10 tells a failure without what the database quoted', async () => {
    await serving();
    const { code, err } = await run(throwing, {});
    expect({ code, err }).toEqual({
      code: 1,
      err: 'The database refused a statement (23505). Nothing was changed.\n',
    });
  });

  it('is told when the server does not know it', async () => {
    await serving();
    const newer = { ...echo, name: 'newer' };
    expect(await run(newer, {})).toMatchObject({ code: 2, err: expect.stringContaining('another version') });
  });

  it.each([
    [null],
    [1],
    [[]],
    [{}],
    [{ type: 'run' }],
    [{ type: 'run', command: 'echo', actor: 'root\n' }],
    [{ type: 'x' }],
  ])('and a malformed request %j is refused', async (request) => {
    await serving();
    const code = await sendCommand(lock?.socketPath ?? '', request, { onOutput: () => undefined });
    expect(code).toBe(2);
    expect((await run(echo, { text: 'alive', code: 0 })).code).toBe(0);
  });
});

describe('a command while another command has the embedded database', () => {
  it('waits for it to end, and gives up in words when it does not', async () => {
    const held = await hold();
    serveCommands(held, busyHandler());
    expect(await run(echo, { text: 'x', code: 0 })).toEqual({
      code: 1,
      out: '',
      err: `Another command is using ${dataDir} and does not end. Try again when it has.\n`,
    });
    const waiting = enterDataDir(dataDir);
    await held.release();
    const access = await waiting;
    expect(access.type).toBe('ours');
    lock = access.type === 'ours' ? access.lock : undefined;
  });
});

describe('a command while nobody has the embedded database', () => {
  it('makes the database, brings it up to date, runs, and lets others in again', async () => {
    const count = defineCommand({
      name: 'count',
      input: z.strictObject({}),
      async run(context) {
        const { rows } = await context.database.pool.query<{ kinds: number }>(
          'select count(*)::int as kinds from kinds',
        );
        context.out(`${rows[0]?.kinds} kinds\n`);
        return 0;
      },
    });
    // Two at once: the second waits for the first.
    const patient = async () => {
      const written = writing();
      const session = {
        kindsFile: KINDS_FILE,
        templatesDir: TEMPLATES,
        clock: () => new Date(),
        newId,
        actor: 'cli:sato',
        ...written.to,
      };
      const code = await runOnStorage(count, {}, { ...session, config: { dataDir } });
      return { code, ...written.read() };
    };
    const ran = await Promise.all([patient(), patient()]);
    expect(ran).toEqual(Array(2).fill({ code: 0, out: '7 kinds\n', err: '' }));
  });

  it('says in words what keeps it from the data', async () => {
    const session = {
      kindsFile: KINDS_FILE,
      templatesDir: TEMPLATES,
      clock: () => new Date(),
      newId,
      actor: 'cli:sato',
    };
    const at = async (config: { databaseUrl?: string; dataDir: string }) => {
      const written = writing();
      const code = await runOnStorage(echo, { text: 'x', code: 0 }, { ...session, ...written.to, config });
      return { code, err: written.read().err };
    };
    expect(await at({ dataDir, databaseUrl: 'postgres://sato:hidden@127.0.0.1:1/t' })).toEqual({
      code: 1,
      err: expect.stringMatching(
        /^The database cannot be reached: nothing listens there \(ECONNREFUSED\)\..*DATABASE_URL/,
      ),
    });
    await writeFile(join(dataDir, 'file'), '');
    const inside = await at({ dataDir: join(dataDir, 'file', 'data') });
    expect(inside).toEqual({ code: 1, err: expect.stringMatching(/DATA_DIR.*ENOTDIR/) });
  });
});
