import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { embeddedCopy } from '../support/database.ts';

let dataDir: string;
let database: Database;
beforeAll(async () => {
  dataDir = await embeddedCopy();
  database = await openDatabase({ dataDir });
});
afterAll(async () => {
  await database?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const share = () => database.openPool({ searchPath: 'bullmq', maxConnections: 4 });

it('cuts off who borrowed through it and never gave back, a transaction included, and nobody else', async () => {
  const { pool, close } = share();
  const other = await database.pool.connect();
  const listener = await pool.connect();
  await listener.query('listen something');
  const writer = await pool.connect();
  await writer.query('begin');
  await writer.query('create temporary table half (n integer)');
  expect(pool.totalCount).toBe(2);
  await close();
  expect(pool.totalCount).toBe(0);
  await expect(listener.query('select 1')).rejects.toMatchObject({ code: 'storage.misuse' });
  await expect(pool.connect()).rejects.toMatchObject({ code: 'storage.closed' });
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'storage.closed' });
  expect((await other.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }]);
  other.release();
  expect(database.pool.totalCount).toBe(0);
});

it('remembers nobody who gave back', async () => {
  const { pool, close } = share();
  for (let round = 0; round < 3; round += 1) {
    const client = await pool.connect();
    await client.query('select 1');
    client.release();
  }
  expect(pool.totalCount).toBe(0);
  await close();
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
