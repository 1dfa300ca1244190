import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Servers } from './servers.ts';

/** What `entries.ts` prints with --json, as far as the table tells it. */
export interface Entries {
  readonly storage: 'postgres' | 'embedded';
  readonly queue: 'redis' | 'database';
  readonly entries: number;
  readonly perSecond: number;
  readonly ackMs: { readonly p50: number; readonly p99: number };
  readonly arrived: number;
  readonly reported: number;
  readonly doubled: number;
  readonly failures: number;
}

/** Entries a second at the front door, by `entries.ts` in a process of its own. */
export async function measureEntries(
  servers: Servers | undefined,
  o: { readonly perSecond: number; readonly seconds: number },
): Promise<Entries> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('entries.ts', import.meta.url)),
      '--json',
      '--rate',
      String(o.perSecond),
      '--seconds',
      String(o.seconds),
    ],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        ...(servers && { DATABASE_URL: servers.postgresUrl, REDIS_URL: servers.redisUrl }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`entries.ts ended with ${code}`);
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Entries;
}
