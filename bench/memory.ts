import type { Role } from '../src/app.ts';
import { install } from './installation.ts';
import { CLIENTS } from './ledger.ts';
import type { Servers } from './servers.ts';
import { offerEntries } from './signed-entries.ts';

const MEGABYTE = 1_000_000;

/** Megabytes: what the system counts as the process's own, and what its heap holds after collecting. */
export interface Held {
  readonly rss: number;
  readonly heap: number;
}

export interface Memory {
  readonly role: Role;
  readonly idle: Held;
  /** The largest seen while entries came at the rate. */
  readonly loaded: Held;
  /** After each part of the hour's load, oldest first. */
  readonly parts: readonly Held[];
  /** What the heap gained for each thousand entries, from the end of the first part to the end of the last, kB. */
  readonly heapGrowthKb: number;
}

/** How many times memory is looked at while the hour's load is on. */
const PARTS = 10;
const IDLE_MS = 10_000;

/** The memory of each role, idle, under load, and over an hour's worth of entries. */
export async function measureMemory(
  servers: Servers,
  o: {
    readonly template: string;
    readonly roles: readonly Role[];
    readonly perSecond: number;
    readonly entries: number;
  },
): Promise<readonly Memory[]> {
  const installation = await install(servers, { ...o, budgets: 'none' });
  const { url, farSide, apps } = installation;
  const look = async (): Promise<readonly Held[]> =>
    await Promise.all(
      apps.map(async ({ process }) => {
        const { rss, heap } = await process.ask({ type: 'memory' });
        return { rss: rss / MEGABYTE, heap: heap / MEGABYTE };
      }),
    );
  try {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const idle = await look();
    const parts: (readonly Held[])[] = [];
    const perPart = Math.ceil(o.entries / PARTS);
    for (let part = 0; part < PARTS; part += 1) {
      await farSide.ask({ type: 'reset' });
      const first = part * perPart;
      await offerEntries({
        url,
        perSecond: o.perSecond,
        count: perPart,
        first,
        clientOf: (n) => `c${n % CLIENTS}`,
      });
      await farSide.ask({ type: 'until', count: perPart, timeoutMs: 60_000 });
      parts.push(await look());
    }
    return apps.map(({ role }, index) => {
      const own = parts.flatMap((part) => part[index] ?? []);
      const gained = (own.at(-1)?.heap ?? 0) - (own[0]?.heap ?? 0);
      return {
        role,
        idle: idle[index] ?? { rss: 0, heap: 0 },
        loaded: {
          rss: Math.max(...own.map(({ rss }) => rss)),
          heap: Math.max(...own.map(({ heap }) => heap)),
        },
        parts: own,
        heapGrowthKb: (gained * 1000 * 1000) / (perPart * (PARTS - 1)),
      };
    });
  } finally {
    await installation.close();
  }
}
