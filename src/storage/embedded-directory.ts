import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { openingError, SPACE_NEEDED_BYTES } from './embedded-error.ts';
import { PglitePool } from './pglite-pool.ts';
import { embeddedParsers } from './wire-types.ts';

const DIRECTORY = 'pglite';
const UNFINISHED = 'pglite-making-';
/** A start that fails would leave the timer of its progress messages running and the process never ending. */
const START_PARAMETERS = [...PGlite.defaultStartParams, '-c', 'log_startup_progress_interval=0'];

/**
 * Opens the embedded database in `<dataDir>/pglite`, making it first if there is none.
 *
 * Making one takes seconds, and a newcomer's Ctrl-C in the middle would leave half a database that never opens
 * again. So it is made under another name and renamed when it is whole.
 */
export async function openEmbeddedPool(dataDir: string): Promise<PglitePool> {
  const directory = join(dataDir, DIRECTORY);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (!(await exists(join(directory, 'PG_VERSION')))) await makeDatabase(dataDir, directory);
    const session = await PGlite.create(directory, {
      parsers: embeddedParsers,
      startParams: START_PARAMETERS,
    });
    // BullMQ's tables live in a schema of their own and are named without it; ours come first.
    await session.exec(`set timezone to 'UTC'; set search_path to public, bullmq`);
    return new PglitePool(session);
  } catch (error) {
    throw openingError(error, { directory, spaceLeft: await hasSpace(dataDir) });
  }
}

async function makeDatabase(dataDir: string, directory: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(UNFINISHED)) await rm(join(dataDir, name), { recursive: true, force: true });
  }
  const making = join(dataDir, `${UNFINISHED}${randomUUID()}`);
  const session = await PGlite.create(making, { startParams: START_PARAMETERS });
  await session.close();
  await rename(making, directory);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function hasSpace(directory: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize >= SPACE_NEEDED_BYTES;
  } catch {
    return true;
  }
}
