import { defineConfig } from 'vitest/config';

/** Faults injected into real processes; one suite at a time, because each wants the machine for itself. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 420_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
