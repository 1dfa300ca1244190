import { expect } from 'vitest';
import { conclude } from '../harness/conclude.ts';
import type { Member } from '../harness/fleet.ts';
import { makeSmallDisk } from '../harness/full-disk.ts';
import { enterWhile, until } from '../harness/load.ts';
import { openScene } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

const MEGABYTES = 400;
/** What the process finds left, in turn: nothing at all, or a little that is soon used up. */
const LEFT_BYTES = [0, 256 * 1024, 2 * 1024 * 1024];
/** What an operator is told whose call is not on record: that it is not, and the line to use again. */
const SAID =
  /登録できませんでした|登録できたかどうか、まだ確認できていません|operation_timeout|dispatch_failed|http_service_error/;

/**
 * 9. The disk under the embedded database fills up while operators type; room is made and the process started
 * again, several times.
 */
export async function diskFull(o: {
  readonly reports: number;
  readonly perSecond: number;
  /** How many times the disk fills up, spread evenly over the load. */
  readonly times: number;
}): Promise<void> {
  const began = performance.now();
  const disk = await makeSmallDisk({ megabytes: MEGABYTES });
  try {
    const scene = await openScene({ storage: 'embedded', dataDir: disk.dataDir, reserve: 1 });
    try {
      const start = async (): Promise<Member> => {
        const member = await scene.fleet.start('all');
        scene.sandbox.slack.connectTo(`${member.url}/slack/events`);
        return member;
      };
      let current = await start();
      const supervisor = startSupervisor(scene);
      let round = 0;
      const entered = await enterWhile(scene, o, async (over, reported, refused) => {
        const wanted = ((round + 1) * o.reports) / (o.times + 1);
        await until(over, () => reported() >= wanted);
        if (over.aborted) return;
        const refusedBefore = refused();
        await disk.fill(LEFT_BYTES[round % LEFT_BYTES.length] ?? 0);
        round += 1;
        // Until somebody is told that the call is not on record.
        await until(over, () => refused() > refusedBefore);
        await disk.relieve();
        await current.stop();
        current = await start();
      });
      const injected = `disk full ${round} ×`;
      await conclude(scene, { suite: '9 disk full', entered, supervisor, injected, began });
      expect(round, 'times the disk was full').toBeGreaterThan(0);
      expect(
        entered.unacknowledged.filter((said) => !SAID.test(said)),
        'what operators were told whose call is not on record',
      ).toEqual([]);
      expect(
        entered.unacknowledged.some((said) => said.includes('登録できませんでした')),
        'somebody was told in words',
      ).toBe(true);
    } finally {
      await scene.close();
    }
  } finally {
    await disk.remove();
  }
}
