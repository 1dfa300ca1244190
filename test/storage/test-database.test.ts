import { expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';

it('gives every test an empty database of its own', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
  await one.database.db
    .insertInto('blocked_scopes')
    .values({ scope: 'chatwork', until: new Date(0), reason: 'x' })
    .execute();
  expect(await two.database.db.selectFrom('blocked_scopes').selectAll().execute()).toEqual([]);
  await Promise.all([one.dispose(), two.dispose()]);
});

it('fails a test that leaks a session', async () => {
  const test = await testDatabase();
  await test.database.pool.connect();
  await expect(test.dispose()).rejects.toThrow('1 database session(s) were never released');
});

it('does not take the queues’ sessions for leaks', async () => {
  const test = await testDatabase();
  const queues = await test.queues();
  await queues.worker('q', async () => undefined, { concurrency: 1 }).ready();
  await queues.queue('q').size();
  await test.dispose();
});
