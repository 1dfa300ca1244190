export type StorageErrorCode =
  | 'storage.closed'
  | 'storage.disk_full'
  | 'storage.directory_unusable'
  | 'storage.embedded_failed'
  | 'storage.unreachable'
  | 'storage.path_too_long'
  | 'storage.misuse'
  | 'storage.migration_failed';

/** A failure of storage itself, not of a statement: those keep PostgreSQL's own five-character `code`. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;

  /** @param message says what happened and what to do, without names, numbers or contents (P10). */
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The code of an error from storage or from Node (`23505`, `ECONNREFUSED`, `storage.closed`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function isSqlState(code: string | undefined): boolean {
  return code !== undefined && SQLSTATE.test(code);
}

/** Properties in which a driver's error repeats what was stored or asked. */
const TELLTALE = ['query', 'params', 'queryOptions', 'detail', 'where', 'internalQuery', 'dataType'];
/** BullMQ's functions answer with this code and a bare number as detail. */
const BULLMQ_ANSWER = 'BM001';
/** The class of codes for a value that does not fit its type. */
const DATA_EXCEPTION = '22';

/**
 * An error of a statement without what it repeats of the row: PostgreSQL's `detail` of a failed check is the
 * whole row, and PGlite pins query and parameters to the error. A logger would print all of it (P10).
 */
export function quiet(error: unknown): Error {
  if (!(error instanceof Error)) return new StorageError('storage.misuse', 'The driver threw no error.');
  if (errorCode(error) === BULLMQ_ANSWER) return error;
  for (const key of TELLTALE) if (key in error) Reflect.deleteProperty(error, key);
  if (errorCode(error)?.startsWith(DATA_EXCEPTION)) withoutValues(error);
  return error;
}

/** PostgreSQL quotes the value it could not read in the message itself, and the stack repeats the message. */
function withoutValues(error: Error): void {
  const { message } = error;
  error.message = message.replace(/"[\s\S]*"/, '"…"');
  if (error.stack !== undefined) error.stack = error.stack.replace(message, error.message);
}

/** The server cannot be reached, or the line to it broke. Whether an unfinished statement took effect is unknown. */
export function unreachable(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const why = errorCode(error) ?? (error instanceof Error ? error.message : 'no reason given');
  return new StorageError('storage.unreachable', `The database does not answer (${why}).`, { cause: error });
}

/** Connection lost or refused, shutting down or starting up, too many connections, statement timeout. */
const PASSING = /^(08...|57P0[1-3]|53300|57014)$/;

/** Whether the same again may succeed shortly: the database was away, not the statement wrong. */
export function isUnavailable(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'storage.unreachable' || (code !== undefined && PASSING.test(code));
}
