import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Command, defineCommand } from '../../src/commands/command.ts';
import { printManifest } from '../../src/commands/manifest.ts';
import { type Parts, runProgram } from '../../src/commands/program.ts';
import { commandHandler } from '../../src/commands/serve.ts';
import type { Terminal } from '../../src/commands/terminal.ts';
import { serveCommands } from '../../src/storage/command-socket.ts';
import { acquireDataDir, type DataLock } from '../../src/storage/data-lock.ts';
import type { Database } from '../../src/storage/database.ts';
import { quietTerminal } from './running.ts';

let directory: string;
let lock: DataLock;
let asked: { readonly command: string; readonly input: unknown; readonly actor: string }[];

/** A server on the data directory that notes what it is asked, so that nothing else is needed. */
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'toritsugi-program-'));
  const result = await acquireDataDir(join(directory, 'data'));
  if (result.type !== 'acquired') throw new Error('the directory is new');
  lock = result.lock;
  asked = [];
  serveCommands(lock, commandHandler(NAMES.map(noting), NO_DATABASE));
});
afterEach(async () => {
  await lock.release();
  await rm(directory, { recursive: true, force: true });
});

const NAMES = [
  'agency import',
  'clients import',
  'clients export',
  'clients list',
  'deliveries list',
  'deliveries retry',
  'deliveries cancel',
  'deliveries confirm',
  'deliveries release',
  'usage',
  'statement',
  'statements export',
  'statements close',
  'statements adjust',
  'migrate',
];
const NO_DATABASE = {
  database: undefined as unknown as Database,
  queueTables: true,
  kindsFile: new URL('file:///nowhere'),
  templatesDir: new URL('file:///nowhere/'),
  clock: () => new Date(),
  newId: () => '',
};

function noting(name: string): Command {
  return defineCommand({
    name,
    input: z.unknown(),
    async run(context, input) {
      asked.push({ command: name, input, actor: context.actor });
      context.out(`ran ${name}\n`);
      return 0;
    },
  });
}

async function type(argv: readonly string[], over: Partial<Terminal> = {}, parts: Partial<Parts> = {}) {
  const { terminal, read } = quietTerminal({
    directory,
    env: { DATA_DIR: join(directory, 'data') },
    ...over,
  });
  const says = async (text: string, code: number) => {
    terminal.out(text);
    return code;
  };
  const code = await runProgram(argv, terminal, {
    registry: async () => NAMES.map(noting),
    start: ({ role }) => says(`start ${role}\n`, 0),
    demo: (o) => says(`demo ${JSON.stringify(o)}\n`, 0),
    doctor: ({ json }) => says(`doctor ${json}\n`, 1),
    manifest: async (o) => printManifest(terminal, o),
    ...parts,
  });
  return { code, ...read() };
}

describe('the command line', () => {
  it.each([
    [[]],
    [['clients']],
    [['clients', 'lst']],
    [['nonsense']],
    [['start', '--role', 'king']],
    [['start', 'extra']],
    [['clients', 'list', '--jso']],
    [['clients', 'import']],
    [['clients', 'import', 'a', 'b']],
    [['deliveries', 'list', '--state', 'lost']],
    [['deliveries', 'list', '--limit', '0']],
    [['deliveries', 'list', '--limit', 'x']],
    [['deliveries', 'retry']],
    [['usage', '--month']],
    [['statement', 'acme']],
    [['statements', 'export']],
    [['statements', 'close', '--month', '2024-06', '--events', 'all']],
  ])('%j is wrong use', async (argv) => {
    const { code, out, err } = await type(argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/--help|Usage:/);
    expect(asked).toEqual([]);
  });

  it('helps', async () => {
    expect(await type(['--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('deliveries'),
    });
    expect(await type(['clients', 'import', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--dry-run'),
    });
    expect((await type(['clients', 'lst'])).err).toContain('Did you mean list?');
  });

  it('leads to start, demo and doctor, and gives their exit codes', async () => {
    expect((await type(['start'])).out).toBe('start all\n');
    expect((await type(['start', '--role', 'worker'])).out).toBe('start worker\n');
    expect((await type(['demo', '--exit', '--json'])).out).toBe('demo {"exit":true,"json":true}\n');
    expect(await type(['doctor', '--json'])).toEqual({ code: 1, out: 'doctor true\n', err: '' });
  });

  it('leads to the commands on the data, with who asks', async () => {
    await type(['usage', '--month', '2024-06', '--client', 'acme', '--json'], { user: 'su\u0000zu\nki' });
    await type(['deliveries', 'list', '--state', 'failed', '--limit', '7']);
    await type(['deliveries', 'retry', 'a', 'b', '--even-if-uncertain']);
    await type(['deliveries', 'cancel', 'a']);
    await type(['deliveries', 'confirm', 'a']);
    await type(['deliveries', 'release', 'a']);
    await type(['migrate']);
    await type(['statement', 'acme', '2024-06', '--json']);
    await type(['statements', 'close', '--month', '2024-06', '--events', '12']);
    await type(['statements', 'adjust', 'acme', '--yen', '-500', '--reason', 'お詫び']);
    await type(['statements', 'export', '--month', '2024-06', '-o', 'june.csv']);
    expect(await readFile(join(directory, 'june.csv'), 'utf8')).toBe('ran statements export\n');
    expect(asked).toEqual([
      { command: 'usage', input: { month: '2024-06', clientCode: 'acme', json: true }, actor: 'cli:suzuki' },
      { command: 'deliveries list', input: { state: 'failed', limit: 7, json: false }, actor: 'cli:sato' },
      {
        command: 'deliveries retry',
        input: { deliveries: ['a', 'b'], evenIfUncertain: true },
        actor: 'cli:sato',
      },
      { command: 'deliveries cancel', input: { deliveries: ['a'] }, actor: 'cli:sato' },
      { command: 'deliveries confirm', input: { deliveries: ['a'] }, actor: 'cli:sato' },
      { command: 'deliveries release', input: { deliveries: ['a'] }, actor: 'cli:sato' },
      { command: 'migrate', input: {}, actor: 'cli:sato' },
      {
        command: 'statement',
        input: { clientCode: 'acme', month: '2024-06', json: true },
        actor: 'cli:sato',
      },
      {
        command: 'statements close',
        input: { month: '2024-06', events: 12, json: false },
        actor: 'cli:sato',
      },
      {
        command: 'statements adjust',
        input: { clientCode: 'acme', yen: -500, reason: 'お詫び' },
        actor: 'cli:sato',
      },
      { command: 'statements export', input: { month: '2024-06' }, actor: 'cli:sato' },
    ]);
  });

  it('tells a malformed storage setting instead of using another database', async () => {
    const { code, err } = await type(['clients', 'list'], { env: { DATABASE_URL: 'mysql://x' } });
    expect(code).toBe(1);
    expect(err).toMatch(
      /1 setting is missing or malformed:\n\n {2}DATABASE_URL must be a postgres:\/\/ address\./,
    );
    expect(asked).toEqual([]);
  });
});

describe('files', () => {
  it('are read here and sent with their name', async () => {
    await writeFile(join(directory, 'clients.yaml'), '\uFEFFclients: []  # 佐藤\n');
    expect(await type(['clients', 'import', 'clients.yaml', '--dry-run'])).toEqual({
      code: 0,
      out: 'ran clients import\n',
      err: '',
    });
    const readStdin = async () => new TextEncoder().encode('clients: []\n');
    await type(['clients', 'import', '-', '--json'], { readStdin });
    expect(asked.map(({ input }) => input)).toEqual([
      { file: 'clients.yaml', text: 'clients: []  # 佐藤\n', dryRun: true, json: false },
      { file: 'standard input', text: 'clients: []\n', dryRun: false, json: true },
    ]);
  });

  it('that cannot be used are told in words', async () => {
    await mkdir(join(directory, 'folder'));
    await writeFile(join(directory, 'sjis.yaml'), Buffer.from([0x8d, 0xb2, 0x93, 0xa1]));
    await writeFile(join(directory, 'huge.yaml'), Buffer.alloc(12 * 1024 * 1024 + 1, 0x20));
    const told = async (path: string) => {
      const { code, err } = await type(['clients', 'import', path]);
      expect(code).toBe(2);
      return err;
    };
    expect(await told('missing.yaml')).toBe('missing.yaml does not exist.\n');
    expect(await told('folder')).toBe('folder is a directory; name a YAML file.\n');
    expect(await told('sjis.yaml')).toMatch(/not UTF-8 text; it may be Shift_JIS/);
    expect(await told('huge.yaml')).toMatch(/larger than/);
    expect(asked).toEqual([]);
  });

  it('are written for their owner only, and never over another', async () => {
    const path = join(directory, 'clients.yaml');
    expect(await type(['clients', 'export', '-o', 'clients.yaml'])).toEqual({
      code: 0,
      out: '',
      err: 'written to clients.yaml\n',
    });
    expect(await readFile(path, 'utf8')).toBe('ran clients export\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await type(['clients', 'export', '--output', 'clients.yaml'])).toMatchObject({
      code: 2,
      err: 'clients.yaml exists already; name another file.\n',
    });
  });
});

describe('slack manifest', () => {
  it('is for this installation, without any credential', async () => {
    const env = { PUBLIC_URL: 'https://toritsugi.example/', SLACK_COMMAND: '/uketsuke' };
    const { code, out } = await type(['slack', 'manifest'], { env });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      features: { slash_commands: [{ command: '/uketsuke', url: 'https://toritsugi.example/slack/events' }] },
      settings: { socket_mode_enabled: false },
    });
    const other = await type(['slack', 'manifest', '--url', 'https://other.example'], { env });
    expect(other.out).toContain('https://other.example/slack/events');
  });

  it('needs an address, but not in Socket Mode', async () => {
    expect(await type(['slack', 'manifest'], { env: {} })).toMatchObject({
      code: 1,
      err: expect.stringContaining('--url'),
    });
    expect((await type(['slack', 'manifest', '--url', 'other'], { env: {} })).code).toBe(2);
    for (const env of [{ SLACK_APP_TOKEN: 'xapp-1' }, {}]) {
      const socket = env.SLACK_APP_TOKEN ? [] : ['--socket-mode'];
      const { code, out } = await type(['slack', 'manifest', ...socket], { env });
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ settings: { socket_mode_enabled: true } });
      expect(out).not.toContain('http');
    }
  });
});
