import { sql } from 'kysely';
import { pino } from 'pino';
import { v7 } from 'uuid';
import type { App } from '../../../src/app.ts';
import { acquireDataDir } from '../../../src/storage/data-lock.ts';
import { watchAttempts } from './die.ts';
import type { Order, Spec, Word } from './protocol.ts';

// One of Toritsugi's processes, started by a fault suite with settings scaled down. It takes orders over IPC.
let app: App | undefined;
const { startApp } = await import('../../../src/app.ts');
let dieAt: ReturnType<typeof watchAttempts> | undefined;

function say(word: Word): void {
  process.send?.(word);
}

/** As if this machine's clock were wrong: for everything in the process, libraries included. */
function shiftClock(byMs: number): void {
  const RightDate = Date;
  globalThis.Date = new Proxy(RightDate, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [RightDate.now() + byMs] : args, newTarget),
    get: (target, name) => (name === 'now' ? () => RightDate.now() + byMs : Reflect.get(target, name)),
  });
}

async function start(spec: Spec): Promise<void> {
  const { config } = spec;
  if (spec.clockOffsetMs !== 0) shiftClock(spec.clockOffsetMs);
  const mailPort = config.email && Number(new URL(config.email.smtpUrl).port);
  dieAt = watchAttempts({ mailPort });
  if (config.databaseUrl === undefined) {
    const access = await acquireDataDir(config.dataDir);
    if (access.type !== 'acquired') throw new Error('the data directory is taken');
  }
  app = await startApp({
    config,
    role: spec.role,
    templatesDir: new URL('../../../templates/ja/', import.meta.url),
    kindsFile: new URL('../../../examples/kinds.yaml', import.meta.url),
    clock: () => new Date(),
    newId: v7,
    random: Math.random,
    log: pino({ level: config.logLevel }, pino.destination({ dest: spec.logFile, sync: true })),
    delivery: spec.delivery,
    allowances: spec.allowances,
  });
  say({ type: 'ready', url: app.url });
}

async function states(): Promise<Readonly<Record<string, number>> | undefined> {
  if (app === undefined) return undefined;
  const { rows } = await sql<{ state: string; n: string }>`
    select state, count(*) as n from deliveries group by state
  `.execute(app.database.db);
  return Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)]));
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'start':
      return await start(order.spec);
    case 'die':
      return dieAt?.(order.at);
    case 'states':
      return say({ type: 'states', states: await states().catch(() => undefined) });
    default:
      return order satisfies never;
  }
}

process.on('message', (order: Order) => {
  obey(order).catch((thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const code = (error as { code?: unknown }).code;
    say({ type: 'failed', message: `${String(code ?? error.name)}: ${error.message}` });
    process.exit(1);
  });
});
process.on('SIGTERM', () => {
  void (app?.stop() ?? Promise.resolve()).then(() => process.exit(0));
});
// A suite that dies takes its processes along.
process.on('disconnect', () => process.exit(1));
say({ type: 'loaded' });
