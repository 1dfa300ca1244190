import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareTables, requireTables } from '../src/tables.ts';
import { KINDS_FILE } from './commands/running.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { newId } from './support/ids.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test?.dispose());

const prepare = () =>
  prepareTables(test.database, { queueTables: true, kindsFile: KINDS_FILE, clock: () => new Date(), newId });

describe('the tables', () => {
  it('of this very version are used as they are, and get the usual kinds once', async () => {
    await requireTables(test.database);
    expect(await prepare()).toEqual([]);
    const kinds = () => test.database.db.selectFrom('kinds').select('code').execute();
    expect(await kinds()).toHaveLength(7);
    await test.database.db.deleteFrom('kind_rules').execute();
    await prepare();
    expect(await test.database.db.selectFrom('kind_rules').select('kind').execute()).toEqual([]);
  });

  it('of a newer version are not touched', async () => {
    await test.database.pool.query(`insert into kysely_migration values ('0099_future', '2099-01-01')`);
    await expect(requireTables(test.database)).rejects.toThrow(/newer Toritsugi \(0099_future\)/);
    await expect(prepare()).rejects.toMatchObject({ code: 'tables.newer' });
    await test.database.pool.query(`delete from kysely_migration where name = '0099_future'`);
  });

  it('of an older version are not used by a command on a shared database', async () => {
    await test.database.pool.query('delete from kysely_migration');
    await expect(requireTables(test.database)).rejects.toMatchObject({
      code: 'tables.older',
      message: expect.stringContaining('npm run toritsugi -- migrate'),
    });
  });
});
