import { setTimeout as delay } from 'node:timers/promises';
import type { OpenWorker, QueueBackend } from './queue-backend.ts';
import type { Job, WorkerHandle, WorkerOptions } from './queue-contract.ts';
import { within } from './within.ts';

/** Pause, ms, before connecting is tried again. */
const RETRY_MS = 500;
/** Time, ms, for BullMQ's own bookkeeping after the last job, and again for cutting the connection. */
const GOODBYE_MS = 1_000;

/**
 * A worker that can be started while its backend is away and closed while its jobs hang.
 *
 * BullMQ offers neither: a worker whose first connection failed stays dead, so one is made anew until it is
 * ready; and `close()` waits for the running jobs without end, so we count them ourselves and cut after the
 * time given.
 */
export class BoundedWorker implements WorkerHandle {
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #started: Promise<OpenWorker | undefined>;
  #current: OpenWorker | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    backend: QueueBackend,
    name: string,
    o: WorkerOptions & { process: (job: Job) => Promise<void>; onError: (error: unknown) => void },
  ) {
    const process = (job: Job) => {
      const running = o.process(job);
      this.#running.add(running);
      running.catch(o.onError);
      return running.finally(() => this.#running.delete(running));
    };
    this.#started = this.#start(() => backend.openWorker(name, process, o), o.onError);
  }

  async ready(): Promise<void> {
    await this.#started;
  }

  close(o: { timeoutMs: number }): Promise<void> {
    this.#closed ??= this.#close(o.timeoutMs);
    return this.#closed;
  }

  async #start(open: () => OpenWorker, onError: (error: unknown) => void): Promise<OpenWorker | undefined> {
    while (!this.#stop.signal.aborted) {
      const worker = open();
      this.#current = worker;
      try {
        await worker.waitUntilReady();
        return worker;
      } catch (error) {
        onError(error);
        await endWorker(worker, true);
        await delay(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#stop.abort();
    const worker = this.#current;
    if (!worker) return;
    await within(GOODBYE_MS, worker.pause(true));
    await within(timeoutMs, Promise.allSettled([...this.#running]));
    await endWorker(worker, this.#running.size > 0);
  }
}

async function endWorker(worker: OpenWorker, force: boolean): Promise<void> {
  await within(GOODBYE_MS, worker.close(force)).catch(() => undefined);
  await within(GOODBYE_MS, worker.disconnect()).catch(() => undefined);
}
