import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { commandRegistry } from '../../src/commands/registry.ts';
import { runOnStorage } from '../../src/commands/run-on-storage.ts';
import {
  type ArrivedInMail,
  SANDBOX_OPERATORS,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { quietTerminal } from '../commands/running.ts';
import { exchange, postfix } from '../support/bounced-mail.ts';
import { embeddedCopy } from '../support/database.ts';

/*
 * The whole way of a mail that comes back: the real command in processes of its own on an embedded database, the
 * pretend far sides, and a mail server that pipes the notification.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ADDRESS = 'soumu@acme.example';
const ROOM = '200000111';
const SOON = { timeout: 30_000, interval: 50 };

let directory: string;
let dataDir: string;
let children: ChildProcess[];
let sandbox: Sandbox;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'toritsugi-bounce-'));
  dataDir = await embeddedCopy();
  children = [];
  sandbox = await startSandbox();
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await sandbox.close();
  for (const made of [directory, dataDir]) await rm(made, { recursive: true, force: true });
});

function toritsugi(argv: readonly string[], input = '') {
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
  // A command that reads no more closes its end; that is not this test's concern.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, out: () => out, err: () => err };
}

async function ran(argv: readonly string[], input?: string) {
  const running = toritsugi(argv, input);
  const code = await running.ended;
  return { code, out: running.out(), err: running.err() };
}

/** A command asked of the running server over its socket, without a process of its own. */
async function asked(name: string, input: unknown) {
  const { terminal, read } = quietTerminal();
  const command = commandRegistry().find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`${name} is a command`);
  const session = { ...terminal, config: { dataDir }, actor: 'cli:test' };
  const code = await runOnStorage(command, input, session);
  return { code, ...read() };
}

const importClients = (o: { mail: boolean }) =>
  asked('clients import', { file: 'clients.yaml', text: clientsFile(o), dryRun: false, json: false });

const clientsFile = (o: { mail: boolean }): string => `clients:
  - code: acme
    name: 株式会社サンプル
    kana: サンプル
    destinations:
${o.mail ? `      - channel: email\n        address: ${ADDRESS}\n` : ''}      - channel: chatwork
        address: "${ROOM}"
        fallback: true
`;

function envFile(): string {
  return `SLACK_BOT_TOKEN=${sandbox.slack.botToken}
SLACK_SIGNING_SECRET=${sandbox.slack.signingSecret}
SLACK_API_URL=${sandbox.slack.url}
SLACK_OPERATORS=${sandbox.slack.operatorGroup}
LINK_SECRET=0123456789abcdef0123456789abcdef
PUBLIC_URL=http://127.0.0.1:9
PORT=0
DATA_DIR=${dataDir}
CHATWORK_API_TOKEN=${sandbox.chatwork.apiToken}
CHATWORK_API_URL=${sandbox.chatwork.url}
SMTP_URL=${sandbox.email.smtpUrl}
MAIL_FROM=受電報告 <report@agency.example>
`;
}

const mails = () => sandbox.arrived().filter((one): one is ArrivedInMail => one.channel === 'email');
const inRoom = () => sandbox.chatwork.messages(ROOM).map(({ body }) => body);

async function firstMail(): Promise<ArrivedInMail> {
  return await vi.waitFor(() => {
    const [mail] = mails();
    if (mail === undefined) throw new Error('no mail yet');
    return mail;
  }, SOON);
}

it('P3 P4 a mail that comes back goes elsewhere once, and nothing brings it back', async () => {
  await writeFile(join(directory, '.env'), envFile());
  const server = toritsugi(['start']);
  const url = await vi.waitFor(() => {
    const found = /listens on (http:\S+)\. Ctrl-C/.exec(server.err())?.[1];
    if (found === undefined) throw new Error(server.err());
    return found;
  }, SOON);
  expect(await importClients({ mail: true })).toMatchObject({ code: 0, err: '' });
  sandbox.slack.connectTo(`${url}/slack/events`);
  const [operator] = SANDBOX_OPERATORS;
  const reply = await sandbox.slack
    .person(operator?.id ?? '')
    .command('acme 用件 見積書の件', { command: '/juden' });
  expect(reply.failed).toBeNull();

  const mail = await firstMail();
  const deliveryId = mail.deliveryId ?? '';
  expect(mail.envelope).toEqual({ from: `bounce+${deliveryId}@agency.example`, to: [ADDRESS] });
  const list = { limit: 10, json: true, state: 'delivered' };
  await vi.waitFor(
    async () => expect((await asked('deliveries list', list)).out).toContain(deliveryId),
    SOON,
  );

  // Over the server's socket, as a pipe of the mail server.
  const bounced = { deliveryId, recipient: ADDRESS, to: mail.envelope.from };
  expect(await ran(['bounce'], exchange(bounced))).toEqual({
    code: 0,
    out: `${deliveryId}: failed, and its destination is switched off\n`,
    err: '',
  });
  await vi.waitFor(() => expect(inRoom()).toHaveLength(2), SOON);
  expect(inRoom().filter((body) => body.includes('見積書の件'))).toHaveLength(1);
  expect(inRoom().filter((body) => body.includes('【宛先のご確認】') && body.includes(ADDRESS))).toHaveLength(
    1,
  );

  // Again, over HTTP with the token the command prints, and without one.
  const { out: token } = await ran(['bounce', '--token']);
  const post = (body: string, bearer: string) =>
    fetch(`${url}/webhooks/bounce`, { method: 'POST', body, headers: { authorization: `Bearer ${bearer}` } });
  expect((await post(exchange(bounced), token.trim())).status).toBe(204);
  expect((await post(postfix(bounced), token.trim())).status).toBe(204);
  expect((await post(postfix(bounced), 'wrong')).status).toBe(401);

  const retry = { deliveries: [deliveryId], evenIfUncertain: true };
  // Neither a person's retry nor the address put back into the client's file sends it again.
  expect(await asked('deliveries retry', retry)).toMatchObject({
    code: 1,
    err: expect.stringContaining('would send the report twice'),
  });
  for (const mail of [false, true]) {
    expect(await importClients({ mail })).toMatchObject({ code: 0 });
  }
  expect(await asked('deliveries retry', retry)).toMatchObject({ code: 1 });
  expect(mails()).toHaveLength(1);
  expect(inRoom()).toHaveLength(2);

  // The address works again for the next call.
  await sandbox.slack.person(operator?.id ?? '').command('acme 用件 納期の件', { command: '/juden' });
  await vi.waitFor(() => expect(mails()).toHaveLength(2), SOON);

  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.out()).not.toContain(ADDRESS);
}, 180_000);

it('P3 a bounce that cannot be taken now is kept by the mail server: exit code 75', async () => {
  await writeFile(
    join(directory, '.env'),
    `${envFile()}DATABASE_URL=postgres://nobody@127.0.0.1:1/nowhere\n`,
  );
  const refused = await ran(
    ['bounce'],
    postfix({ deliveryId: '0197a1b2-0000-7000-8000-00000000abcd', recipient: ADDRESS }),
  );
  expect(refused).toMatchObject({ code: 75, out: '', err: expect.stringContaining('cannot be reached') });
}, 60_000);
