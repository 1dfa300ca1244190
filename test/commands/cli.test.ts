import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { embeddedCopy } from '../support/database.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let directory: string;
let children: ChildProcess[];
let sandbox: Sandbox | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'toritsugi-cli-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await sandbox?.close();
  sandbox = undefined;
  await rm(directory, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly out: () => string;
  readonly err: () => string;
}

/** The real command in a process of its own, without any setting of this one's environment. */
function toritsugi(argv: readonly string[], input = ''): Running {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/cli.ts'), ...argv],
    { cwd: directory, env: { PATH: process.env.PATH, HOME: directory } },
  );
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, out: () => out, err: () => err };
}

async function ran(argv: readonly string[], input?: string) {
  const running = toritsugi(argv, input);
  const code = await running.ended;
  return { code, out: running.out(), err: running.err() };
}

async function until(running: Running, seen: RegExp): Promise<string> {
  for (;;) {
    const match = seen.exec(running.err());
    if (match) return match[1] ?? match[0];
    const next = await Promise.race([
      running.ended,
      new Promise<'more'>((resolve) => running.child.stderr?.once('data', () => resolve('more'))),
    ]);
    if (next !== 'more') throw new Error(`ended with ${next}: ${running.err()}`);
  }
}

describe('the toritsugi command', () => {
  it('helps, and tells wrong use from failure by its exit code', async () => {
    const [help, wrong, bare] = await Promise.all([ran(['--help']), ran(['clients', 'lst']), ran(['start'])]);
    expect(help).toMatchObject({ code: 0, err: '', out: expect.stringContaining('deliveries') });
    expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Did you mean list?') });
    expect(bare).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^5 settings are missing/) });
    expect(bare.err).toContain('npm run demo');
  });

  it('starts a server from .env that answers commands, refuses a second one, and stops cleanly', async () => {
    sandbox = await startSandbox();
    const dataDir = await embeddedCopy();
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    await writeFile(join(directory, '.env'), envFile(sandbox, dataDir));
    const server = toritsugi(['start']);
    const url = await until(server, /listens on (http:\S+)\. Ctrl-C/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    const [imported, second, doctor] = await Promise.all([
      ran(['clients', 'import', '-'], CLIENTS),
      ran(['start']),
      ran(['doctor', '--json']),
    ]);
    expect(imported).toMatchObject({ code: 0, err: '', out: expect.stringContaining('acme') });
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('already running') });
    expect(JSON.parse(doctor.out)).toMatchObject({
      ok: true,
      findings: expect.arrayContaining([
        expect.objectContaining({
          subject: 'Database',
          detail: expect.stringContaining('the running server'),
        }),
      ]),
    });

    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const log = server
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(log.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['started', 'stopping', 'stopped']));
    expect(server.out() + server.err()).not.toContain('株式会社');
    const listed = await ran(['clients', 'list']);
    expect(listed).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/acme +株式会社サンプル +サンプル/),
    });
  }, 120_000);
});

const CLIENTS = `clients:
  - code: acme
    name: 株式会社サンプル
    kana: サンプル
    destinations:
      - channel: chatwork
        address: "1001"
`;

function envFile(from: Sandbox, dataDir: string): string {
  return `# a file as an administrator writes it
SLACK_BOT_TOKEN=${from.slack.botToken}
SLACK_SIGNING_SECRET="${from.slack.signingSecret}"
SLACK_API_URL=${from.slack.url}
SLACK_OPERATORS=${from.slack.operatorGroup}
LINK_SECRET=0123456789abcdef0123456789abcdef
PUBLIC_URL=http://127.0.0.1:9
PORT=0
DATA_DIR=${dataDir}
CHATWORK_API_TOKEN=${from.chatwork.apiToken}
CHATWORK_API_URL=${from.chatwork.url}
REDIS_URL=
`;
}
