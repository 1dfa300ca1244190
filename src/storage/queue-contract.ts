/** Ids only, so that nothing about a call is ever in Redis (P7, P10). */
export type JobData = { readonly id: string; readonly generation?: number };

export interface Job {
  readonly id: string;
  readonly name: string;
  readonly data: JobData;
}

export interface NewJob {
  readonly name: string;
  readonly data: JobData;
  /** An id the queue holds already is ignored without an error. Made up when absent. */
  readonly jobId?: string;
  /** Jobs without one go first, then 1, 2, 3 …; equal ones in order of arrival. */
  readonly priority?: number;
}

export interface QueueHandle {
  readonly name: string;
  /** Rejects within about a second when the backend is away; whether the job got in is then unknown. */
  add(
    name: string,
    data: JobData,
    o?: { readonly jobId?: string; readonly priority?: number },
  ): Promise<void>;
  addBulk(jobs: readonly NewJob[]): Promise<void>;
  size(): Promise<{ readonly waiting: number; readonly active: number }>;
}

export interface WorkerOptions {
  /** Jobs processed at the same time. */
  readonly concurrency: number;
  /** A job whose worker has not been heard of for this long is given to another one. Default 30,000 ms. */
  readonly lockDurationMs?: number;
  /** How often such jobs are looked for. Default 30,000 ms. */
  readonly stalledIntervalMs?: number;
}

export interface WorkerHandle {
  /** Resolves when the worker is connected and asks for jobs. */
  ready(): Promise<void>;
  /**
   * Takes no more jobs and lets the running ones finish, for `timeoutMs` at most; whatever still runs then is
   * abandoned to its lease. Always resolves.
   */
  close(o: { readonly timeoutMs: number }): Promise<void>;
}

/** One thing `doctor` found about the queues. */
export interface QueueFinding {
  readonly level: 'ok' | 'warning' | 'error';
  /** Such as `queues.redis_evicts`. */
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}

export interface QueueCheck {
  /** False when a finding is an error. */
  readonly ok: boolean;
  readonly findings: readonly QueueFinding[];
}

/**
 * BullMQ, where a job only ever means "look at this now": what is due, and whether, is said by the database
 * (P7). A job is tried once and leaves no trace, neither when done nor when failed.
 */
export interface Queues {
  readonly kind: 'redis' | 'database';
  /** The same handle for the same name. */
  queue(name: string): QueueHandle;
  worker(name: string, process: (job: Job) => Promise<void>, o: WorkerOptions): WorkerHandle;
  check(): Promise<QueueCheck>;
  /** Closes the queues, and at once every worker that is still open. */
  close(): Promise<void>;
}
