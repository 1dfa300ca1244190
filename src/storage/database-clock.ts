import type { Clock } from '../domain/ports.ts';
import type { Database } from './database.ts';

export interface DatabaseClock {
  readonly now: Clock;
  /** Asks the database for the time again; keeps the old reading when it does not answer. */
  adjust(): Promise<void>;
}

/**
 * The database server's time, so that processes on machines whose clocks differ agree on what is due and whose
 * lease is over. Between readings it follows this machine's monotonic clock, which no adjustment of the wall
 * clock can move.
 */
export async function databaseClock(database: Database): Promise<DatabaseClock> {
  let reading = await read(database);
  return {
    now: () => new Date(reading.databaseMs + (performance.now() - reading.monotonicMs)),
    async adjust() {
      reading = await read(database);
    },
  };
}

/** Half the round trip is taken for the way back. */
async function read(database: Database): Promise<{ databaseMs: number; monotonicMs: number }> {
  const asked = performance.now();
  const { rows } = await database.pool.query<{ now: Date }>('select clock_timestamp() as now');
  const answered = performance.now();
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell the time');
  return { databaseMs: row.now.getTime(), monotonicMs: (asked + answered) / 2 };
}
