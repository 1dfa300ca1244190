import { setTimeout as pause } from 'node:timers/promises';
import { CommandSocketError, sendCommand } from '../storage/command-socket.ts';
import { acquireDataDir, type DataLock } from '../storage/data-lock.ts';
import { EXIT } from './command.ts';
import type { CommandRequest, Holder } from './serve.ts';

/** How long another command may keep the directory before this one gives up, ms. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;

export type DataDirAccess =
  | { readonly type: 'ours'; readonly lock: DataLock }
  | { readonly type: 'server'; readonly socketPath: string }
  /** Somebody holds it, is no server and does not end. */
  | { readonly type: 'busy' };

/** Another command has the embedded database and does not end. */
export class DataDirBusyError extends Error {
  readonly code = 'data_dir.busy';
  constructor(dataDir: string) {
    super(`Another command is using ${dataDir} and does not end. Try again when it has.`);
    this.name = 'DataDirBusyError';
  }
}

/**
 * Takes the embedded database's directory, or finds the server that has it. Another command may have it for a
 * moment: then this waits.
 */
export async function enterDataDir(
  dataDir: string,
  o: { readonly patienceMs?: number } = {},
): Promise<DataDirAccess> {
  const pauses = Math.ceil((o.patienceMs ?? PATIENCE_MS) / PAUSE_MS);
  for (let waited = 0; ; waited += 1) {
    const result = await acquireDataDir(dataDir);
    if (result.type === 'acquired') return { type: 'ours', lock: result.lock };
    if ((await holderAt(result.socketPath)) === 'server')
      return { type: 'server', socketPath: result.socketPath };
    if (waited >= pauses) return { type: 'busy' };
    await pause(PAUSE_MS);
  }
}

async function holderAt(socketPath: string): Promise<Holder | undefined> {
  const who: CommandRequest = { type: 'who' };
  let said = '';
  try {
    const code = await sendCommand(socketPath, who, {
      onOutput: (stream, text) => {
        if (stream === 'stdout') said += text;
      },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return code === EXIT.done && said === 'server' ? 'server' : 'command';
  } catch (thrown) {
    // It ended between the two questions, or is still starting: ask again.
    if (thrown instanceof CommandSocketError) return undefined;
    throw thrown;
  }
}
