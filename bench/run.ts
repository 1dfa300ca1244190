import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { CONTENDERS, type ContenderName } from './drain/contender-names.ts';
import { type Race, race } from './drain/race.ts';
import { measureEntries } from './entries-run.ts';
import { prepareLargeLedger } from './large-ledger.ts';
import { measureLatency } from './latency.ts';
import { prepareLedger } from './ledger.ts';
import { describeMachine, load } from './machine.ts';
import { measureMemory } from './memory.ts';
import { measureNeighbour, type Neighbour } from './neighbour.ts';
import { createDatabase, type Servers, startServers } from './servers.ts';
import { measureStatements } from './statements.ts';
import { median } from './statistics.ts';
import {
  entriesLine,
  type Line,
  largeLine,
  latencyLine,
  memoryLine,
  neighbourLine,
  type RaceFigures,
  raceLine,
  statementsLines,
  table,
} from './table.ts';

/*
 *   npm run bench                       everything, about an hour on two cores
 *   npm run bench -- --only a,c         some of it: a drain · b latency · c neighbour · d ledger · e memory ·
 *                                       f entries · g statements
 *   npm run bench -- --rounds 1         less of it
 *
 * Prints one table; everything measured goes to bench/results/ as JSON. PostgreSQL and Redis are started on
 * loopback unless BENCH_DATABASE_URL and BENCH_REDIS_URL name others.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'a,b,c,d,e,f,g' },
    rounds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '10000' },
    slots: { type: 'string', default: '50' },
    calls: { type: 'string', default: '1000000' },
    /** Of (g): clients, calls in the month of their statements, and usage events in all. */
    clients: { type: 'string', default: '5000' },
    'month-calls': { type: 'string', default: '500000' },
    events: { type: 'string', default: '10000000' },
    /** An hour at 5 a second, seven times the busiest hour of the largest agency known. */
    'hour-entries': { type: 'string', default: '18000' },
    /** Of every latency, for a quicker look. */
    seconds: { type: 'string', default: '30' },
  },
});
const ROUNDS = Number(values.rounds);
const JOBS = Number(values.jobs);
const SLOTS = Number(values.slots);
const CALLS = Number(values.calls);
const HOUR_ENTRIES = Number(values['hour-entries']);
const SECONDS = Number(values.seconds);
const EMPTY = 'bench_empty';
const LARGE = 'bench_large';
const FLOOD = 5_000;

/** Lines of the table, and everything behind them. */
interface Measured {
  readonly lines: readonly Line[];
  readonly raw: unknown;
}

const PARTS: Readonly<Record<string, (servers: Servers) => Promise<Measured>>> = {
  a: drain,
  b: latency,
  c: neighbour,
  d: largeLedger,
  e: memory,
  f: entries,
  g: statements,
};

async function main(): Promise<void> {
  if (values.only.includes('a')) await installRivals();
  const machine = await describeMachine();
  const servers = await startServers();
  const lines: Line[] = [];
  const raw: Record<string, unknown> = { machine };
  try {
    await prepareLedger(await createDatabase(servers, EMPTY));
    for (const name of values.only.split(',')) {
      const part = PARTS[name];
      if (part === undefined) throw new Error(`--only knows ${Object.keys(PARTS).join(', ')}, not ${name}`);
      const loadBefore = load();
      const measured = await part(servers);
      lines.push(...measured.lines);
      raw[name] = { loadBefore, loadAfter: load(), measured: measured.raw };
      tell(`(${name}) done\n${table(measured.lines)}\n`);
    }
  } finally {
    await servers.stop();
  }
  const file = new URL(`results/${machine.at.replaceAll(':', '-')}.json`, import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...raw, lines }, null, 2)}\n`);
  process.stdout.write(`${table(lines)}\n${fileURLToPath(file)}\n`);
}

/** Each round races all; a contender's ratio is taken to the bare queue of its own round. */
async function drain(servers: Servers): Promise<Measured> {
  const rounds: Partial<Record<ContenderName, Race>>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const results: Partial<Record<ContenderName, Race>> = {};
    for (const contender of CONTENDERS) {
      results[contender] = await race(servers, { contender, jobs: JOBS, slots: SLOTS, template: EMPTY });
      tell(
        `round ${round + 1}: ${contender} ${Math.round(results[contender].perSecond)}/s, load ${load()[0]}\n`,
      );
    }
    rounds.push(results);
  }
  const lines = CONTENDERS.filter((name) => name !== 'bare-bullmq').map((contender) => {
    const of = (name: ContenderName) => rounds.flatMap((round) => round[name] ?? []);
    const ratios = rounds.map(
      (round) => (round[contender]?.perSecond ?? 0) / (round['bare-bullmq']?.perSecond ?? 0),
    );
    const figures: RaceFigures = {
      contender,
      perSecond: median(of(contender).map(({ perSecond }) => perSecond)),
      bare: median(of('bare-bullmq').map(({ perSecond }) => perSecond)),
      ratio: median(ratios),
      cpuMs: median(
        of(contender).map(({ cpuMs }) => Object.values(cpuMs).reduce((sum, used) => sum + used, 0)),
      ),
      goal: contender === 'toritsugi' ? 'at least 0.50, ahead of the rivals' : '',
    };
    return raceLine(figures);
  });
  return { lines, raw: rounds };
}

async function latency(servers: Servers): Promise<Measured> {
  const loads = [
    { perSecond: 1, seconds: 2 * SECONDS },
    { perSecond: 10, seconds: SECONDS },
    { perSecond: 50, seconds: SECONDS },
  ];
  const together = await measureLatency(servers, { template: EMPTY, roles: ['all'], loads });
  const apart = await measureLatency(servers, { template: EMPTY, roles: ['web', 'worker'], loads });
  const raw = [...together, ...apart];
  return { lines: raw.map(latencyLine), raw };
}

async function neighbour(servers: Servers): Promise<Measured> {
  const raw: Neighbour[] = [];
  raw.push(
    await measureNeighbour(servers, {
      template: EMPTY,
      budgets: 'none',
      flood: FLOOD,
      perSecond: 5,
      count: 60,
    }),
  );
  // Within the share of a single client: what it may send at once is not the question here.
  raw.push(
    await measureNeighbour(servers, {
      template: EMPTY,
      budgets: 'official',
      flood: FLOOD,
      perSecond: 0.2,
      count: 10,
    }),
  );
  return { lines: raw.map(neighbourLine), raw };
}

/** The same on both ledgers, one right after the other. */
async function largeLedger(servers: Servers): Promise<Measured> {
  await prepareLargeLedger(servers, { name: LARGE, template: EMPTY, calls: CALLS });
  const of = async (template: string) => ({
    race: await race(servers, { contender: 'toritsugi', jobs: JOBS, slots: SLOTS, template }),
    latency: await measureLatency(servers, {
      template,
      roles: ['all'],
      loads: [{ perSecond: 10, seconds: SECONDS }],
    }),
    neighbour: await measureNeighbour(servers, {
      template,
      budgets: 'none',
      flood: FLOOD,
      perSecond: 5,
      count: 60,
    }),
  });
  type Figures = Awaited<ReturnType<typeof of>>;
  const rounds: { readonly empty: Figures; readonly large: Figures }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ empty: await of(EMPTY), large: await of(LARGE) });
  const line = (what: string, unit: string, value: (one: Figures) => number, goal: string) =>
    largeLine(
      what,
      median(rounds.map(({ large }) => value(large))),
      median(rounds.map(({ empty }) => value(empty))),
      unit,
      goal,
    );
  return {
    lines: [
      line('drain', '/s', (one) => one.race.perSecond, 'at least 1/1.2 = 0.83'),
      line(
        'entry → far side at 10/s, p50',
        'ms',
        (one) => one.latency[0]?.entry.p50 ?? Number.NaN,
        'at most 1.2',
      ),
      line(
        'entry → far side at 10/s, p99',
        'ms',
        (one) => one.latency[0]?.entry.p99 ?? Number.NaN,
        'at most 1.2',
      ),
      line('quiet client under a flood, p50', 'ms', (one) => one.neighbour.flooded.p50, 'at most 1.2'),
    ],
    raw: rounds,
  };
}

async function memory(servers: Servers): Promise<Measured> {
  const load = { template: EMPTY, perSecond: 50, entries: HOUR_ENTRIES };
  const apart = await measureMemory(servers, { ...load, roles: ['web', 'worker'] });
  const together = await measureMemory(servers, { ...load, roles: ['all'] });
  const raw = [...apart, ...together];
  return { lines: raw.map((one) => memoryLine(one, HOUR_ENTRIES)), raw };
}

async function entries(servers: Servers): Promise<Measured> {
  const raw = [
    await measureEntries(servers, { perSecond: 50, seconds: SECONDS }),
    await measureEntries(undefined, { perSecond: 10, seconds: SECONDS }),
  ];
  return { lines: raw.map(entriesLine), raw };
}

async function statements(servers: Servers): Promise<Measured> {
  const raw = await measureStatements(servers, {
    clients: Number(values.clients),
    monthCalls: Number(values['month-calls']),
    events: Number(values.events),
  });
  return { lines: statementsLines(raw), raw };
}

/** The rivals are nobody's dependency but the benchmark's own. */
async function installRivals(): Promise<void> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const there = await access(new URL('node_modules/pg-boss', import.meta.url)).then(
    () => true,
    () => false,
  );
  if (!there) await promisify(execFile)('npm', ['ci', '--prefix', here, '--ignore-scripts']);
}

function tell(text: string): void {
  process.stderr.write(text);
}

await main();
