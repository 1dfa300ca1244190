import type { Logger } from 'pino';
import { createLoop } from '../src/delivery/loop.ts';
import type { Clock } from '../src/domain/ports.ts';
import type { Database } from '../src/storage/database.ts';
import { databaseClock } from '../src/storage/database-clock.ts';

const ADJUST_EVERY_MS = 30_000;

/** The database server's time, adjusted again and again: processes on several machines then agree. */
export async function followDatabaseClock(
  database: Database,
  log: Logger,
): Promise<{ readonly now: Clock; stop(): Promise<void> }> {
  const clock = await databaseClock(database);
  const adjusting = createLoop({
    name: 'clock',
    everyMs: ADJUST_EVERY_MS,
    run: async () => {
      await clock.adjust();
      return false;
    },
    log,
  });
  adjusting.start();
  return { now: clock.now, stop: () => adjusting.stop() };
}
