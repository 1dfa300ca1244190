import { conclude } from '../harness/conclude.ts';
import { enterCalls } from '../harness/load.ts';
import { openScene } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';
import { breakFarSides } from '../harness/troubles.ts';

const MINUTE_MS = 60_000;

/**
 * 10. Machines whose clocks are two minutes apart, far beyond every (scaled) lease, while far sides lose answers.
 * One worker is a minute behind, one a minute ahead; the web process, which records, is right.
 */
export async function clocksApart(o: {
  readonly reports: number;
  readonly perSecond: number;
}): Promise<void> {
  const began = performance.now();
  const scene = await openScene({ storage: 'server' });
  try {
    await scene.fleet.start('worker', { clockOffsetMs: -MINUTE_MS });
    await scene.fleet.start('worker', { clockOffsetMs: MINUTE_MS });
    const face = await scene.fleet.start('web');
    scene.sandbox.slack.connectTo(`${face.url}/slack/events`);
    const supervisor = startSupervisor(scene);
    const troubles = breakFarSides(scene.sandbox, 500);
    const entered = await enterCalls(scene, o).finally(() => troubles.end());
    const injected = `clocks of −60 s, 0 s, +60 s; ${troubles.met()} broken answers`;
    await conclude(scene, { suite: '10 clocks two minutes apart', entered, supervisor, injected, began });
  } finally {
    await scene.close();
  }
}
