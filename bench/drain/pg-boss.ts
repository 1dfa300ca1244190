import pg from 'pg';
import type { OpenContender } from './contender.ts';
import { type JobRef, openLedger } from './ledger-writes.ts';

/** The part of pg-boss in use; its own types are there only once the rivals are installed. */
interface PgBoss {
  start(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): void;
  createQueue(name: string): Promise<void>;
  insert(jobs: readonly { readonly name: string; readonly data: JobRef }[]): Promise<unknown>;
  work(
    name: string,
    o: { readonly batchSize: number; readonly priority: boolean; readonly pollingIntervalSeconds: number },
    handler: (jobs: readonly { readonly data: JobRef }[]) => Promise<void>,
  ): Promise<string>;
  notifyWorker(id: string): void;
}
type PgBossPackage = { readonly default: new (o: Readonly<Record<string, unknown>>) => PgBoss };

const PACKAGE = 'pg-boss';
const QUEUE = 'deliver';
/** Jobs fetched and completed by one statement; a batch is over when its slowest job is. */
const BATCH = 10;

/**
 * pg-boss with its batches, worked on by as many of its workers as fill the slots. Each is told that there is
 * more before its batch ends, so that none waits for its polling interval of half a second.
 */
export function pgBoss(commits: 'each' | 'shared'): OpenContender {
  return async (course) => {
    const { default: Boss } = (await import(PACKAGE)) as PgBossPackage;
    const ledger = await openLedger(course, commits);
    const boss = new Boss({
      connectionString: course.databaseUrl,
      max: 20,
      supervise: false,
      schedule: false,
    });
    boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
    const watcher = new pg.Pool({ connectionString: course.databaseUrl, max: 1 });
    watcher.on('error', () => undefined);
    await boss.start();
    return {
      async load() {
        await boss.createQueue(QUEUE);
        await boss.insert((await ledger.jobs()).map((data) => ({ name: QUEUE, data })));
        await watcher.query('vacuum (analyze)');
      },
      async start() {
        for (let worker = 0; worker < course.slots / BATCH; worker += 1) {
          let id: string | undefined;
          const o = { batchSize: BATCH, priority: false, pollingIntervalSeconds: 0.5 };
          id = await boss.work(QUEUE, o, async (jobs) => {
            await Promise.all(jobs.map(({ data }) => ledger.deliver(data)));
            if (id !== undefined) boss.notifyWorker(id);
          });
        }
      },
      async unfinished() {
        const { rows } = await watcher.query<{ open: string }>(
          `select count(*) as open from pgboss.job where name = $1 and state < 'completed'`,
          [QUEUE],
        );
        return Number(rows[0]?.open ?? 0) + (await ledger.unsettled());
      },
    };
  };
}
