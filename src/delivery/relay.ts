import type { Kysely } from 'kysely';
import type { Clock } from '../domain/ports.ts';
import type { QueueHandle } from '../storage/queues.ts';
import type { Schema } from '../storage/schema.ts';
import { type HandedOut, pickDue, putBack } from './pick-due.ts';
import type { DeliverySettings } from './settings.ts';

export interface Relay {
  /** One round: due deliveries become jobs. Returns how many were handed out. */
  handOut(): Promise<number>;
}

/** A job's id is made of the delivery and its generation: handing the same out twice is one job (P7). */
export function jobId({ id, generation }: HandedOut): string {
  return `dlv-${id}-${generation}`;
}

/**
 * Brings due deliveries to the queue. The database has decided before the queue hears of it: a job lost with
 * the queue comes back when its lease is over, a job that comes twice finds its generation already claimed.
 */
export function createRelay(deps: {
  readonly db: Kysely<Schema>;
  readonly queue: QueueHandle;
  readonly clock: Clock;
  readonly settings: DeliverySettings;
}): Relay {
  return {
    async handOut() {
      const handedOut = await pickDue(deps.db, deps.clock(), deps.settings);
      if (handedOut.length === 0) return 0;
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
      return handedOut.length;
    },
  };
}
