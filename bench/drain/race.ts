import { openDatabase } from '../../src/storage/database.ts';
import { cpuTimeMs } from '../cpu-time.ts';
import type { FarSideReport, FarSideRequest } from '../far-side.ts';
import { startHelper } from '../helper-process.ts';
import { addCalls, settleDown } from '../ledger.ts';
import { createDatabase, dropDatabase, emptyRedis, type Servers } from '../servers.ts';
import type { ContenderName } from './contender-names.ts';
import type { RacerAnswer, RacerRequest } from './racer.ts';

export interface Race {
  readonly contender: ContenderName;
  /** From the far side's first request to the last outcome written down, per second. */
  readonly perSecond: number;
  /** CPU time for each delivery, ms, from the first post to the end; of the servers where they are our own. */
  readonly cpuMs: {
    readonly own: number;
    readonly farSide: number;
    readonly postgres?: number;
    readonly redis?: number;
  };
}

const PATIENCE_MS = 180_000;

/** One contender drains one backlog, everything fresh: database, Redis, far side, process. */
export async function race(
  servers: Servers,
  o: {
    readonly contender: ContenderName;
    readonly jobs: number;
    readonly slots: number;
    /** The database to start from, with clients and rules. */
    readonly template: string;
    readonly flags?: readonly string[];
  },
): Promise<Race> {
  const name = 'bench_race';
  const databaseUrl = await createDatabase(servers, name, o.template);
  await emptyRedis(servers);
  await fill(databaseUrl, o);
  const farSide = await startHelper<FarSideRequest, FarSideReport>(
    new URL('../far-side.ts', import.meta.url),
  );
  const racer = await startHelper<RacerRequest, RacerAnswer>(new URL('racer.ts', import.meta.url), {
    flags: o.flags ?? [],
  });
  try {
    const { url } = await farSide.ask({ type: 'listen' });
    const course = { databaseUrl, redisUrl: servers.redisUrl, farSideUrl: url, slots: o.slots };
    await racer.ask({ type: 'prepare', contender: o.contender, course });
    const pids = { own: racer.pid, farSide: farSide.pid, ...servers.pids };
    await racer.ask({ type: 'start' });
    // Starting costs what it costs, but not for each delivery.
    await farSide.ask({ type: 'until', count: 1, timeoutMs: PATIENCE_MS });
    const before = await cpuTimes(pids);
    await farSide.ask({ type: 'until', count: o.jobs, timeoutMs: PATIENCE_MS });
    const end = await racer.ask({ type: 'finish' });
    const after = await cpuTimes(pids);
    const seen = await farSide.ask({ type: 'report' });
    if (seen.posts < o.jobs) throw new Error(`${o.contender}: ${seen.posts} of ${o.jobs} posts came`);
    if (seen.doubled > 0) throw new Error(`${o.contender}: ${seen.doubled} posts came twice`);
    return {
      contender: o.contender,
      perSecond: (o.jobs * 1000) / (end.atMs - seen.firstMs),
      cpuMs: each(before, after, o.jobs),
    };
  } finally {
    await racer.end();
    await farSide.end();
    await dropDatabase(servers, name);
  }
}

async function fill(
  databaseUrl: string,
  o: { readonly contender: ContenderName; readonly jobs: number },
): Promise<void> {
  const database = await openDatabase({ databaseUrl, dataDir: '/', statementTimeoutMs: 0 });
  try {
    await addCalls(database.db, {
      count: o.jobs,
      state: o.contender === 'toritsugi' ? 'due' : 'queued',
      days: 0,
    });
    await settleDown(database.db);
  } finally {
    await database.close();
  }
}

type CpuTimes = Race['cpuMs'];

async function cpuTimes(pids: CpuTimes): Promise<CpuTimes> {
  const times = await Promise.all(
    Object.entries(pids).map(async ([name, pid]) => [name, await cpuTimeMs(pid)] as const),
  );
  return Object.fromEntries(times) as unknown as CpuTimes;
}

function each(before: CpuTimes, after: CpuTimes, jobs: number): CpuTimes {
  const used = Object.entries(after).map(
    ([name, ms]) => [name, (ms - (before[name as keyof CpuTimes] ?? 0)) / jobs] as const,
  );
  return Object.fromEntries(used) as unknown as CpuTimes;
}
