import { defineConfig } from 'vitest/config';

/**
 * Faults injected into real processes. In full, one suite at a time, because each wants the machine for itself; with
 * few reports they mostly wait, each for servers of its own, and two share it.
 */
const few = process.env.FAULT_REPORTS !== undefined;

export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 420_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: few,
    maxWorkers: few ? 2 : 1,
    maxConcurrency: 1,
  },
});
