import { defineConfig } from 'vitest/config';

/** Tests in a real browser: Debian's Chromium, or the one CHROMIUM_PATH names. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
