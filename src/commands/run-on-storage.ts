import type { StorageConfig } from '../config.ts';
import type { InstallLinks } from '../domain/install-link.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { ReplyLinks } from '../domain/reply-link.ts';
import { explain } from '../explain.ts';
import { sendCommand, serveCommands } from '../storage/command-socket.ts';
import { type Database, openDatabase } from '../storage/database.ts';
import { prepareTables, requireTables } from '../tables.ts';
import { type Command, EXIT } from './command.ts';
import { DataDirBusyError, enterDataDir } from './data-dir.ts';
import { busyHandler, type CommandRequest } from './serve.ts';

export interface StorageSession {
  readonly config: StorageConfig;
  readonly kindsFile: URL;
  readonly templatesDir: URL;
  readonly replyLinks?: ReplyLinks | undefined;
  readonly installLinks?: InstallLinks | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly actor: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** How long another command may keep the embedded database, ms. */
  readonly patienceMs?: number;
  /** What the tables must be before the command runs; `ready` unless the command is about the tables. */
  readonly tables?: 'ready' | 'any';
}

/** Where a command ran, and what it gave back. */
export interface StorageRun {
  readonly code: number;
  readonly through: 'own' | 'running server';
}

/** `reachStorage`, and whatever went wrong is told. */
export async function runOnStorage(
  command: Command,
  input: unknown,
  session: StorageSession,
): Promise<number> {
  try {
    return (await reachStorage(command, input, session)).code;
  } catch (thrown) {
    session.err(`${explain(thrown)}\n`);
    return EXIT.failed;
  }
}

/**
 * Runs a command where the data is: on PostgreSQL from here; on the embedded database from here when nobody
 * has it, else inside the server that has it, through its socket.
 * @throws whatever keeps the data from being reached; `explain` puts it into words
 */
export async function reachStorage(
  command: Command,
  input: unknown,
  session: StorageSession,
): Promise<StorageRun> {
  const { config } = session;
  const here = async (): Promise<StorageRun> => ({
    code: await withDatabase(session, (database) => runHere(command, input, session, database)),
    through: 'own',
  });
  if (config.databaseUrl !== undefined) return here();
  const access = await enterDataDir(config.dataDir, session);
  switch (access.type) {
    case 'ours':
      serveCommands(access.lock, busyHandler());
      try {
        return await here();
      } finally {
        await access.lock.release();
      }
    case 'server': {
      const request: CommandRequest = { type: 'run', command: command.name, input, actor: session.actor };
      const code = await sendCommand(access.socketPath, request, {
        onOutput: (stream, text) => (stream === 'stdout' ? session.out(text) : session.err(text)),
      });
      return { code, through: 'running server' };
    }
    case 'busy':
      throw new DataDirBusyError(config.dataDir);
    default:
      return access satisfies never;
  }
}

async function withDatabase<T>(session: StorageSession, use: (database: Database) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = session.config;
  const database = await openDatabase({ dataDir, ...(databaseUrl !== undefined && { databaseUrl }) });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

async function runHere(
  command: Command,
  input: unknown,
  session: StorageSession,
  database: Database,
): Promise<number> {
  const { config, kindsFile, templatesDir, replyLinks, installLinks } = session;
  const { clock, newId, actor, out, err } = session;
  const queueTables = config.redisUrl === undefined;
  if ((session.tables ?? 'ready') === 'ready') {
    // Nobody else is on an embedded database, so bringing it up to date here disturbs nobody.
    if (database.kind === 'embedded') await prepareTables(database, { queueTables, kindsFile, clock, newId });
    else await requireTables(database);
  }
  const context = {
    database,
    queueTables,
    kindsFile,
    templatesDir,
    replyLinks,
    installLinks,
    clock,
    newId,
    actor,
    out,
    err,
  };
  return command.execute(context, input);
}
