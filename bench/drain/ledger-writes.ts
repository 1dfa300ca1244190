import { type Kysely, sql } from 'kysely';
import { pino } from 'pino';
import { v7 as newId } from 'uuid';
import { createAttempt } from '../../src/delivery/attempt.ts';
import { claim } from '../../src/delivery/claim.ts';
import { unobserved } from '../../src/delivery/observer.ts';
import { DELIVERY_DEFAULTS } from '../../src/delivery/settings.ts';
import { settleDelivered } from '../../src/delivery/settle-delivered.ts';
import { shareCommits } from '../../src/delivery/share-commits.ts';
import type { ChatworkBody } from '../../src/domain/body.ts';
import { openDatabase } from '../../src/storage/database.ts';
import type { Schema } from '../../src/storage/schema.ts';
import { openChatwork, TIMEOUT_MS } from './chatwork.ts';
import type { Course } from './contender.ts';

/** What a job of a rival carries, as the program's own do. */
export type JobRef = { readonly id: string; readonly generation: number };

export interface Ledger {
  /** Every delivery of the backlog, told to the queue of a rival. */
  jobs(): Promise<readonly JobRef[]>;
  /** Claim with attempt row, post, settle: the very statements of the program. */
  deliver(job: JobRef): Promise<void>;
  unsettled(): Promise<number>;
}

/**
 * The program's ledger for its rivals, `each` with a commit of its own before and after every post, `shared`
 * with the program's shared commits.
 */
export async function openLedger(course: Course, commits: 'each' | 'shared'): Promise<Ledger> {
  const { db } = await openDatabase({ databaseUrl: course.databaseUrl, dataDir: '/' });
  const chatwork = openChatwork(course);
  const common = {
    jobs: async () =>
      await db
        .selectFrom('deliveries')
        .select(['id', 'generation'])
        .where('state', '=', 'queued')
        .orderBy('id')
        .execute(),
    unsettled: () => unsettled(db),
  };
  if (commits === 'each') {
    return {
      ...common,
      async deliver(job) {
        const attemptId = newId();
        const [claimed] = await claim(db, [{ ...job, attemptId }], {
          now: new Date(),
          leaseMs: 60_000,
          mailLeaseMs: 150_000,
        });
        if (claimed === undefined) return;
        const message = { ...claimed.message, body: claimed.message.body as ChatworkBody };
        const outcome = await chatwork.send(message, AbortSignal.timeout(TIMEOUT_MS));
        if (outcome.type !== 'delivered') throw new Error(outcome.type);
        await settleDelivered(db, [{ ...claimed, receipt: outcome.receipt }], new Date());
      },
    };
  }
  const settle = shareCommits(async (arrivals: Parameters<typeof settleDelivered>[1]) => {
    await settleDelivered(db, arrivals, new Date());
    return arrivals.map(() => undefined);
  }, DELIVERY_DEFAULTS.shareCommitsOf);
  const attempt = createAttempt({
    db,
    channels: { chatwork },
    settle: async (claimed, outcome) => {
      if (outcome.type !== 'delivered') throw new Error(outcome.type);
      await settle({ ...claimed, receipt: outcome.receipt });
    },
    clock: () => new Date(),
    newId,
    settings: DELIVERY_DEFAULTS,
    observer: unobserved(),
    log: pino({ level: 'silent' }),
    sleep: async () => {},
  });
  return { ...common, deliver: (job) => attempt.run(job) };
}

/** By the partial indexes of open deliveries, so that asking costs next to nothing. */
export async function unsettled(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select (select count(*) from deliveries where state in ('queued', 'sending'))
      + (select count(*) from (select from deliveries where state = 'due' limit 1) due) as open
  `.execute(db);
  return Number(rows[0]?.open ?? 0);
}
