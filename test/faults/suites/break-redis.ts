import { conclude } from '../harness/conclude.ts';
import { enterWhile, pauseUnless } from '../harness/load.ts';
import { openScene, type Scene, startProcesses } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

type Load = { readonly reports: number; readonly perSecond: number };
const LASTS_MS = 2_000;
const BREATH_MS = 1_500;

/** 3. Redis forgets everything, and is killed and started again. */
export function emptyRedis(o: Load): Promise<void> {
  return breakRedis(o, '3 Redis emptied, restarted', [
    ['FLUSHALL', async (scene) => void (await scene.redis?.command('flushall'))],
    ['restart', async (scene) => void (await scene.redis?.restart())],
  ]);
}

/** 7. Redis takes no writes: out of memory under `noeviction`, or read-only as after a failover. */
export function refuseWrites(o: Load): Promise<void> {
  const during = async (
    scene: Scene,
    begin: readonly string[],
    end: readonly string[],
    over: AbortSignal,
  ) => {
    await scene.redis?.command(...begin);
    await pauseUnless(over, LASTS_MS);
    await scene.redis?.command(...end);
  };
  return breakRedis(o, '7 Redis full or read-only', [
    [
      'out of memory',
      (scene, over) =>
        during(scene, ['config', 'set', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '0'], over),
    ],
    [
      'read-only',
      // A replica of nobody: it answers, and refuses every write.
      (scene, over) => during(scene, ['replicaof', '127.0.0.1', '1'], ['replicaof', 'no', 'one'], over),
    ],
  ]);
}

async function breakRedis(
  o: Load,
  suite: string,
  troubles: readonly (readonly [string, (scene: Scene, over: AbortSignal) => Promise<void>])[],
): Promise<void> {
  const began = performance.now();
  const scene = await openScene({ storage: 'server' });
  try {
    await startProcesses(scene, 2);
    const supervisor = startSupervisor(scene);
    const times = new Map<string, number>();
    let round = 0;
    const entered = await enterWhile(scene, o, async (over) => {
      await pauseUnless(over, BREATH_MS);
      const [name, trouble] = troubles[round % troubles.length] ?? [];
      if (over.aborted || name === undefined || trouble === undefined) return;
      round += 1;
      times.set(name, (times.get(name) ?? 0) + 1);
      await trouble(scene, over);
    });
    const injected = [...times].map(([name, n]) => `${n} × ${name}`).join(', ');
    await conclude(scene, { suite, entered, supervisor, injected, began });
  } finally {
    await scene.close();
  }
}
