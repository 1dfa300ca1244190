import { openDatabase } from '../src/storage/database.ts';
import { install } from './installation.ts';
import { took } from './latency.ts';
import { addCalls, CLIENTS } from './ledger.ts';
import type { Servers } from './servers.ts';
import { offerEntries } from './signed-entries.ts';
import { percentile } from './statistics.ts';

export interface Neighbour {
  readonly budgets: 'none' | 'official';
  readonly flood: number;
  /** Reports of the quiet client, ms from entry to far side, before the flood and while it lasted. */
  readonly idle: { readonly count: number; readonly p50: number; readonly max: number };
  readonly flooded: { readonly count: number; readonly p50: number; readonly max: number };
  /** The flood's own reports that came meanwhile, per second. */
  readonly floodPerSecond: number;
}

const WARM_UP = 50;
/** Longest the flood is watched, ms. */
const FLOOD_MS = 120_000;
const QUIET = `c${CLIENTS - 1}`;

/**
 * One client's reports while another has thousands due. Without budgets the flood goes as fast as its client's
 * cap lets it; with the official ones it waits for hours, and the quiet client must not.
 */
export async function measureNeighbour(
  servers: Servers,
  o: {
    readonly template: string;
    readonly budgets: 'none' | 'official';
    readonly flood: number;
    readonly perSecond: number;
    readonly count: number;
  },
): Promise<Neighbour> {
  const installation = await install(servers, { ...o, roles: ['all'] });
  const { url, farSide } = installation;
  const clientOf = () => QUIET;
  try {
    if (o.budgets === 'none') {
      await offerEntries({
        url,
        perSecond: 10,
        count: WARM_UP,
        first: 0,
        clientOf: (n) => `c${n % CLIENTS}`,
      });
      await farSide.ask({ type: 'until', count: WARM_UP, timeoutMs: 60_000 });
    }
    await farSide.ask({ type: 'reset' });
    const before = await offerEntries({ url, perSecond: o.perSecond, count: o.count, first: 0, clientOf });
    await farSide.ask({ type: 'until', count: o.count, timeoutMs: 60_000 });
    const idle = took(before.sentMs, (await farSide.ask({ type: 'report' })).tokens);

    await farSide.ask({ type: 'reset' });
    await flood(installation.databaseUrl, o.flood);
    let drained = false;
    // With the official budgets that takes hours and nobody waits for it.
    farSide
      .ask({ type: 'until', count: o.flood, timeoutMs: FLOOD_MS })
      .then(() => {
        drained = true;
      })
      .catch(() => undefined);
    // A little later, when the relay is in the middle of it.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const during = await offerEntries({
      url,
      perSecond: o.perSecond,
      count: o.count,
      first: o.count,
      clientOf,
      until: () => drained,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const seen = await farSide.ask({ type: 'report' });
    const flooded = took(during.sentMs, seen.tokens);
    return {
      budgets: o.budgets,
      flood: o.flood,
      idle: figures(idle),
      flooded: figures(flooded),
      floodPerSecond: ((seen.posts - flooded.length) * 1000) / (seen.lastMs - seen.firstMs),
    };
  } finally {
    await installation.close();
  }
}

async function flood(databaseUrl: string, count: number): Promise<void> {
  const database = await openDatabase({ databaseUrl, dataDir: '/', statementTimeoutMs: 0 });
  try {
    await addCalls(database.db, { count, state: 'due', days: 0, clients: { from: 0, count: 1 } });
  } finally {
    await database.close();
  }
}

function figures(values: readonly number[]) {
  return { count: values.length, p50: percentile(values, 50), max: percentile(values, 100) };
}
