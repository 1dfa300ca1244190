import { appendFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Entered } from './load.ts';
import type { Scene } from './scene.ts';
import type { Supervisor } from './supervisor.ts';
import { readLedger, type Tally, tally } from './tally.ts';

/** One line of the table in docs/reliability.md. */
export interface Result {
  readonly suite: string;
  readonly storage: string;
  readonly acknowledged: number;
  readonly unacknowledged: number;
  readonly expected: number;
  readonly arrived: number;
  readonly lost: number;
  readonly doubled: number;
  readonly marked: number;
  readonly asked: number;
  readonly injected: string;
  readonly seconds: number;
}

/** Reports a suite is to have acknowledged: 1,000 unless FAULT_REPORTS says otherwise. */
export function reportsWanted(): number {
  return Number(process.env.FAULT_REPORTS ?? 1_000);
}

/** Lines a second that operators type: few reports are spread so that the faults still meet them. */
export function linesPerSecond(): number {
  return Math.min(40, reportsWanted() / 6);
}

const REST_WITHIN_MS = 150_000;
const OPEN = ['held', 'due', 'queued', 'sending', 'uncertain'];

/**
 * Waits until nothing is on its way any more, counts, and says whether the promises held: nothing lost, nothing
 * doubled, nothing half-recorded, no sales call told.
 */
export async function conclude(
  scene: Scene,
  o: {
    readonly suite: string;
    readonly entered: Entered;
    readonly supervisor: Supervisor;
    /** What was done to it, in words. */
    readonly injected: string;
    readonly began: number;
    readonly restWithinMs?: number;
  },
): Promise<Tally> {
  const { entered } = o;
  await untilAtRest(scene, o.restWithinMs ?? REST_WITHIN_MS);
  await o.supervisor.leave();
  await scene.fleet.stopAll();
  const counted = tally(scene, entered);
  const ledger = await readLedger(scene, entered);
  await publish({
    suite: o.suite,
    storage: scene.storage === 'server' ? 'PostgreSQL + Redis' : 'embedded',
    acknowledged: counted.acknowledged,
    unacknowledged: entered.unacknowledged.length,
    expected: counted.expected,
    arrived: counted.arrived,
    lost: counted.lost.length,
    doubled: counted.doubled.length,
    marked: counted.marked,
    asked: o.supervisor.asked(),
    injected: o.injected,
    seconds: Math.round((performance.now() - o.began) / 1000),
  });
  expect(counted.lost, 'reports that were acknowledged and never arrived').toEqual([]);
  expect(counted.doubled, 'reports that arrived twice').toEqual([]);
  expect(counted.spoken, 'sales calls that were told').toBe(0);
  expect(ledger.unknownReceipts, 'acknowledged and not on record').toEqual([]);
  expect(ledger.halfRecorded, 'half-recorded calls').toBe(0);
  expect(
    Object.fromEntries(Object.entries(ledger.states).filter(([state]) => state !== 'delivered')),
    'deliveries that did not end well',
  ).toEqual({});
  return counted;
}

/** Until every delivery has ended. Gives up after `withinMs`: the counts then say what is missing. */
async function untilAtRest(scene: Scene, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const states = await scene.fleet.members().at(-1)?.states();
    if (states !== undefined && OPEN.every((state) => (states[state] ?? 0) === 0)) return;
    await pause(200);
  }
}

async function publish(result: Result): Promise<void> {
  const line = JSON.stringify(result);
  process.stdout.write(`${line}\n`);
  if (process.env.FAULT_RESULTS !== undefined) await appendFile(process.env.FAULT_RESULTS, `${line}\n`);
}
