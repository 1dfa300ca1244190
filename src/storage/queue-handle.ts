import type { OpenQueue, QueueBackend } from './queue-backend.ts';
import type { JobData, NewJob, QueueHandle } from './queue-contract.ts';
import { QueueUnavailableError } from './queue-errors.ts';
import { TIMED_OUT, within } from './within.ts';

/** Tried once and gone without a trace: the row in the database is the memory. */
const ONCE = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

/**
 * A queue to add to. BullMQ remembers for ever that its first connection failed, so the queue behind the handle
 * is made anew until one becomes ready.
 */
export class BoundedQueue implements QueueHandle {
  readonly name: string;
  readonly #backend: QueueBackend;
  #opened: Promise<OpenQueue> | undefined;

  constructor(name: string, backend: QueueBackend) {
    this.name = name;
    this.#backend = backend;
  }

  async add(name: string, data: JobData, o: { jobId?: string; priority?: number } = {}): Promise<void> {
    await this.#bounded((queue) => queue.add(name, data, { ...ONCE, ...o }));
  }

  async addBulk(jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const bulk = jobs.map(({ name, data, ...o }) => ({ name, data, opts: { ...ONCE, ...o } }));
    await this.#bounded((queue) => queue.addBulk(bulk));
  }

  async size(): Promise<{ waiting: number; active: number }> {
    const counts = await this.#bounded((queue) => queue.getJobCounts('waiting', 'prioritized', 'active'));
    const { waiting = 0, prioritized = 0, active = 0 } = counts;
    return { waiting: waiting + prioritized, active };
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await within(this.#backend.addTimeoutMs, closing(opened));
  }

  async #bounded<T>(work: (queue: OpenQueue) => Promise<T>): Promise<T> {
    const done = this.#open().then(work);
    try {
      const result = await within(this.#backend.addTimeoutMs, done);
      if (result === TIMED_OUT) throw new QueueUnavailableError();
      return result;
    } catch (error) {
      throw error instanceof QueueUnavailableError ? error : new QueueUnavailableError({ cause: error });
    }
  }

  #open(): Promise<OpenQueue> {
    this.#opened ??= this.#openAnew();
    return this.#opened;
  }

  async #openAnew(): Promise<OpenQueue> {
    const queue = this.#backend.openQueue(this.name);
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      this.#opened = undefined;
      await queue.close().catch(() => undefined);
      throw error;
    }
  }
}

async function closing(opened: Promise<OpenQueue> | undefined): Promise<void> {
  const queue = await opened?.catch(() => undefined);
  await queue?.close().catch(() => undefined);
}
