import { conclude } from '../harness/conclude.ts';
import type { Member } from '../harness/fleet.ts';
import { enterWhile, until } from '../harness/load.ts';
import { openScene, type StorageKind } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

/** 2. The one process that does everything is killed again and again while operators type. */
export async function killWholeProcess(o: {
  readonly storage: StorageKind;
  readonly reports: number;
  readonly perSecond: number;
  /** How many times it is killed, spread evenly over the load. */
  readonly kills: number;
}): Promise<void> {
  const began = performance.now();
  const scene = await openScene({ storage: o.storage, reserve: 1 });
  try {
    const start = async (): Promise<Member> => {
      const member = await scene.fleet.start('all');
      scene.sandbox.slack.connectTo(`${member.url}/slack/events`);
      return member;
    };
    let current = await start();
    const supervisor = startSupervisor(scene);
    let kills = 0;
    const entered = await enterWhile(scene, o, async (over, reported) => {
      if (kills === o.kills) return await until(over, () => false);
      const arrivedBefore = scene.sandbox.arrived().length;
      const wanted = ((kills + 1) * o.reports) / (o.kills + 1);
      // Killed only while reports are going out, however slow the machine.
      await until(over, () => reported() >= wanted && scene.sandbox.arrived().length > arrivedBefore);
      if (over.aborted) return;
      await current.kill();
      kills += 1;
      current = await start();
    });
    const injected = `${kills} × kill −9`;
    await conclude(scene, { suite: '2 whole process killed', entered, supervisor, injected, began });
  } finally {
    await scene.close();
  }
}
