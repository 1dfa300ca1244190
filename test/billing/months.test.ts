import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeMonth, monthTotals } from '../../src/billing/close-month.ts';
import { correctUsage } from '../../src/billing/correct-usage.ts';
import { countCall } from '../../src/billing/count-call.ts';
import { type MonthStatement, statementOf, statementsOf, summariesOf } from '../../src/billing/statements.ts';
import { usageOf } from '../../src/billing/usage.ts';
import { errorCode } from '../../src/storage/errors.ts';
import type { Schema } from '../../src/storage/schema.ts';
import { correct, liveCounts, reclassify, recorded, retract, SUPERVISOR } from '../intake/changes.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const CLOSED = '55000';
const RESTRICT = '23001';
const codeOf = (work: Promise<unknown>) => work.then(() => 'accepted', errorCode);

const deps = () => ({ clock: world.clock.now, newId });
const close = (month: string, o: { readonly seenEvents?: number } = {}) =>
  closeMonth(world.db, deps(), { month, by: 'U0SUPERVIS1', ...o });

async function statement(clientId: string, month: string): Promise<MonthStatement> {
  const found = await statementOf(world.db, clientId, month);
  if (found === undefined) throw new Error(`no statement of ${month}`);
  return found;
}

async function calls(clientId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await recorded(world, clientId));
  return ids;
}

const lines = (of: MonthStatement) => of.lines.map(({ type, yen }) => [type, yen]);

describe('a month', () => {
  it('P5 is that of the call, to the second in Japan, not of its entry', async () => {
    const acme = await world.addClient({ code: 'acme' });
    world.clock.set('2026-06-30T15:05:00Z');
    const last = await recorded(world, acme, { occurredAt: new Date('2026-06-30T14:59:59Z') });
    const first = await recorded(world, acme, { occurredAt: new Date('2026-06-30T15:00:00Z') });
    expect((await statement(acme, '2026-06')).calls.map(({ id }) => id)).toEqual([last]);
    expect((await statement(acme, '2026-07')).calls.map(({ id }) => id)).toEqual([first]);
  });

  it('closes when it is over, in its turn, and with the figures somebody saw', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await calls(acme, 2);
    expect(await close('2026-06')).toMatchObject({ why: { type: 'not-over' } });
    world.clock.set('2026-08-03T00:30:00Z');
    const totals = await monthTotals(world.db, '2026-06');
    expect(totals).toMatchObject({ statements: 1, counted: 2, totalYen: 2960, taxYen: 269, events: 2 });
    expect(await close('2026-07')).toMatchObject({ why: { type: 'earlier-open', month: '2026-06' } });
    await recorded(world, acme, { occurredAt: new Date('2026-06-30T14:00:00Z') });
    expect(await close('2026-06', { seenEvents: 2 })).toMatchObject({ why: { type: 'changed' } });
    expect(await close('2026-06', { seenEvents: 3 })).toEqual({ type: 'closed', statements: 1 });
    expect(await close('2026-06')).toEqual({ type: 'closed', statements: 1 });
    expect(await close('2026-07')).toEqual({ type: 'closed', statements: 1 });
    const audit = await world.db.selectFrom('audit_log').select(['action', 'actor', 'subject_id']).execute();
    expect(audit).toEqual([
      { action: 'month.closed', actor: 'U0SUPERVIS1', subject_id: '2026-06' },
      { action: 'month.closed', actor: 'U0SUPERVIS1', subject_id: '2026-07' },
    ]);
  });

  it('P5 once closed is kept so by the database itself', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [callId = ''] = await calls(acme, 1);
    world.clock.set('2026-07-01T00:30:00Z');
    await close('2026-06');
    const event = (month: string) => ({
      ...{ id: newId(), client_id: acme, call_id: callId, type: 'surcharge' as const, month, amount_yen: 1 },
      ...{ reverses: null, reason: null, actor: 'x', at: world.clock.now() },
    });
    const add = (month: string) => codeOf(world.db.insertInto('usage_events').values(event(month)).execute());
    expect(await add('2026-06-01')).toBe(CLOSED);
    expect(await add('2026-05-01')).toBe(CLOSED);
    expect(await add('2026-07-01')).toBe('accepted');
    const { db } = world;
    for (const change of [
      () => db.updateTable('billing_months').set({ closed_by: 'y' }).execute(),
      () => db.updateTable('billing_months').set({ written_at: null }).execute(),
      () => db.deleteFrom('billing_months').execute(),
      () => db.updateTable('statements').set({ total_yen: 0 }).execute(),
      () => db.deleteFrom('statements').execute(),
      () => sql`truncate statements`.execute(db),
      () =>
        db
          .insertInto('billing_months')
          .values({ month: '2026-09-01', closed_at: world.clock.now(), closed_by: 'x', written_at: null })
          .execute(),
    ]) {
      expect(await codeOf(change())).toBe(RESTRICT);
    }
  });

  it('P5 once closed keeps its statement to the letter, whatever comes later', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [first = '', second = ''] = await calls(acme, 22);
    await correct(world, first, { surcharge: 'shouting' });
    world.clock.set('2026-07-01T00:30:00Z');
    const open = await statement(acme, '2026-06');
    await close('2026-06');
    const closed = await statement(acme, '2026-06');
    expect(closed).toEqual({ ...open, closed: true });
    expect(lines(closed)).toEqual([
      ['base', 2960],
      ['over', 296],
      ['surcharge', 200],
    ]);

    world.clock.advance(1000);
    await reclassify(world, first, 'sales', SUPERVISOR);
    await correct(world, second, { addressee: { type: 'heard', name: '佐藤' } }, SUPERVISOR);
    await world.db.updateTable('clients').set({ name: '株式会社別名' }).execute();
    await world.db.updateTable('plans').set({ base_yen: 1, name: '別プラン' }).execute();
    try {
      expect(await statement(acme, '2026-06')).toEqual(closed);
      const [streamed] = await all(statementsOf(world.db, '2026-06'));
      expect(streamed).toEqual(closed);
      const { calls: _calls, takenBack: _takenBack, ...summary } = closed;
      expect(await all(summariesOf(world.db, '2026-06'))).toEqual([summary]);
    } finally {
      await world.db.updateTable('plans').set({ base_yen: 2960, name: 'スモール' }).execute();
    }
  });
});

describe('P5 what comes after the closing', () => {
  it('is given back at what it had cost, in the open month, naming the call and its day', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const ids = await calls(acme, 22);
    world.clock.set('2026-07-01T00:30:00Z');
    await close('2026-06');
    // The 22nd and the 21st cost 148 each; the 20th nothing.
    for (const callId of ids.slice(0, 3)) await reclassify(world, callId, 'sales', SUPERVISOR);
    await calls(acme, 1);
    const july = await statement(acme, '2026-07');
    expect(lines(july)).toEqual([
      ['base', 2960],
      ['credit', -148],
      ['credit', -148],
      ['credit', 0],
    ]);
    expect(july).toMatchObject({ counted: 1, credited: 3, totalYen: 2664 });
    expect(july.lines[1]).toMatchObject({
      ofMonth: '2026-06',
      reason: '聞き間違い',
      call: { id: ids[0], receiptNumber: '20260618-0001', occurredAt: new Date('2026-06-18T04:05:00Z') },
    });

    // Counted after all: as if nothing had been.
    for (const callId of ids.slice(0, 3)) await reclassify(world, callId, 'message', SUPERVISOR);
    expect((await statement(acme, '2026-07')).totalYen).toBe(2960);
    expect(usageOf(await statement(acme, '2026-07'))).toMatchObject({ lateYen: 296, creditYen: -296 });
  });

  it('a late entry costs what it would have cost in its month, and is told so', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await calls(acme, 20);
    world.clock.set('2026-07-01T00:30:00Z');
    await close('2026-06');
    const late = { occurredAt: new Date('2026-06-30T14:59:59Z'), surcharge: 'shouting' };
    await recorded(world, acme, { ...late, kind: 'harassment' });
    const july = await statement(acme, '2026-07');
    expect(lines(july)).toEqual([
      ['base', 2960],
      ['surcharge', 200],
      ['late-call', 148],
    ]);
    expect(july.counted).toBe(0);
    const { month_count: ordinal, month_included: included } = await world.db
      .selectFrom('reports')
      .select(['month_count', 'month_included'])
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect([ordinal, included]).toEqual([21, 20]);
  });

  it('a surcharge is changed, and an amount corrected, in the open month', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, acme, { surcharge: 'shouting' });
    world.clock.set('2026-07-01T00:30:00Z');
    await close('2026-06');
    const occurredAt = new Date('2026-06-18T04:05:00Z');
    await correct(world, callId, { surcharge: null }, SUPERVISOR);
    await correctUsage(world.db, deps(), {
      ...{ clientId: acme, call: { id: callId, occurredAt }, amountYen: -50, reason: 'お詫び', actor: 'x' },
    });
    await correctUsage(world.db, deps(), {
      ...{ clientId: acme, call: null, amountYen: 30, reason: '調整', actor: 'x' },
    });
    expect(lines(await statement(acme, '2026-07')).slice(1)).toEqual([
      ['surcharge-credit', -200],
      ['correction', -50],
      ['correction', 30],
    ]);
    expect(lines(await statement(acme, '2026-06'))).toContainEqual(['surcharge', 200]);
    const nothing = { clientId: acme, call: null, amountYen: 0.5, reason: 'x', actor: 'x' };
    await expect(correctUsage(world.db, deps(), nothing)).rejects.toThrow(RangeError);
  });

  it('a plan change holds from its month, and a later price does not reach back', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await world.db
      .insertInto('plans')
      .values([
        {
          ...{ code: 'tiny', effective_from: '2026-01-01', name: 'ミニ' },
          ...{ base_yen: 500, included_calls: 1, over_yen: 100 },
        },
        {
          ...{ code: 'tiny', effective_from: '2026-08-01', name: 'ミニ' },
          ...{ base_yen: 600, included_calls: 1, over_yen: 120 },
        },
      ])
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await world.db
      .insertInto('client_plans')
      .values({ client_id: acme, from_month: '2026-07-01', plan_code: 'tiny' })
      .execute();
    await calls(acme, 21);
    world.clock.set('2026-07-20T00:30:00Z');
    const july = await calls(acme, 3);
    world.clock.set('2026-08-03T00:30:00Z');
    await close('2026-06');
    await close('2026-07');
    expect((await statement(acme, '2026-06')).totalYen).toBe(3108);
    expect((await statement(acme, '2026-07')).totalYen).toBe(700);
    await reclassify(world, july[0] ?? '', 'sales', SUPERVISOR);
    expect(lines(await statement(acme, '2026-08'))).toEqual([
      ['base', 600],
      ['credit', -100],
    ]);
  });
});

it('a month by the day has its part of the calls, in the report and on the statement, also after its closing', async () => {
  const acme = await world.addClient({ code: 'acme' });
  await world.db
    .insertInto('plans')
    .values({
      ...{ code: 'daily', effective_from: '2020-01-01', name: '日割り', prorated: true },
      ...{ base_yen: 2960, included_calls: 3, over_yen: 148 },
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await world.db.updateTable('client_plans').set({ plan_code: 'daily' }).execute();
  await world.db.updateTable('clients').set({ contract_from: '2026-06-11' }).execute();
  const [first = ''] = await calls(acme, 2);
  const reports = await world.db.selectFrom('reports').select(['month_count', 'month_included']).execute();
  expect(reports).toContainEqual({ month_count: 2, month_included: 2 });
  expect(lines(await statement(acme, '2026-06'))).toEqual([['base', 1973]]);
  world.clock.set('2026-07-01T00:30:00Z');
  await close('2026-06');
  await recorded(world, acme, { occurredAt: new Date('2026-06-30T14:59:59Z') });
  await reclassify(world, first, 'sales', SUPERVISOR);
  await reclassify(world, first, 'message', SUPERVISOR);
  expect(lines(await statement(acme, '2026-07'))).toEqual([
    ['base', 2960],
    ['late-call', 148],
    ['late-call', 148],
    ['credit', -148],
  ]);
});

describe('P5 two at once', () => {
  it('a closing waits for an entry under way, which is in the month', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [callId = ''] = await calls(acme, 1);
    await retract(world, callId);
    world.clock.set('2026-07-01T00:30:00Z');
    let closing: Promise<unknown> = Promise.resolve();
    let closed = false;
    await world.db.transaction().execute(async (trx) => {
      await countCall(trx, deps(), {
        ...{
          callId,
          clientId: acme,
          occurredAt: new Date('2026-06-18T04:05:00Z'),
          actor: 'x',
          surcharge: null,
        },
      });
      closing = close('2026-06').then(() => {
        closed = true;
      });
      await somebodyWaits(trx);
      expect(closed).toBe(false);
    });
    await closing;
    expect(await statement(acme, '2026-06')).toMatchObject({ closed: true, counted: 1 });
  });

  it('an entry waits for a closing under way, and is in the next month', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await calls(acme, 1);
    world.clock.set('2026-07-01T00:30:00Z');
    let entering: Promise<unknown> = Promise.resolve();
    await world.db.transaction().execute(async (trx) => {
      await sql`select close_month_lock('2026-06-01', '2026-06-01')`.execute(trx);
      entering = recorded(world, acme, { occurredAt: new Date('2026-06-30T14:59:59Z') });
      await somebodyWaits(trx);
      await trx
        .insertInto('billing_months')
        .values({ month: '2026-06-01', closed_at: world.clock.now(), closed_by: 'x', written_at: null })
        .execute();
    });
    await entering;
    // Half-way through a closing nothing is lost either: what is not stored yet is computed.
    expect(await statement(acme, '2026-06')).toMatchObject({ closed: true, counted: 1 });
    expect(lines(await statement(acme, '2026-07'))).toEqual([
      ['base', 2960],
      ['late-call', 0],
    ]);
    expect(await close('2026-06')).toEqual({ type: 'closed', statements: 1 });
  });

  it('many entries and two closings lose and double nothing', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await world.addClient({ code: 'beta' });
    await calls(acme, 1);
    world.clock.set('2026-07-01T00:30:00Z');
    const entries = Array.from({ length: 12 }, (_, n) =>
      recorded(world, acme, { occurredAt: new Date(Date.UTC(2026, 5, 30, 14, n)) }),
    );
    const closings = [close('2026-06'), close('2026-06')];
    expect(await Promise.all(closings)).toEqual([
      { type: 'closed', statements: 2 },
      { type: 'closed', statements: 2 },
    ]);
    const ids = await Promise.all(entries);
    const june = await statement(acme, '2026-06');
    const july = await statement(acme, '2026-07');
    const named = [
      ...june.calls.map(({ id }) => id),
      ...july.lines.flatMap((line) => ('call' in line && line.call ? [line.call.id] : [])),
    ];
    expect(new Set(named).size).toBe(13);
    expect(named).toHaveLength(13);
    for (const id of ids) expect(await liveCounts(world, id)).toBe(1);
  });

  it('two reclassifications of one call credit it once', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [callId = ''] = await calls(acme, 21);
    world.clock.set('2026-07-01T00:30:00Z');
    await close('2026-06');
    await Promise.all([1, 2, 3].map(() => reclassify(world, callId, 'sales', SUPERVISOR)));
    expect((await statement(acme, '2026-07')).totalYen).toBe(2960 - 148);
  });

  it('P7 a queue played again counts nothing twice', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await calls(acme, 3);
    await world.delivery.relay.handOut();
    const jobs = world.jobs.splice(0);
    for (const job of [...jobs, ...jobs]) {
      await world.delivery.attempt.run({ id: job.data.id, generation: job.data.generation ?? 0 });
    }
    expect(world.chatwork.sent).toHaveLength(3);
    expect((await statement(acme, '2026-06')).counted).toBe(3);
  });
});

describe('who has a statement', () => {
  it('clients under contract, and any with events; extras and refused sales as their data says', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const gone = await world.addClient({ code: 'gone' });
    const past = await world.addClient({ code: 'past' });
    await calls(gone, 1);
    for (const clientId of [gone, past]) {
      await world.db
        .updateTable('clients')
        .set({ status: 'ended', contract_until: '2026-05-31' })
        .where('id', '=', clientId)
        .execute();
    }
    await world.db
      .insertInto('extras')
      .values({ code: 'number', effective_from: '2026-01-01', name: '2番目の電話番号', monthly_yen: 1100 })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await world.db
      .insertInto('client_extras')
      .values({
        ...{ client_id: acme, extra_code: 'number', from_month: '2026-05-01' },
        ...{ to_month: '2026-06-01', quantity: 2 },
      })
      .execute();
    await world.db.updateTable('clients').set({ tell_refused_sales: true }).where('id', '=', acme).execute();
    for (const kind of ['sales', 'sales', 'message']) await recorded(world, acme, { kind });

    const june = await all(statementsOf(world.db, '2026-06'));
    expect(june.map(({ client, totalYen }) => [client.code, totalYen])).toEqual([
      ['acme', 2960 + 2200],
      ['gone', 2960],
    ]);
    expect(june.map(({ refusedSales }) => refusedSales)).toEqual([{ calls: 2, savedYen: 0 }, null]);
    const july = await all(statementsOf(world.db, '2026-07'));
    expect(july.map(({ client, totalYen }) => [client.code, totalYen])).toEqual([['acme', 2960]]);
    expect(await statementOf(world.db, past, '2026-06')).toBeUndefined();
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Until somebody waits for what this transaction has locked; embedded, everybody waits for its end anyway. */
async function somebodyWaits(trx: Kysely<Schema>): Promise<void> {
  if (world.database.kind === 'embedded') return;
  await vi.waitFor(async () => {
    const { rows } = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`.execute(trx);
    expect(rows.length).toBeGreaterThan(0);
  });
}
