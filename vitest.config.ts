import { defineConfig } from 'vitest/config';

/**
 * Suites that take long for what they are: every template broken in every way, thousands of clients, processes started
 * and ended, months told day by day. `npm test` leaves them out and stays quick; `TEST_ALL=1 npm test` has them all.
 */
const LONG = [
  'test/billing/statement-runs.test.ts',
  'test/clients/round-trip.test.ts',
  'test/commands/bounce.test.ts',
  'test/commands/cases-evidence.test.ts',
  'test/commands/cli.test.ts',
  'test/doctor/examine.test.ts',
  'test/e2e/bounce.test.ts',
  'test/e2e/chatwork-reply.test.ts',
  'test/e2e/correction.test.ts',
  'test/e2e/digest.test.ts',
  'test/e2e/dispute.test.ts',
  'test/e2e/done.test.ts',
  'test/e2e/harassment-story.test.ts',
  'test/e2e/quiet.test.ts',
  'test/e2e/ready.test.ts',
  'test/e2e/review.test.ts',
  'test/e2e/statements.test.ts',
  'test/e2e/workspaces.test.ts',
  'test/operator/deadline.test.ts',
  'test/operator/home/home.test.ts',
  'test/reports/check.test.ts',
  'test/sandbox/email-relay.test.ts',
  'test/storage/embedded-directory.test.ts',
  'test/storage/postgres-pool.test.ts',
  'test/storage/silent-redis.test.ts',
  'test/storage/test-database.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/browser/**', 'test/faults/**', 'node_modules/**', ...(process.env.TEST_ALL ? [] : LONG)],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Nothing in src keeps state of its own, so files may share a process and what it has loaded.
    isolate: false,
    // As many as there are cores; the default keeps one free, which halves a small machine. More would make tests
    // of what happens in time wait for each other.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 85 },
    },
  },
});
