import pg from 'pg';
import type { OpenContender } from './contender.ts';
import { type JobRef, openLedger } from './ledger-writes.ts';

/** The part of graphile-worker in use; its own types are there only once the rivals are installed. */
interface GraphileWorker {
  run(o: {
    readonly pgPool: pg.Pool;
    readonly noHandleSignals: boolean;
    readonly taskList: Readonly<Record<string, (payload: JobRef) => Promise<void>>>;
    readonly preset: { readonly worker: Readonly<Record<string, unknown>> };
  }): Promise<unknown>;
  runMigrations(o: { readonly pgPool: pg.Pool }): Promise<void>;
}

const PACKAGE = 'graphile-worker';
const SILENT = () => () => undefined;

/**
 * graphile-worker with what its manual advises for throughput: a local queue, completions in batches and one
 * connection a slot.
 */
export function graphileWorker(commits: 'each' | 'shared'): OpenContender {
  return async (course) => {
    const { run, runMigrations, Logger } = (await import(PACKAGE)) as GraphileWorker & {
      Logger: new (to: unknown) => unknown;
    };
    const ledger = await openLedger(course, commits);
    const pgPool = new pg.Pool({ connectionString: course.databaseUrl, max: 20 });
    pgPool.on('error', () => undefined);
    pgPool.on('connect', (client) => client.on('error', () => undefined));
    return {
      async load() {
        await runMigrations({ pgPool });
        const jobs = await ledger.jobs();
        await pgPool.query(
          `select graphile_worker.add_job('deliver', json_build_object('id', id, 'generation', generation))
           from unnest($1::uuid[], $2::integer[]) job (id, generation)`,
          [jobs.map(({ id }) => id), jobs.map(({ generation }) => generation)],
        );
        await pgPool.query('vacuum (analyze)');
      },
      async start() {
        await run({
          pgPool,
          noHandleSignals: true,
          taskList: { deliver: (job) => ledger.deliver(job) },
          preset: {
            worker: {
              concurrentJobs: course.slots,
              pollInterval: 1000,
              localQueue: { size: 500 },
              completeJobBatchDelay: 0,
              failJobBatchDelay: 0,
              logger: new Logger(SILENT),
            },
          },
        });
      },
      async unfinished() {
        const { rows } = await pgPool.query<{ open: string }>(
          'select count(*) as open from graphile_worker._private_jobs',
        );
        return Number(rows[0]?.open ?? 0) + (await ledger.unsettled());
      },
    };
  };
}
