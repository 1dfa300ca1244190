import type { Entries } from './entries-run.ts';
import type { Latency } from './latency.ts';
import type { Memory } from './memory.ts';
import type { Neighbour } from './neighbour.ts';
import type { Statements } from './statements.ts';
import { rounded } from './statistics.ts';

/** One line of the table: a figure, its rival in the same run, and what was asked for. */
export interface Line {
  readonly what: string;
  readonly figure: string;
  readonly beside: string;
  readonly ratio: string;
  readonly goal: string;
}

/** Rounds of a race: the rate of each contender, and of the bare queue in the same round. */
export interface RaceFigures {
  readonly contender: string;
  readonly perSecond: number;
  readonly bare: number;
  readonly ratio: number;
  readonly cpuMs: number;
  readonly goal: string;
}

const ms = (value: number): string => `${rounded(value)} ms`;
const quantiles = (of: { readonly p50: number; readonly p99: number }): string =>
  `${ms(of.p50)} / ${ms(of.p99)}`;

export function raceLine(race: RaceFigures): Line {
  return {
    what: `(a) drain, ${race.contender}`,
    figure: `${Math.round(race.perSecond)}/s, ${rounded(race.cpuMs)} ms CPU each`,
    beside: `bare BullMQ ${Math.round(race.bare)}/s`,
    ratio: rounded(race.ratio).toFixed(2),
    goal: race.goal,
  };
}

export function latencyLine(latency: Latency): Line {
  return {
    what: `(b) entry → far side, ${latency.perSecond}/s, ${latency.roles} (p50 / p99)`,
    figure: quantiles(latency.entry),
    beside: `a bare post ${quantiles(latency.bare)}`,
    ratio: `${rounded(latency.entry.p50 / latency.bare.p50)}`,
    goal: latency.perSecond === 1 ? 'p50 under 100 ms' : '',
  };
}

export function neighbourLine(neighbour: Neighbour): Line {
  const allowed = Math.max(3 * neighbour.idle.max, 250);
  return {
    what: `(c) quiet client, another floods ${neighbour.flood}, budgets ${neighbour.budgets} (p50 / max)`,
    figure: `${ms(neighbour.flooded.p50)} / ${ms(neighbour.flooded.max)}`,
    beside: `idle ${ms(neighbour.idle.p50)} / ${ms(neighbour.idle.max)}`,
    ratio: rounded(neighbour.flooded.p50 / neighbour.idle.p50).toFixed(2),
    goal: `max at most ${ms(allowed)}`,
  };
}

export function largeLine(what: string, large: number, empty: number, unit: string, goal: string): Line {
  return {
    what: `(d) ${what}, a million calls on record`,
    figure: `${rounded(large)} ${unit}`,
    beside: `empty ledger ${rounded(empty)} ${unit}`,
    ratio: rounded(large / empty).toFixed(2),
    goal,
  };
}

export function memoryLine(memory: Memory, entries: number): Line {
  const last = memory.parts.at(-1);
  return {
    what: `(e) memory of ${memory.role} under load (RSS / heap)`,
    figure: `${Math.round(memory.loaded.rss)} / ${Math.round(memory.loaded.heap)} MB; after ${entries} entries ${Math.round(last?.rss ?? 0)} / ${Math.round(last?.heap ?? 0)} MB`,
    beside: `idle ${Math.round(memory.idle.rss)} / ${Math.round(memory.idle.heap)} MB`,
    ratio: `heap ${memory.heapGrowthKb >= 0 ? '+' : '−'}${rounded(Math.abs(memory.heapGrowthKb))} kB per 1,000 entries`,
    goal: 'flat',
  };
}

export function entriesLine(entries: Entries): Line {
  return {
    what: `front door, ${entries.storage} + ${entries.queue}, ack (p50 / p99)`,
    figure: quantiles(entries.ackMs),
    beside: `${entries.perSecond} entries/s offered`,
    ratio: `${entries.arrived} of ${entries.reported} arrived, ${entries.doubled} doubled`,
    goal: 'p99 under 300 ms',
  };
}

export function statementsLines(of: Statements): readonly Line[] {
  const size = `${of.clients} clients, ${of.monthCalls} calls in the month, ${of.events} events`;
  const seconds = (value: number): string => `${rounded(value / 1000)} s`;
  return [
    {
      what: `(g) all statements; ${size}`,
      figure: seconds(of.all.ms),
      beside: `plain SQL, one query ${seconds(of.all.plainMs)}`,
      ratio: rounded(of.all.ms / of.all.plainMs).toFixed(2),
      goal: 'under 60 s',
    },
    {
      what: '(g) closing that month',
      figure: seconds(of.closeMs),
      beside: '',
      ratio: '',
      goal: 'under 60 s',
    },
    {
      what: '(g) usage of one client (p50 / p99)',
      figure: quantiles(of.one),
      beside: `plain SQL ${ms(of.one.plainP50)}`,
      ratio: rounded(of.one.p50 / of.one.plainP50).toFixed(2),
      goal: 'under 50 ms',
    },
  ];
}

/** The lines as a Markdown table. */
export function table(lines: readonly Line[]): string {
  const rows = lines.map(
    ({ what, figure, beside, ratio, goal }) => `| ${what} | ${figure} | ${beside} | ${ratio} | ${goal} |`,
  );
  return ['| what | figure | beside | ratio | goal |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}
