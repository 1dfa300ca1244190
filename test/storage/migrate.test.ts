import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

describe('a migrated database', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.dispose());

  it('has nothing more to do', async () => {
    expect(await migrate(test.database, { queueTables: true })).toEqual([]);
    const runs = await Promise.all([1, 2, 3].map(() => migrate(test.database, { queueTables: true })));
    expect(runs).toEqual([[], [], []]);
  });

  it('shares no name between our tables and BullMQ’s, which embedded are searched together', async () => {
    const { rows } = await test.database.pool.query(
      `select relname from pg_class where relnamespace in ('public'::regnamespace, 'bullmq'::regnamespace)
       group by relname having count(*) > 1`,
    );
    expect(rows).toEqual([]);
  });

  it('says which migration failed, and changes nothing', async () => {
    await test.database.pool.query('delete from kysely_migration');
    await expect(migrate(test.database, { queueTables: false })).rejects.toMatchObject({
      code: 'storage.migration_failed',
      message: expect.stringContaining('0001_foundation'),
    });
    expect((await test.database.pool.query('select from kysely_migration')).rowCount).toBe(0);
  });
});

it('orders migrations by numbers that no two share', () => {
  const names = Object.keys(MIGRATIONS);
  expect(names).toEqual([...names].sort());
  expect(new Set(names.map((name) => name.slice(0, 4))).size).toBe(names.length);
});

describe.runIf(process.env.TEST_DATABASE_URL)('several processes starting at once', () => {
  it('migrate an empty database once', async () => {
    const serverUrl = new URL(process.env.TEST_DATABASE_URL ?? '');
    const name = `toritsugi_empty_${randomUUID().replaceAll('-', '')}`;
    const server = new pg.Client({ connectionString: serverUrl.href });
    await server.connect();
    await server.query(`create database ${name}`);
    const databaseUrl = new URL(serverUrl);
    databaseUrl.pathname = `/${name}`;
    const databases = await Promise.all(
      Array.from({ length: 5 }, () => openDatabase({ databaseUrl: databaseUrl.href, dataDir: tmpdir() })),
    );
    const applied = await Promise.all(databases.map((database) => migrate(database, { queueTables: true })));
    expect(applied.flat()).toEqual(Object.keys(MIGRATIONS));
    await Promise.all(databases.map((database) => database.close()));
    await server.query(`drop database ${name}`);
    await server.end();
  });
});
