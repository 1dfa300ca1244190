import type { Attempt } from '../src/delivery/attempt.ts';
import type { Queues, WorkerHandle } from '../src/storage/queues.ts';

/** The queue of deliveries handed out: jobs carry a delivery's id and generation, nothing else (P7, P10). */
export const DELIVER_QUEUE = 'deliver';

/** BullMQ means "now"; what is sent, and whether, the database decides in `attempt`. */
export function startDeliverWorker(
  queues: Queues,
  attempt: Attempt,
  o: { readonly concurrency: number },
): WorkerHandle {
  return queues.worker(
    DELIVER_QUEUE,
    async ({ data }) => {
      if (data.generation !== undefined) await attempt.run({ id: data.id, generation: data.generation });
    },
    o,
  );
}
