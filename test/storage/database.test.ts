import { inspect } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { errorCode, isUnavailable } from '../../src/storage/errors.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let test: TestDatabase;
let db: Database['db'];

beforeAll(async () => {
  test = await testDatabase();
  db = test.database.db;
});

afterAll(() => test.dispose());

describe('values cross the driver the same on every backend', () => {
  it('coming back', async () => {
    const { rows } = await sql<Record<string, unknown>>`select
      date '2024-06-20' as day, 5::int8 as big, count(*) as n, sum(1::int4) as total,
      timestamptz '2024-06-20 13:05:00+09' as at, '{"a":[1]}'::jsonb as json,
      array['㈱','b"c,d',null] as texts, array[1,null]::int8[] as bigs, array[date '2024-06-20'] as days,
      1.50::numeric as amount, true as yes, null as nothing,
      '0190a5d2-7b1f-7000-8000-000000000000'::uuid as id`.execute(db);
    expect(rows).toEqual([
      {
        day: '2024-06-20',
        big: 5,
        n: 1,
        total: 1,
        at: new Date('2024-06-20T04:05:00Z'),
        json: { a: [1] },
        texts: ['㈱', 'b"c,d', null],
        bigs: [1, null],
        days: ['2024-06-20'],
        amount: '1.50',
        yes: true,
        nothing: null,
        id: '0190a5d2-7b1f-7000-8000-000000000000',
      },
    ]);
  });

  it('going in, as column values', async () => {
    await sql`create table vessels (n int, big int8, t text, ts text[], at timestamptz, day date, j jsonb, b bool)`.execute(
      db,
    );
    const at = new Date('2024-06-20T04:05:06.789Z');
    const texts = ['㈱ "x"', 'a,b', '{}', '', '\\'];
    const json = { 名: ['佐藤', null, 1] };
    const values = sql`${1}, ${2 ** 40}, ${'5'}, ${texts}, ${at}, ${'2024-06-20'}, ${JSON.stringify(json)}, ${false}`;
    await sql`insert into vessels values (${values})`.execute(db);
    await sql`insert into vessels (n, t, ts) values (${null}, ${undefined}, ${[]})`.execute(db);
    const { rows } = await sql`select * from vessels`.execute(db);
    expect(rows).toEqual([
      { n: 1, big: 2 ** 40, t: '5', ts: texts, at, day: '2024-06-20', j: json, b: false },
      { n: null, big: null, t: null, ts: [], at: null, day: null, j: null, b: null },
    ]);
  });

  it('with the session’s clock at UTC, whatever the machine says', async () => {
    const { rows } =
      await sql`select date_trunc('day', timestamptz '2024-06-20 05:00+09')::text as day`.execute(db);
    expect(rows).toEqual([{ day: '2024-06-19 00:00:00+00' }]);
  });
});

it('tells how many rows a statement changed', async () => {
  await sql`create table counted (n int)`.execute(db);
  const { numAffectedRows } = await sql`insert into counted select generate_series(1, 3)`.execute(db);
  expect(numAffectedRows).toBe(3n);
  expect((await sql`update counted set n = 0 where n > 1`.execute(db)).numAffectedRows).toBe(2n);
});

describe('P10 an error of a statement', () => {
  const secret = '山田 090-0000-1234';

  async function thrown(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it.each([
    ['a value of the wrong type', '22P02', () => sql`select ${secret}::int`.execute(db)],
    ['a number out of range', '22003', () => sql`select ${'90000000001234'}::int4`.execute(db)],
    [
      'a refused row',
      '23514',
      () =>
        sql`insert into plans (code, effective_from, name, base_yen, included_calls, over_yen)
        values ('small', '2024-04-01', ${secret}, -1, 0, 0)`.execute(db),
    ],
    ['words raised in the database', 'P0001', () => sql`do $$ begin raise 'no'; end $$`.execute(db)],
  ])('keeps its code and nothing of what was asked: %s', async (_what, code, work) => {
    const error = await thrown(work());
    expect(errorCode(error)).toBe(code);
    expect(inspect(error, { showHidden: true, depth: 5 })).not.toMatch(/山田|0000.?1234/);
  });
});

it('tells a database that is away from a statement that is wrong', () => {
  const coded = (code: string) => Object.assign(new Error('no'), { code });
  for (const code of ['storage.unreachable', '57P01', '57P03', '08006', '53300', '57014']) {
    expect(isUnavailable(coded(code))).toBe(true);
  }
  for (const code of ['23505', '42601', 'storage.closed', 'ENOENT'])
    expect(isUnavailable(coded(code))).toBe(false);
  expect(isUnavailable(undefined)).toBe(false);
});
