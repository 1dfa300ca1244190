import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { errorCode, StorageError } from './errors.ts';

/** The right to use a data directory, held by this process alone until `release`. */
export interface DataLock {
  readonly socketPath: string;
  /** Every connection made to the socket, from the first on; those made earlier are handed over at once. */
  onConnection(listener: (socket: Socket) => void): void;
  /** Cuts the connections and gives the directory up. Call it last, when the database is closed. */
  release(): Promise<void>;
}

export type DataDirResult =
  | { readonly type: 'acquired'; readonly lock: DataLock }
  /** Another process has it; commands reach it at `socketPath`. */
  | { readonly type: 'held'; readonly socketPath: string };

const LOCK = 'lock';
const PREPARED = '.lock-';
/** `sun_path` takes 108 bytes with the closing zero. */
const LONGEST_SOCKET_PATH = 107;

/**
 * Takes the data directory for this process. Two processes on one embedded database silently lose rows, so this
 * comes before opening it.
 *
 * The lock is a listening Unix socket, the only file in `<dataDir>/lock`. The kernel answers for a living
 * process and refuses for a dead one, so neither a clock nor a process id is trusted, and a restart right after
 * `kill -9` gets in at once. Every step that decides is one atomic call that cannot hit the wrong process:
 *
 * - Taking it: the socket is bound in a directory of its own, which is then *renamed* to `lock`. The kernel does
 *   that only if `lock` is absent or empty, and for one of any number of starters.
 * - Clearing a dead one away: its file is deleted by its own random name, so that a starter who judged it a
 *   moment ago can never delete the socket of whoever was quicker. (Unlinking or renaming away one fixed name
 *   allows just that, and no check afterwards closes the gap.)
 *
 * @throws StorageError when the directory cannot be used or its path is too long for a socket.
 */
export async function acquireDataDir(dataDir: string): Promise<DataDirResult> {
  const directory = resolve(dataDir);
  refuseLongPath(directory);
  try {
    for (;;) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const result = await tryOnce(directory);
      if (result !== 'again') return result;
    }
  } catch (error) {
    throw unusable(error);
  }
}

async function tryOnce(directory: string): Promise<DataDirResult | 'again'> {
  const lock = join(directory, LOCK);
  const prepared = await mkdtemp(join(directory, PREPARED));
  const name = randomBytes(4).toString('hex');
  const gate = new Gate();
  let ours = false;
  try {
    await gate.listen(join(prepared, name));
    for (;;) {
      const holder = await livingHolder(lock);
      if (holder !== undefined) return { type: 'held', socketPath: holder };
      if (await moveIntoPlace(prepared, lock)) break;
    }
    // A winner clearing up may have met our socket between its two births, bind and listen, and taken it for
    // dead. It can do so only before the rename, so this look is final.
    ours = (await listed(lock)).includes(name);
    if (!ours) return 'again';
    // Housekeeping: what it cannot remove harms nobody.
    await clearPrepared(directory).catch(() => undefined);
    return { type: 'acquired', lock: lockOf(gate, lock, name) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'again';
    throw error;
  } finally {
    if (!ours) {
      await gate.close();
      await rm(prepared, { recursive: true, force: true });
    }
  }
}

/** The socket of the process that has the lock, after clearing away those of dead ones. */
async function livingHolder(lock: string): Promise<string | undefined> {
  for (const name of await listed(lock)) {
    const path = join(lock, name);
    if (await answers(path)) return path;
    await unlink(path).catch(ignoring('ENOENT'));
  }
  return undefined;
}

async function moveIntoPlace(prepared: string, lock: string): Promise<boolean> {
  try {
    await rename(prepared, lock);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes what starters left that died before their rename; a living starter's socket answers. */
async function clearPrepared(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(PREPARED)) continue;
    const prepared = join(directory, name);
    const sockets = await listed(prepared);
    if (sockets.length === 0 || (await livingHolder(prepared)) !== undefined) continue;
    await rmdir(prepared).catch(() => undefined);
  }
}

/** Whether a process listens there. Only the kernel's refusal says no; a full queue or a stopped process is alive. */
async function answers(path: string): Promise<boolean> {
  for (;;) {
    const code = await probe(path);
    switch (code) {
      case 'connected':
      case 'EAGAIN':
        return true;
      case 'ECONNREFUSED':
      case 'ENOENT':
        return false;
      case 'ECONNRESET':
      case 'EPIPE':
        // It closed while we were in its queue: ask again.
        break;
      default:
        throw new Error(`The socket in DATA_DIR cannot be asked (${code}).`);
    }
  }
}

function probe(path: string): Promise<string> {
  return new Promise((resolved) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolved('connected');
    });
    socket.once('error', (error) => resolved(errorCode(error) ?? 'no code'));
  });
}

function lockOf(gate: Gate, directory: string, name: string): DataLock {
  const socketPath = join(directory, name);
  let released: Promise<void> | undefined;
  const release = async () => {
    await gate.close();
    await unlink(socketPath).catch(ignoring('ENOENT'));
    await rmdir(directory).catch(() => undefined);
  };
  return {
    socketPath,
    onConnection: (listener) => gate.onConnection(listener),
    release() {
      released ??= release();
      return released;
    },
  };
}

/** The listening socket; keeps who comes before anybody serves. */
class Gate {
  readonly #server: Server = createServer({ pauseOnConnect: true });
  readonly #open = new Set<Socket>();
  readonly #early: Socket[] = [];
  #listener: ((socket: Socket) => void) | undefined;

  constructor() {
    this.#server.on('connection', (socket) => this.#arrived(socket));
  }

  listen(path: string): Promise<void> {
    return new Promise((resolved, rejected) => {
      this.#server.once('error', rejected);
      this.#server.listen(path, () => {
        this.#server.removeListener('error', rejected);
        this.#server.on('error', () => undefined);
        resolved(chmod(path, 0o600));
      });
    });
  }

  onConnection(listener: (socket: Socket) => void): void {
    this.#listener = listener;
    for (const socket of this.#early.splice(0)) listener(socket);
  }

  close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    return new Promise((resolved) => {
      this.#server.close(() => resolved());
    });
  }

  #arrived(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (this.#listener) this.#listener(socket);
    else this.#early.push(socket);
  }
}

function refuseLongPath(directory: string): void {
  const longest = join(directory, `${PREPARED}XXXXXX`, '00000000');
  const tooMany = Buffer.byteLength(longest) - LONGEST_SOCKET_PATH;
  if (tooMany <= 0) return;
  throw new StorageError(
    'storage.path_too_long',
    `DATA_DIR is ${tooMany} byte(s) too long for the socket inside it: ${directory}. Set DATA_DIR to a shorter path.`,
  );
}

function unusable(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(
    'storage.directory_unusable',
    `DATA_DIR cannot be used (${errorCode(error) ?? 'no code'}). It must be a directory that this user may ` +
      'write to, on a file system that knows Unix sockets (a local disk does).',
    { cause: error },
  );
}

async function listed(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    ignoring('ENOENT')(error);
    return [];
  }
}

function ignoring(code: string): (error: unknown) => undefined {
  return (error) => {
    if (errorCode(error) !== code) throw error;
    return undefined;
  };
}
