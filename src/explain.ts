import { errorCode, isSqlState } from './storage/errors.ts';

const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
};

const SQL_STATES: Readonly<Record<string, string>> = {
  '28P01': 'it refuses the user or the password',
  '28000': 'it refuses the user',
  '3D000': 'there is no such database on that server',
  '42501': 'the user lacks a permission',
  '53300': 'it has too many connections',
  '57P03': 'it is still starting',
};

const LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not use that port',
  EADDRNOTAVAIL: 'this machine does not have that address',
};

export interface Explanation {
  readonly what: string;
  readonly advice: string;
}

/**
 * What went wrong with the data, for the terminal. Messages of the driver are not repeated: they quote values
 * and addresses (P10). Undefined when it is nothing known: a bug, or a failure of another part.
 */
export function explainStorage(thrown: unknown): Explanation | undefined {
  const code = codeWithin(thrown);
  if (code === undefined) return undefined;
  const advice = 'Check DATABASE_URL, and that the server runs and accepts this machine.';
  if (code === 'storage.unreachable' && thrown instanceof Error) {
    return { what: unreachable(codeWithin(thrown.cause)) ?? thrown.message, advice };
  }
  if (code.startsWith('storage.') && thrown instanceof Error) {
    const cause = errorCode(thrown.cause);
    const told = cause === undefined || thrown.message.includes(cause);
    return { what: told ? thrown.message : `${thrown.message} (${cause})`, advice: '' };
  }
  const connection = unreachable(code);
  if (connection) return { what: connection, advice };
  if (isSqlState(code))
    return { what: `The database refused a statement (${code}).`, advice: 'Nothing was changed.' };
  return undefined;
}

function unreachable(code: string | undefined): string | undefined {
  const connection = CONNECTION[code ?? ''];
  if (connection) return `The database cannot be reached: ${connection} (${code}).`;
  const state = SQL_STATES[code ?? ''];
  return state && `The database cannot be used: ${state} (${code}).`;
}

/** One or two sentences for whatever ended a command. */
export function explain(thrown: unknown): string {
  const storage = explainStorage(thrown);
  if (storage) return `${storage.what} ${storage.advice}`.trim();
  const code = errorCode(thrown);
  // Namespaced codes are our own; their messages are written for people.
  if (thrown instanceof Error && code?.includes('.')) return thrown.message;
  const listening = LISTENING[code ?? ''];
  if (listening && thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'listen') {
    return `The server cannot listen: ${listening} (${code}). Check HOST and PORT.`;
  }
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return `This should not have happened (${code ?? name}). Set LOG_LEVEL=debug and try again to see where.`;
}

/** Drivers wrap: a refused connection may be the first of several errors, or a cause. */
function codeWithin(thrown: unknown, depth = 0): string | undefined {
  const code = errorCode(thrown);
  if (code !== undefined || !(thrown instanceof Error) || depth > 4) return code;
  if (thrown instanceof AggregateError) return codeWithin(thrown.errors[0], depth + 1);
  if (/timeout/i.test(thrown.message) && /connect/i.test(thrown.message)) return 'ETIMEDOUT';
  return codeWithin(thrown.cause, depth + 1);
}
