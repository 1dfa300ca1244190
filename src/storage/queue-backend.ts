import type { JobsOptions } from 'bullmq';
import type { Job, JobData, WorkerOptions } from './queue-contract.ts';

/** The part of BullMQ's `Queue` in use, the same on every backend. */
export interface OpenQueue {
  add(name: string, data: JobData, options: JobsOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: JobData; opts: JobsOptions }[]): Promise<unknown>;
  getJobCounts(...types: ('waiting' | 'prioritized' | 'active')[]): Promise<Record<string, number>>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** The part of BullMQ's `Worker` in use. */
export interface OpenWorker {
  waitUntilReady(): Promise<unknown>;
  pause(doNotWaitActive: boolean): Promise<void>;
  close(force: boolean): Promise<void>;
  /** Ends the connections the worker was given; nothing of it is left afterwards. */
  disconnect(): Promise<void>;
}

/** What differs between BullMQ on Redis and on the database. */
export interface QueueBackend {
  /** How long adding may take, ms, before it counts as failed. */
  readonly addTimeoutMs: number;
  openQueue(name: string): OpenQueue;
  openWorker(name: string, process: (job: Job) => Promise<void>, o: WorkerOptions): OpenWorker;
  /** Ends what the queues share. */
  close(): Promise<void>;
}

/** BullMQ's settings for workers that do not depend on the backend. */
export function workerSettings(o: WorkerOptions) {
  return {
    concurrency: o.concurrency,
    lockDuration: o.lockDurationMs ?? 30_000,
    stalledInterval: o.stalledIntervalMs ?? 30_000,
    // Whether a job may run again is for the row's lease to say, so a lost worker's job is always handed on.
    maxStalledCount: 1_000_000,
    // BullMQ would pause for 15 s after one failed fetch.
    runRetryDelay: 1_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
}
