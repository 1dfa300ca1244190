import { conclude } from '../harness/conclude.ts';
import { enterWhile, pauseUnless } from '../harness/load.ts';
import { KILL_POINTS } from '../harness/protocol.ts';
import { openScene, startProcesses } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

const WORKERS = 3;
const EVERY_MS = 1_000;
const POINTS = [...KILL_POINTS, 'anywhere'] as const;

/** 1. Every second a worker is killed: before its call, during it, after the answer before bookkeeping, anywhere. */
export async function killWorkers(o: {
  readonly reports: number;
  readonly perSecond: number;
}): Promise<void> {
  const began = performance.now();
  const scene = await openScene({ storage: 'server', reserve: 2 });
  try {
    await startProcesses(scene, WORKERS);
    const supervisor = startSupervisor(scene);
    const killed = { before: 0, during: 0, after: 0, anywhere: 0 };
    let round = 0;
    const entered = await enterWhile(scene, o, async (over) => {
      const next = performance.now() + EVERY_MS;
      const victim = scene.fleet.members().find(({ role }) => role === 'worker');
      const point = POINTS[round % POINTS.length] ?? 'anywhere';
      round += 1;
      if (victim !== undefined) {
        const there = point !== 'anywhere' && (await victim.dieAt(point, EVERY_MS));
        if (!there) await victim.kill();
        killed[there ? point : 'anywhere'] += 1;
        await scene.fleet.start('worker');
      }
      await pauseUnless(over, Math.max(0, next - performance.now()));
    });
    const injected = `kill −9: ${POINTS.map((point) => `${killed[point]} ${point}`).join(', ')}`;
    await conclude(scene, { suite: '1 workers killed', entered, supervisor, injected, began });
  } finally {
    await scene.close();
  }
}
