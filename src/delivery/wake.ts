import type { Logger } from 'pino';
import type { QueueHandle } from '../storage/queues.ts';

/**
 * Wakes the relays of other processes through the queue. At most one wake is on its way; what comes meanwhile
 * makes one more. Losing one is harmless: the relays poll (P7).
 */
export function wakeThrough(queue: QueueHandle, log: Logger): () => void {
  let underWay = false;
  let again = false;
  const wake = (): void => {
    if (underWay) {
      again = true;
      return;
    }
    underWay = true;
    again = false;
    queue
      .add('wake', { id: 'wake' })
      .catch(() => log.debug('a wake was not sent; the relays will find the work by themselves'))
      .finally(() => {
        underWay = false;
        if (again) wake();
      });
  };
  return wake;
}
