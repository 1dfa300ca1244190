import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import util from 'node:util';
import type { Environment } from './reader.ts';

/**
 * The environment with what a `.env` file in `directory` adds. A variable of the real environment wins, also
 * when it is empty: `REDIS_URL= npm start` switches Redis off for one start. No file is no problem; a file
 * that cannot be read is an error, because starting without its settings would start something else.
 */
export async function readEnvironment(directory: string, env: Environment): Promise<Environment> {
  const path = join(directory, '.env');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return env;
    throw new EnvFileError(path, cause);
  }
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  return { ...util.parseEnv(text.replace(/^\uFEFF/, '')), ...given };
}

/** The `.env` file is there and cannot be read. */
export class EnvFileError extends Error {
  readonly code = 'config.env_file';
  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    super(`${path} cannot be read (${reason}). Check its permissions, or remove it.`, { cause });
    this.name = 'EnvFileError';
  }
}
