import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { type EmbeddedSession, PglitePool } from '../../src/storage/pglite-pool.ts';
import type { Notification, QueryPool } from '../../src/storage/query-pool.ts';
import { embeddedCopy } from '../support/database.ts';

let dataDir: string;
let database: Database;
let pool: QueryPool;

beforeAll(async () => {
  dataDir = await embeddedCopy();
  database = await openDatabase({ dataDir });
  pool = database.pool;
  await pool.query('create table notes (text text not null)');
});

beforeEach(async () => {
  await pool.query('truncate notes');
});

afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

const texts = async () =>
  (await pool.query<{ text: string }>('select text from notes')).rows.map((row) => row.text);

describe('transactions', () => {
  it('keeps every other statement out of a transaction', async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query('insert into notes values ($1)', ['mine']);
    const outside = pool.query('insert into notes values ($1)', ['outside']);
    await client.query('rollback');
    client.release();
    await outside;
    expect(await texts()).toEqual(['outside']);
  });

  it('lets them follow one another when many begin at once', async () => {
    await pool.query('insert into notes values ($1)', ['0']);
    const increment = () =>
      database.db.transaction().execute(async (trx) => {
        const table = trx.withTables<{ notes: { text: string } }>();
        const { text } = await table.selectFrom('notes').select('text').executeTakeFirstOrThrow();
        await table
          .updateTable('notes')
          .set({ text: String(Number(text) + 1) })
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await texts()).toEqual(['20']);
  });

  it('rolls back what a released client left unfinished', async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query('insert into notes values ($1)', ['unfinished']);
    client.release();
    expect(await texts()).toEqual([]);
  });

  it('ends a transaction whose commit fails', async () => {
    await pool.query('create table once (n int unique deferrable initially deferred)');
    const client = await pool.connect();
    await client.query('begin');
    await client.query('insert into once values (1), (1)');
    await expect(client.query('commit')).rejects.toMatchObject({ code: '23505' });
    expect((await pool.query('select 1')).rowCount).toBe(1);
    client.release();
  });

  it('keeps a savepoint’s rollback inside the transaction', async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query('savepoint here');
    await client.query('insert into notes values ($1)', ['undone']);
    await client.query('rollback to here');
    const outside = pool.query('insert into notes values ($1)', ['outside']);
    await client.query('insert into notes values ($1)', ['kept']);
    await client.query('commit');
    client.release();
    await outside;
    expect(await texts()).toEqual(['kept', 'outside']);
  });

  it('refuses one that is begun on the pool, and undoes it', async () => {
    await expect(pool.query('begin')).rejects.toMatchObject({ code: 'storage.misuse' });
    expect((await pool.query('select 1')).rowCount).toBe(1);
  });

  it('runs a client’s statements in the order they were asked for', async () => {
    const client = await pool.connect();
    const all = ['begin', `insert into notes values ('a')`, `insert into notes values ('b')`, 'commit'];
    await Promise.all(all.map((text) => client.query(text)));
    client.release();
    expect(await texts()).toEqual(['a', 'b']);
  });
});

describe('P8 fairness', () => {
  it('lets transactions and plain statements in by order of arrival', async () => {
    const order: string[] = [];
    const first = await pool.connect();
    await first.query('begin');
    const work = ['t1', 's1', 't2', 's2', 's3', 't3'].map(async (name) => {
      const client = await pool.connect();
      if (name.startsWith('t')) await client.query('begin');
      await client.query('select 1');
      order.push(name);
      if (name.startsWith('t')) await client.query('commit');
      client.release();
    });
    // Everybody has asked by now, in this order.
    await setImmediate();
    await first.query('commit');
    first.release();
    await Promise.all(work);
    expect(order).toEqual(['t1', 's1', 't2', 's2', 's3', 't3']);
  });

  it('lets timers and sockets run during a flood of statements', async () => {
    let beats = 0;
    const heart = setInterval(() => {
      beats += 1;
    }, 1);
    const started = performance.now();
    await Promise.all(Array.from({ length: 2_000 }, () => pool.query('select 1')));
    clearInterval(heart);
    const flood = performance.now() - started;
    expect(beats).toBeGreaterThan(flood / 50);
  });
});

describe('answers', () => {
  it('counts rows and names the command as a server does', async () => {
    const answers = [];
    for (const [text, ...parameters] of [
      ['insert into notes values ($1), ($2)', 'a', 'b'],
      ['update notes set text = $1', 'c'],
      [`update notes set text = 'd' where false`],
      ['delete from notes where text = $1 returning text', 'c'],
      ['select 1 as one'],
    ] as const) {
      answers.push(await pool.query(text, parameters));
    }
    expect(answers).toEqual([
      { command: 'INSERT', rowCount: 2, rows: [] },
      { command: 'UPDATE', rowCount: 2, rows: [] },
      { command: 'UPDATE', rowCount: 0, rows: [] },
      { command: 'DELETE', rowCount: 2, rows: [{ text: 'c' }, { text: 'c' }] },
      { command: 'SELECT', rowCount: 1, rows: [{ one: 1 }] },
    ]);
  });
});

describe('notifications', () => {
  it('reach the clients that listen, until they stop', async () => {
    const [one, two] = [await pool.connect(), await pool.connect()];
    const heard: [string, Notification][] = [];
    one.on('notification', (message) => heard.push(['one', message]));
    two.on('notification', (message) => heard.push(['two', message]));
    await one.query('-- jobs\nLISTEN Bullmq_jobs;\n');
    await two.query('listen bullmq_jobs');
    await pool.query(`select pg_notify('bullmq_jobs', 'q')`);
    const message = { channel: 'bullmq_jobs', payload: 'q' };
    await expect
      .poll(() => heard)
      .toEqual([
        ['one', message],
        ['two', message],
      ]);

    heard.length = 0;
    await one.query('unlisten *');
    await pool.query(`notify bullmq_jobs, 'r'`);
    await expect.poll(() => heard).toEqual([['two', { channel: 'bullmq_jobs', payload: 'r' }]]);

    two.release();
    expect(pool.totalCount).toBe(1);
    await expect
      .poll(async () => (await pool.query('select pg_listening_channels() as channel')).rows)
      .toEqual([]);
    one.release();
  });
});

describe('the end', () => {
  it('refuses every query afterwards, waiting ones included', async () => {
    const other = await embeddedCopy();
    const database = await openDatabase({ dataDir: other });
    const { pool } = database;
    const client = await pool.connect();
    await client.query('begin');
    const waiting = pool.query('select 1');
    const closed = database.close();
    await expect(waiting).rejects.toMatchObject({ code: 'storage.closed' });
    await closed;
    await expect(client.query('select 1')).rejects.toMatchObject({ code: expect.stringMatching('storage') });
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'storage.closed' });
    await expect(pool.connect()).rejects.toMatchObject({ code: 'storage.closed' });
    await rm(other, { recursive: true });
  });

  it('refuses a client that was released', async () => {
    const client = await pool.connect();
    client.release();
    await expect(client.query('select 1')).rejects.toMatchObject({ code: 'storage.misuse' });
    expect(() => client.release()).toThrow(expect.objectContaining({ code: 'storage.misuse' }));
  });
});

describe('a session that fails in itself', () => {
  function failing(error: Error): EmbeddedSession {
    const fail = () => Promise.reject(error);
    return {
      query: fail,
      exec: fail,
      isInTransaction: () => true,
      onNotification: () => () => undefined,
      close: fail,
      closed: false,
    };
  }

  it.each([
    ['storage.disk_full', Object.assign(new Error('could not write'), { code: '53100' })],
    ['storage.disk_full', new Error('ENOSPC: no space left on device')],
    ['storage.embedded_failed', new RangeError('unreachable')],
    ['storage.embedded_failed', Object.assign(new Error('lost'), { code: 'XX000', severity: 'PANIC' })],
  ])('says so (%s), answers no more, and closes', async (code, error) => {
    const broken = new PglitePool(failing(error));
    const told: Error[] = [];
    broken.on('error', (reason) => told.push(reason));
    await expect(broken.query('select 1')).rejects.toMatchObject({ code });
    await expect(broken.query('select 1')).rejects.toMatchObject({ code });
    expect(told).toHaveLength(1);
    await broken.end();
  });

  it('names DATA_DIR when part of the database is missing', async () => {
    const other = await embeddedCopy();
    await rm(join(other, 'pglite', 'global'), { recursive: true });
    await expect(openDatabase({ dataDir: other })).rejects.toMatchObject({
      code: 'storage.directory_unusable',
      message: expect.stringContaining('DATA_DIR'),
    });
    await rm(other, { recursive: true });
  });
});
