import { conclude } from '../harness/conclude.ts';
import { enterCalls, until } from '../harness/load.ts';
import { openScene, type Scene, type StorageKind, startProcesses } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';
import { isReport } from '../harness/tally.ts';
import { breakFarSides } from '../harness/troubles.ts';

const MOST_WITHIN_MS = 60_000;

/** 5. Chatwork, Slack and the mail relay reset, hang, garble, drip, accept and lose the answer, all the time. */
export async function brokenFarSides(o: {
  readonly storage: StorageKind;
  readonly reports: number;
  readonly perSecond: number;
  readonly everyMs: number;
}): Promise<void> {
  const began = performance.now();
  const scene = await openScene({ storage: o.storage });
  try {
    await startProcesses(scene, 2);
    const supervisor = startSupervisor(scene);
    const troubles = breakFarSides(scene.sandbox, o.everyMs);
    const entered = await enterCalls(scene, o);
    await mostHaveArrived(scene, o.reports);
    troubles.end();
    const injected = `${troubles.met()} broken answers`;
    await conclude(scene, { suite: '5 broken far sides', entered, supervisor, injected, began });
  } finally {
    await scene.close();
  }
}

/** The troubles go on after the last line was typed, for reports lag behind where the machine is slow. */
async function mostHaveArrived(scene: Scene, reports: number): Promise<void> {
  const patience = AbortSignal.timeout(MOST_WITHIN_MS);
  await until(patience, () => scene.sandbox.arrived().filter(isReport).length >= reports);
}
