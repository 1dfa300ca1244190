import { errorCode, isSqlState, quiet, StorageError } from './errors.ts';

/**
 * What PGlite threw, as the rest of the program may see it. An error of a statement keeps PostgreSQL's `code`
 * but loses what PGlite pins to it (see `quiet`). Anything else
 * is the embedded database itself failing.
 */
export function embeddedError(error: unknown): Error {
  if (error instanceof StorageError) return error;
  const code = errorCode(error);
  if (code === DISK_FULL || mentionsFullDisk(error)) return diskFull(error);
  if (error instanceof Error && isSqlState(code) && !endsTheSession(error)) return quiet(error);
  return new StorageError(
    'storage.embedded_failed',
    'The embedded database failed and answers no more. Restart; if it fails again, restore DATA_DIR from a copy.',
    { cause: error },
  );
}

/** PostgreSQL writes its log ahead in files of 16 MB, and begins the next one before the last is full. */
export const SPACE_NEEDED_BYTES = 32 * 1024 * 1024;

/** Why the embedded database could not be opened at all; PGlite itself hardly ever says. */
export function openingError(error: unknown, o: { directory: string; spaceLeft: boolean }): StorageError {
  if (error instanceof StorageError) return error;
  if (!o.spaceLeft || mentionsFullDisk(error)) return diskFull(error);
  return new StorageError(
    'storage.directory_unusable',
    `The embedded database in ${o.directory} cannot be opened (${errorCode(error) ?? 'no code'}). ` +
      'Check that DATA_DIR is a directory this user may write to, or set it to another one.',
    { cause: error },
  );
}

const DISK_FULL = '53100';

function diskFull(cause: unknown): StorageError {
  return new StorageError(
    'storage.disk_full',
    'No space is left where DATA_DIR is. Free some, then restart; nothing recorded was lost.',
    { cause },
  );
}

function endsTheSession(error: Error): boolean {
  return 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC');
}

function mentionsFullDisk(error: unknown): boolean {
  if (errorCode(error) === 'ENOSPC') return true;
  return error instanceof Error && /ENOSPC|no space left on device/i.test(error.message);
}
