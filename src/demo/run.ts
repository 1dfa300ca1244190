import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { type App, startApp } from '../app.ts';
import { importClients } from '../clients/import-clients.ts';
import { table } from '../commands/table.ts';
import type { Config } from '../config.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import { importAgency } from '../rulebook/import-agency.ts';
import { importKinds } from '../rulebook/import-kinds.ts';
import { importPlans } from '../rulebook/import-plans.ts';
import { formatProblem, type ImportResult } from '../rulebook/import-result.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR, type Sandbox, startSandbox } from '../sandbox/index.ts';
import type { Schema } from '../storage/schema.ts';
import { closingTimeClock } from './clock.ts';
import { DAY } from './day.ts';
import { enter } from './enter.ts';
import { namePlaces } from './places.ts';
import { clientLines, type DemoSummary, openDeliveries, summarize } from './summary.ts';

export interface DemoOptions {
  /** Ends when the day is over instead of staying up. */
  readonly exit: boolean;
  /** Only the one-line summary on `out`; progress goes to `err`. */
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly templatesDir: URL;
  readonly examplesDir: URL;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly random: () => number;
  readonly log: Logger;
  /** Resolves when the person has seen enough. */
  readonly untilStopped: Promise<unknown>;
}

const COMMAND = '/juden';
/** Longest the demo waits for the last report, milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * A day of an answering service on a bare machine: the real app on an embedded database in a temporary folder,
 * pretend Chatwork, Slack and mail relay, and operators who enter calls by signed Slack requests.
 *
 * @returns 0 when every reported call arrived once, else 1
 */
export async function runDemo(o: DemoOptions): Promise<number> {
  const tell = o.json ? o.err : o.out;
  const clock = closingTimeClock(o.clock);
  const dataDir = await mkdtemp(join(tmpdir(), 'toritsugi-demo-'));
  const sandbox = await startSandbox({ clock });
  let app: App | undefined;
  try {
    tell('Toritsugi demo: pretend Chatwork, Slack and mail relay; nothing leaves this machine.\n');
    app = await startApp({
      config: demoConfig(dataDir, sandbox, await freePort()),
      role: 'all',
      templatesDir: o.templatesDir,
      kindsFile: new URL('kinds.yaml', o.examplesDir),
      clock,
      newId: o.newId,
      random: o.random,
      log: o.log,
    });
    sandbox.slack.connectTo(`${app.url}/slack/events`);
    await importExamples(app.database.db, o, clock);
    await namePlaces(app.database.db, sandbox);
    await playDay(sandbox, clock, tell);
    const summary = await whenArrived(app.database.db, sandbox);
    tell(await report(app, sandbox, clock));
    if (o.json) o.out(`${JSON.stringify(summary)}\n`);
    if (!o.exit) {
      tell('Ctrl-C ends the demo.\n');
      await o.untilStopped;
    }
    return summary.undelivered === 0 && summary.duplicates === 0 ? 0 : 1;
  } finally {
    await app?.stop();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A port nobody listens on, known before the app starts: the links in its reports name it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function demoConfig(dataDir: string, sandbox: Sandbox, port: number): Config {
  return {
    dataDir,
    host: '127.0.0.1',
    port,
    publicUrl: `http://127.0.0.1:${port}`,
    linkSecret: 'demo-only-link-secret-demo-only-link-secret',
    logLevel: 'silent',
    slack: {
      signingSecret: sandbox.slack.signingSecret,
      botToken: sandbox.slack.botToken,
      apiUrl: sandbox.slack.url,
      command: COMMAND,
      operators: SANDBOX_OPERATORS.map(({ id }) => id),
      supervisors: [SANDBOX_SUPERVISOR.id],
    },
    chatwork: { apiToken: sandbox.chatwork.apiToken, apiUrl: sandbox.chatwork.url },
    email: { smtpUrl: sandbox.email.smtpUrl, from: '取次代行 <report@toritsugi.example>', alertTo: [] },
  };
}

async function importExamples(db: Kysely<Schema>, o: DemoOptions, clock: Clock): Promise<void> {
  const how = { dryRun: false, newId: o.newId, clock, actor: 'demo' };
  const imports = [
    ['agency.yaml', importAgency],
    ['kinds.yaml', importKinds],
    ['plans.yaml', importPlans],
    ['clients.yaml', importClients],
  ] as const;
  for (const [file, run] of imports) {
    const text = await readFile(new URL(file, o.examplesDir), 'utf8');
    const result: ImportResult = await run(db, { file, text }, how);
    if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  }
}

async function playDay(sandbox: Sandbox, clock: Clock, tell: (text: string) => void): Promise<void> {
  const operators = SANDBOX_OPERATORS.map(({ id }) => sandbox.slack.person(id));
  const heard = new Set<string>();
  for (const [index, call] of DAY.entries()) {
    const operator = operators[index % operators.length];
    if (operator === undefined) throw new Error('the sandbox has no operators');
    const said = await enter(operator, COMMAND, call, clock, heard);
    const how = call.line ? COMMAND : 'form   ';
    tell(
      `${String(index + 1).padStart(2)}/${DAY.length}  ${operator.name}  ${how} ${call.client} ${call.kind} → ${said.replaceAll('\n', ' ')}\n`,
    );
  }
}

async function whenArrived(db: Kysely<Schema>, sandbox: Sandbox): Promise<DemoSummary> {
  const until = performance.now() + PATIENCE_MS;
  while ((await openDeliveries(db)) > 0 && performance.now() < until) await sleep(50);
  return await summarize(db, sandbox.arrived());
}

async function report(app: App, sandbox: Sandbox, clock: Clock): Promise<string> {
  const lines = await clientLines(app.database.db, clock());
  return [
    '',
    table(
      [
        { title: 'client', value: (line) => line.code },
        { title: 'name', value: (line) => line.name },
        { title: 'calls', value: (line) => line.calls, right: true },
        { title: 'refused sales', value: (line) => line.suppressed, right: true },
        { title: 'reported', value: (line) => line.reported, right: true },
        { title: 'count/plan', value: (line) => line.count, right: true },
        { title: 'flagged', value: (line) => line.flagged, right: true },
      ],
      lines,
    ),
    '',
    `What arrived, as its readers see it:  ${sandbox.page.url}`,
    `The app itself (health):              ${app.url}/healthz`,
    `Make a channel fail:                  ${sandbox.control.url}/fail`,
    '',
  ].join('\n');
}
