import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { databaseClock } from '../../src/storage/database-clock.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test?.dispose());

it("tells the database's time, and does not follow this machine's clock when that jumps", async () => {
  const clock = await databaseClock(test.database);
  const real = Date.now();
  expect(Math.abs(clock.now().getTime() - real)).toBeLessThan(2_000);
  vi.useFakeTimers({ toFake: ['Date'], now: real + 3_600_000 });
  try {
    expect(Math.abs(clock.now().getTime() - real)).toBeLessThan(2_000);
  } finally {
    vi.useRealTimers();
  }
});
