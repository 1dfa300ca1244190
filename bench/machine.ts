import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { POSTGRES_SETTINGS, REDIS_SETTINGS } from './servers.ts';

/** Under what circumstances figures were taken. */
export interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly load: readonly number[];
  readonly postgres: typeof POSTGRES_SETTINGS;
  readonly redis: typeof REDIS_SETTINGS;
  readonly rivals: Readonly<Record<string, string>>;
}

export async function describeMachine(): Promise<Machine> {
  const manifest = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: load(),
    postgres: POSTGRES_SETTINGS,
    redis: REDIS_SETTINGS,
    rivals: manifest.dependencies,
  };
}

/** Load averages of the last 1, 5 and 15 minutes. */
export function load(): readonly number[] {
  return loadavg().map((value) => Math.round(value * 10) / 10);
}
