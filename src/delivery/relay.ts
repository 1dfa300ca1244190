import type { Kysely } from 'kysely';
import type { Clock } from '../domain/ports.ts';
import type { QueueHandle } from '../storage/queues.ts';
import type { Schema } from '../storage/schema.ts';
import { blockScope } from './block-scope.ts';
import type { Budgets } from './budgets.ts';
import { BEFORE_ALL_CLIENTS, type HandedOut, pickDue, putBack } from './pick-due.ts';
import type { DeliverySettings } from './settings.ts';

export interface Relay {
  /** One round: due deliveries become jobs. Returns how many were looked at; 0 when nothing can be done now. */
  handOut(): Promise<number>;
}

/** A job's id is made of the delivery and its generation: handing the same out twice is one job (P7). */
export function jobId({ id, generation }: Pick<HandedOut, 'id' | 'generation'>): string {
  return `dlv-${id}-${generation}`;
}

/**
 * Brings due deliveries to the queue. The database has decided before the queue hears of it: a job lost with
 * the queue comes back when its lease is over, a job that comes twice finds its generation already claimed.
 *
 * A round that took every free place rests before the next one, so that a backlog is brought in few large rounds
 * instead of one for every place that comes free: PostgreSQL's CPU time a delivery, draining 10,000 with 50
 * slots, was 0.43 ms without a rest, 0.44 with 10 ms, 0.36 with 25 ms. Without a backlog there is no rest.
 */
export function createRelay(deps: {
  readonly db: Kysely<Schema>;
  readonly queue: QueueHandle;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly settings: DeliverySettings;
  readonly sleep: (ms: number) => Promise<void>;
}): Relay {
  let after = BEFORE_ALL_CLIENTS;
  return {
    async handOut() {
      const {
        handedOut: picked,
        full,
        lastClient,
      } = await pickDue(deps.db, deps.clock(), deps.settings, after);
      after = lastClient;
      if (picked.length === 0) return 0;
      const handedOut = await withinBudget(picked);
      if (handedOut.length === 0) return picked.length;
      try {
        await deps.queue.addBulk(
          handedOut.map((delivery) => ({
            name: 'deliver',
            data: { id: delivery.id, generation: delivery.generation },
            jobId: jobId(delivery),
            priority: delivery.urgent ? 1 : 2,
          })),
        );
      } catch (thrown) {
        await putBack(deps.db, handedOut, deps.clock());
        throw thrown;
      }
      if (full) await deps.sleep(deps.settings.relayRestMs);
      return picked.length;
    },
  };

  /** Keeps what the budgets allow. The rest goes back, and its scope is barred until there is room again (P8). */
  async function withinBudget(picked: readonly HandedOut[]): Promise<readonly HandedOut[]> {
    const spendings = await Promise.all(picked.map((delivery) => deps.budgets.spend(delivery)));
    const refused = new Map<string, number>();
    for (const spending of spendings) {
      if (!spending.granted) {
        refused.set(spending.scope, Math.max(refused.get(spending.scope) ?? 0, spending.retryMs));
      }
    }
    const now = deps.clock();
    for (const [scope, retryMs] of refused) {
      await blockScope(deps.db, { scope, until: new Date(now.getTime() + retryMs), reason: 'budget' });
    }
    const left = picked.filter((_, index) => spendings[index]?.granted === false);
    if (left.length > 0) await putBack(deps.db, left, now);
    return picked.filter((_, index) => spendings[index]?.granted === true);
  }
}
