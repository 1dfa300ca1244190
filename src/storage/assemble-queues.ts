import type { QueueBackend } from './queue-backend.ts';
import type { Queues } from './queue-contract.ts';
import { BoundedQueue } from './queue-handle.ts';
import { BoundedWorker } from './queue-worker.ts';

/** Makes `Queues` of a backend: one handle a name, and everything it opened is closed with it. */
export function assembleQueues(o: {
  kind: Queues['kind'];
  backend: QueueBackend;
  onError: (queue: string) => (error: unknown) => void;
  check: Queues['check'];
}): Queues {
  const handles = new Map<string, BoundedQueue>();
  const workers = new Set<BoundedWorker>();
  return {
    kind: o.kind,
    queue(name) {
      const handle = handles.get(name) ?? new BoundedQueue(name, o.backend);
      handles.set(name, handle);
      return handle;
    },
    worker(name, process, options) {
      const worker = new BoundedWorker(o.backend, name, { ...options, process, onError: o.onError(name) });
      workers.add(worker);
      return worker;
    },
    check: o.check,
    async close() {
      await Promise.all([...workers].map((worker) => worker.close({ timeoutMs: 0 })));
      await Promise.all([...handles.values()].map((handle) => handle.close()));
      await o.backend.close();
    },
  };
}
