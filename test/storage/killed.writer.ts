import { openDatabase } from '../../src/storage/database.ts';

// Inserts one row after the other and tells each number only after its commit, until it is killed.
const database = await openDatabase({ dataDir: process.argv[2] ?? '' });
await database.pool.query('create table if not exists numbers (n int primary key)');
const { rows } = await database.pool.query<{ next: number }>(
  'select coalesce(max(n) + 1, 0) as next from numbers',
);
for (let n = rows[0]?.next ?? 0; ; n += 1) {
  await database.db.transaction().execute(async (trx) => {
    const numbers = trx.withTables<{ numbers: { n: number } }>();
    await numbers.insertInto('numbers').values({ n }).execute();
  });
  process.stdout.write(`${n}\n`);
}
