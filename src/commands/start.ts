import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { App, AppOptions, Role } from '../app.ts';
import { SettingsError } from '../config/settings-error.ts';
import { type Config, loadConfig, type StorageConfig } from '../config.ts';
import { createReplyLinks } from '../domain/reply-link.ts';
import { explain } from '../explain.ts';
import { serveCommands } from '../storage/command-socket.ts';
import type { DataLock } from '../storage/data-lock.ts';
import { type Command, EXIT } from './command.ts';
import { enterDataDir } from './data-dir.ts';
import { installLinksOf } from './install-link.ts';
import { commandHandler, type ServingContext } from './serve.ts';
import { settingProblemsText } from './setting-problems.ts';
import type { Terminal } from './terminal.ts';

export interface StartOptions {
  readonly role: Role;
  readonly terminal: Terminal;
  readonly registry: readonly Command[];
  readonly createLogger: (level: string) => Logger;
  /** Sees to it that a bug nobody caught is logged like everything else (P10) and ends the process. */
  readonly watchFaults: (log: Logger) => void;
  readonly startApp: (o: AppOptions) => Promise<App>;
  /** Resolves with what asked the process to end, such as `SIGTERM`. */
  readonly untilStopped: Promise<string>;
  /** Longest a stop may take, ms; below ten seconds, after which supervisors of processes kill. */
  readonly stopWithinMs?: number;
}

const STOP_WITHIN_MS = 9_800;

/**
 * `start`: takes the data directory, starts the app, answers `toritsugi` commands meanwhile, and stops cleanly
 * when asked to.
 */
export async function start(o: StartOptions): Promise<number> {
  const { terminal } = o;
  const loaded = loadConfig(terminal.env);
  if (!loaded.ok) {
    terminal.err(settingProblemsText(loaded.problems));
    return EXIT.failed;
  }
  const { config } = loaded;
  if (o.role !== 'all' && config.databaseUrl === undefined) {
    terminal.err(
      `The role ${o.role} shares its work with other processes, which the embedded database cannot. ` +
        'Set DATABASE_URL, or start without --role.\n',
    );
    return EXIT.wrongUse;
  }
  const log = o.createLogger(config.logLevel);
  o.watchFaults(log);
  let lock: DataLock | undefined;
  try {
    const access = await takeDataDir(config);
    if (access.type === 'refused') {
      terminal.err(`${access.message}\n`);
      return EXIT.failed;
    }
    lock = access.lock;
    const app = await o.startApp({
      config,
      role: o.role,
      templatesDir: terminal.templatesDir,
      kindsFile: terminal.kindsFile,
      clock: terminal.clock,
      followDatabaseClock: true,
      newId: terminal.newId,
      random: Math.random,
      log,
    });
    if (lock) serveCommands(lock, commandHandler(o.registry, servingContext(config, app, terminal)));
    announce(terminal, o.role, app);
    log.info({ role: o.role }, 'started');
    const reason = await o.untilStopped;
    log.info({ reason }, 'stopping');
    return await stopWithin(app, log, o.stopWithinMs ?? STOP_WITHIN_MS);
  } catch (thrown) {
    if (thrown instanceof SettingsError) terminal.err(settingProblemsText(thrown.problems));
    else {
      log.fatal({ err: thrown }, 'the start failed');
      terminal.err(`${explain(thrown)}\n`);
    }
    return EXIT.failed;
  } finally {
    // Only now may another process open the embedded database.
    await lock?.release();
  }
}

type Access =
  | { readonly type: 'go'; readonly lock?: DataLock }
  | { readonly type: 'refused'; readonly message: string };

async function takeDataDir(config: StorageConfig): Promise<Access> {
  if (config.databaseUrl !== undefined) return { type: 'go' };
  const access = await enterDataDir(config.dataDir);
  switch (access.type) {
    case 'ours':
      return { type: 'go', lock: access.lock };
    case 'server':
      return {
        type: 'refused',
        message:
          `Toritsugi is already running on ${config.dataDir}. The embedded database serves one process: stop the ` +
          'other one first, set another DATA_DIR, or set DATABASE_URL to share a PostgreSQL server.',
      };
    case 'busy':
      return {
        type: 'refused',
        message: `A command is using ${config.dataDir} and does not end. Start again when it has.`,
      };
    default:
      return access satisfies never;
  }
}

function servingContext(config: Config, app: App, terminal: Terminal): ServingContext {
  const { clock, newId, kindsFile, templatesDir } = terminal;
  const queueTables = config.redisUrl === undefined;
  const links = { replyLinks: createReplyLinks(config), installLinks: installLinksOf(config) };
  return { database: app.database, queueTables, kindsFile, templatesDir, ...links, clock, newId };
}

function announce(terminal: Terminal, role: Role, app: App): void {
  // Standard output is the log's, one JSON document a line.
  terminal.err(`Toritsugi is running (${role}) and listens on ${app.url}. Ctrl-C stops it.\n`);
}

async function stopWithin(app: App, log: Logger, withinMs: number): Promise<number> {
  const timer = new AbortController();
  const late = pause(withinMs, 'late' as const, { signal: timer.signal }).catch(() => 'cut' as const);
  const outcome = await Promise.race([app.stop().then(() => 'stopped' as const), late]);
  timer.abort();
  if (outcome !== 'stopped') {
    log.error('a part did not stop in time; what it had in hand is taken up again at the next start');
    return EXIT.failed;
  }
  log.info('stopped');
  return EXIT.done;
}
