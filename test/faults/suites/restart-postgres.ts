import { conclude } from '../harness/conclude.ts';
import { enterWhile, pauseUnless } from '../harness/load.ts';
import { openScene, startProcesses } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

const BREATH_MS = 1_200;
const ROUND = ['cut', 'cut', 'fast', 'cut', 'cut', 'immediate'] as const;

/** 4. Every session is cut wherever it is, and PostgreSQL is restarted, in order and as a crash. */
export async function restartPostgres(o: {
  readonly reports: number;
  readonly perSecond: number;
}): Promise<void> {
  const began = performance.now();
  const scene = await openScene({ storage: 'server' });
  try {
    await startProcesses(scene, 2);
    const supervisor = startSupervisor(scene);
    const times = { cut: 0, fast: 0, immediate: 0 };
    let sessions = 0;
    let round = 0;
    const entered = await enterWhile(scene, o, async (over) => {
      await pauseUnless(over, BREATH_MS);
      const how = ROUND[round % ROUND.length];
      if (over.aborted || how === undefined) return;
      round += 1;
      times[how] += 1;
      if (how === 'cut') sessions += (await scene.postgres?.cutSessions()) ?? 0;
      else await scene.postgres?.restart(how);
    });
    const injected = `${sessions} sessions cut in ${times.cut} rounds, ${times.fast} restarts, ${times.immediate} crashes`;
    await conclude(scene, { suite: '4 PostgreSQL restarted', entered, supervisor, injected, began });
  } finally {
    await scene.close();
  }
}
