import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { SANDBOX_OPERATORS, type Sandbox, startSandbox } from '../src/sandbox/index.ts';

/*
 * Entries at a steady rate through signed Slack requests against the real program in its own process, with the
 * pretend Chatwork, Slack and mail relay in this one: everything on one machine.
 *
 *   npm run bench:entries -- --rate 10 --seconds 30                       embedded storage
 *   DATABASE_URL=… REDIS_URL=… npm run bench:entries -- --rate 50          PostgreSQL and Redis
 *
 * The load is open: a request goes out when its time has come, whether or not earlier ones were answered.
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
    clients: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const RATE = Number(values.rate);
const SECONDS = Number(values.seconds);
const CLIENTS = Number(values.clients);
/** Two in five are sales calls; one in ten goes through the form. */
const KINDS = ['用件', '営業', '用件', '営業', '用件'];
const FORM_EVERY = 10;

const root = fileURLToPath(new URL('..', import.meta.url));

async function main(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'toritsugi-bench-'));
  // The far sides' own limits are another matter; here they take whatever comes.
  const sandbox = await startSandbox({
    limits: {
      chatworkRequests: Number.POSITIVE_INFINITY,
      roomPosts: Number.POSITIVE_INFINITY,
      slackChannelBurst: 100_000,
    },
  });
  const databaseUrl = await freshDatabase();
  const env = await environment(sandbox, work, databaseUrl);
  let app: ChildProcess | undefined;
  try {
    await writeFile(join(work, 'clients.yaml'), clientsFile());
    await command(['plans', 'import', join(root, 'examples/plans.yaml')], env);
    await command(['clients', 'import', join(work, 'clients.yaml')], env);
    app = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'start'], {
      cwd: root,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const url = `http://127.0.0.1:${env.PORT}`;
    await ready(url);
    sandbox.slack.connectTo(`${url}/slack/events`);
    await load(sandbox, 2);
    sandbox.reset();
    const result = await load(sandbox, SECONDS);
    const line = {
      storage: databaseUrl ? 'postgres' : 'embedded',
      queue: env.REDIS_URL ? 'redis' : 'database',
      ...result,
    };
    process.stdout.write(values.json ? `${JSON.stringify(line)}\n` : `${JSON.stringify(line, null, 2)}\n`);
  } finally {
    if (app && app.exitCode === null) {
      app.kill('SIGTERM');
      await once(app, 'exit');
    }
    await sandbox.close();
    await rm(work, { recursive: true, force: true });
  }
}

async function load(sandbox: Sandbox, seconds: number) {
  const people = SANDBOX_OPERATORS.map(({ id }) => sandbox.slack.person(id));
  const acks: number[] = [];
  const failures: string[] = [];
  let reported = 0;
  const count = Math.round(RATE * seconds);
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const due = began + (index * 1000) / RATE;
    const pause = due - performance.now();
    if (pause > 0) await sleep(pause);
    const person = people[index % people.length];
    const kind = KINDS[index % KINDS.length] ?? '用件';
    const client = `c${index % CLIENTS}`;
    if (kind === '用件') reported += 1;
    const entry = async (): Promise<void> => {
      if (person === undefined) return;
      if (index % FORM_EVERY !== 0) {
        const reply = await person.command(`${client} ${kind} 見積書の件でお電話がありました`);
        acks.push(reply.tookMs);
        if (!reply.message?.text.includes('受付番号'))
          failures.push(reply.failed ?? reply.message?.text ?? 'nothing');
        return;
      }
      const modal = await person.openModal(client);
      await modal.choose('kind', kind);
      await modal.fill('message', '見積書の件でお電話がありました');
      await modal.choose('number_state', '非通知');
      const submitted = await modal.submit();
      if ('answer' in submitted) acks.push(submitted.answer.tookMs);
      if (submitted.type !== 'closed' && submitted.type !== 'cleared')
        failures.push(JSON.stringify(submitted));
    };
    running.push(entry().catch((thrown: unknown) => void failures.push(String(thrown))));
  }
  await Promise.all(running);
  const offeredS = (performance.now() - began) / 1000;
  // The bot's notes to operators are no reports.
  const reports = () =>
    sandbox
      .arrived()
      .flatMap(({ mark, text }) => (mark !== null && !text.includes('登録しました') ? [mark] : []));
  const until = performance.now() + 60_000;
  while (reports().length < reported - failures.length && performance.now() < until) await sleep(20);
  const drainedS = (performance.now() - began) / 1000;
  const marks = reports();
  acks.sort((a, b) => a - b);
  return {
    entries: count,
    perSecond: round(count / offeredS),
    ackMs: { p50: percentile(acks, 50), p99: percentile(acks, 99), max: percentile(acks, 100) },
    reported,
    arrived: new Set(marks).size,
    doubled: marks.length - new Set(marks).size,
    drainedAfterMs: Math.round((drainedS - offeredS) * 1000),
    failures: failures.length,
    firstFailure: failures[0],
  };
}

function percentile(sorted: readonly number[], p: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function clientsFile(): string {
  const destination = (index: number): string => {
    switch (index % 3) {
      case 0:
        return `{ channel: chatwork, address: ${300_000_000 + index} }`;
      case 1:
        return `{ channel: slack, address: C0BENCH${String(index).padStart(4, '0')} }`;
      default:
        return `{ channel: email, address: c${index}@client.example }`;
    }
  };
  const clients = Array.from(
    { length: CLIENTS },
    (_, index) => `  - code: c${index}
    name: サンプル${index}株式会社
    kana: サンプル${index}
    plans: [{ from: 2026-01, plan: small }]
    destinations: [${destination(index)}]
`,
  );
  return `clients:\n${clients.join('')}`;
}

async function environment(
  sandbox: Sandbox,
  work: string,
  databaseUrl: string | undefined,
): Promise<Record<string, string>> {
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'REDIS_URL'].flatMap((name) =>
      process.env[name] ? [[name, process.env[name] ?? '']] : [],
    ),
  );
  return {
    ...inherited,
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    DATA_DIR: join(work, 'data'),
    PORT: String(await freePort()),
    PUBLIC_URL: 'https://bench.example',
    LINK_SECRET: 'bench-only-link-secret-bench-only-link-secret',
    LOG_LEVEL: 'warn',
    SLACK_SIGNING_SECRET: sandbox.slack.signingSecret,
    SLACK_BOT_TOKEN: sandbox.slack.botToken,
    SLACK_API_URL: sandbox.slack.url,
    SLACK_OPERATORS: SANDBOX_OPERATORS.map(({ id }) => id).join(','),
    CHATWORK_API_TOKEN: sandbox.chatwork.apiToken,
    CHATWORK_API_URL: sandbox.chatwork.url,
    SMTP_URL: sandbox.email.smtpUrl,
    MAIL_FROM: '取次代行 <report@toritsugi.example>',
  };
}

/** A database of its own on the server that `DATABASE_URL` names. */
async function freshDatabase(): Promise<string | undefined> {
  const server = process.env.DATABASE_URL;
  if (!server) return undefined;
  const name = `toritsugi_bench_${Date.now()}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  const prepared = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'migrate'], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: url.href,
      ...(process.env.REDIS_URL && { REDIS_URL: process.env.REDIS_URL }),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(prepared, 'exit');
  return url.href;
}

async function command(args: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error('the app did not become ready');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

await main();
