import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { errorCode, isUnavailable } from '../../src/storage/errors.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type NetworkProxy, startProxy } from '../support/proxy.ts';

describe.runIf(process.env.TEST_DATABASE_URL)('a server’s sessions', () => {
  let test: TestDatabase;
  let proxy: NetworkProxy;
  let database: Database;

  beforeEach(async () => {
    test = await testDatabase();
    const target = new URL(process.env.TEST_DATABASE_URL ?? '');
    const { rows } = await test.database.pool.query<{ name: string }>('select current_database() as name');
    target.pathname = `/${rows[0]?.name}`;
    proxy = await startProxy(target, 5432);
    database = await openDatabase({
      databaseUrl: proxy.url,
      dataDir: tmpdir(),
      maxConnections: 2,
      connectTimeoutMs: 500,
      statementTimeoutMs: 300,
    });
  });

  afterEach(async () => {
    await database.close();
    await proxy.close();
    await test.dispose();
  });

  const works = async () => expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);

  it('may die idle without anybody noticing', async () => {
    await works();
    const { rowCount } = await test.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    expect(rowCount).toBe(1);
    await expect.poll(() => database.pool.totalCount).toBe(0);
    await works();
  });

  it('end a statement that takes too long', async () => {
    const slow = await database.pool.query('select pg_sleep(10)').catch((error: unknown) => error);
    expect(errorCode(slow)).toBe('57014');
    expect(isUnavailable(slow)).toBe(true);
    await works();
  });

  it('give up on a line gone silent, and never use it again', { timeout: 30_000 }, async () => {
    await works();
    proxy.freeze();
    const silent = await database.pool.query('select 1').catch((error: unknown) => error);
    expect(errorCode(silent)).toBe('storage.unreachable');
    proxy.mend();
    await works();
  });

  it('say that nobody answers when the server is away, and work when it is back', async () => {
    proxy.cut();
    const refused = await database.pool.query('select 1').catch((error: unknown) => error);
    expect(errorCode(refused)).toBe('storage.unreachable');
    expect(isUnavailable(refused)).toBe(true);
    proxy.mend();
    await works();
  });

  it('lose their transaction when the server goes away in the middle', async () => {
    await database.pool.query('create table notes (text text)');
    const lost = database.db.transaction().execute(async (trx) => {
      const notes = trx.withTables<{ notes: { text: string } }>();
      await notes.insertInto('notes').values({ text: 'half' }).execute();
      proxy.cut();
      await notes.insertInto('notes').values({ text: 'whole' }).execute();
    });
    expect(errorCode(await lost.catch((error: unknown) => error))).toBe('storage.unreachable');
    proxy.mend();
    expect((await database.pool.query('select * from notes')).rows).toEqual([]);
  });

  it('are thrown away with an unfinished transaction', async () => {
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('create table unfinished (n int)');
    client.release();
    const { rows } = await database.pool.query(`select to_regclass('unfinished') as found`);
    expect(rows).toEqual([{ found: null }]);
  });

  it('are cut off when somebody still holds one at the end', { timeout: 30_000 }, async () => {
    const client = await database.pool.connect();
    client.on('error', () => undefined);
    await client.query('begin');
    await database.close();
    await expect(client.query('select 1')).rejects.toMatchObject({ code: 'storage.closed' });
    client.release();
    await expect(database.pool.query('select 1')).rejects.toMatchObject({ code: 'storage.closed' });
  });

  it('run out with an error, not a wait without end', async () => {
    const held = await Promise.all([database.pool.connect(), database.pool.connect()]);
    await expect(database.pool.query('select 1')).rejects.toMatchObject({ code: 'storage.unreachable' });
    for (const client of held) client.release();
    await works();
  });
});

it('nobody on the port: an error in time that says so', async () => {
  const database = await openDatabase({
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    dataDir: tmpdir(),
    connectTimeoutMs: 500,
  });
  await expect(database.pool.query('select 1')).rejects.toMatchObject({
    code: 'storage.unreachable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  await database.close();
});
