import { expect } from 'vitest';
import { conclude } from '../harness/conclude.ts';
import { enterWhile, pauseUnless } from '../harness/load.ts';
import { openScene, startProcesses } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

const WORKERS = 4;
const BREATH_MS = 500;

/**
 * 8. Four workers, each with a relay of its own, share the work, and every process is replaced in turn: the new one
 * starts, the old one gets SIGTERM. No operator may notice.
 */
export async function rollingRestart(o: {
  readonly reports: number;
  readonly perSecond: number;
}): Promise<void> {
  const began = performance.now();
  const scene = await openScene({ storage: 'server', reserve: 1 });
  try {
    await startProcesses(scene, WORKERS);
    const supervisor = startSupervisor(scene);
    const exits: (number | null)[] = [];
    const entered = await enterWhile(scene, o, async (over) => {
      await pauseUnless(over, BREATH_MS);
      const [oldest] = scene.fleet.members();
      if (over.aborted || oldest === undefined) return;
      const successor = await scene.fleet.start(oldest.role);
      if (successor.role === 'web') scene.sandbox.slack.connectTo(`${successor.url}/slack/events`);
      exits.push(await oldest.stop());
    });
    const injected = `${exits.length} × SIGTERM`;
    const suite = '8 rolling restart, 4 workers and relays';
    await conclude(scene, { suite, entered, supervisor, injected, began });
    expect(entered.unacknowledged, 'lines that a restart swallowed').toEqual([]);
    expect(new Set(exits), 'exit codes after SIGTERM').toEqual(new Set([0]));
  } finally {
    await scene.close();
  }
}
