import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { errorCode } from '../../src/storage/errors.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

// What the database refuses by itself, whatever the code above it does.

const UNIQUE = '23505';
const CHECK = '23514';
const RESTRICT = '23001';
const AT = new Date('2024-06-20T04:05:00Z');

let test: TestDatabase;
let db: Database['db'];
let clientId: string;

beforeAll(async () => {
  test = await testDatabase();
  db = test.database.db;
  await db
    .insertInto('kinds')
    .values({ code: 'message', label: '用件', aliases: [], template: 'message', position: 1 })
    .execute();
  clientId = randomUUID();
  await db
    .insertInto('clients')
    .values({
      id: clientId,
      code: 'sample',
      name: '株式会社サンプル',
      kana: 'サンプル',
      aliases: ['ｻﾝﾌﾟﾙ', 'a,"b"'],
      own_numbers: [],
      forwarding_numbers: [],
      status: 'active',
      greeting: null,
      operator_notes: null,
      search_text: 'sample',
      created_at: AT,
      updated_at: AT,
    })
    .execute();
});

afterAll(() => test.dispose());

async function aCall(key: string = randomUUID()): Promise<string> {
  const id = randomUUID();
  await db
    .insertInto('calls')
    .values({
      id,
      receipt_number: `20240620-${id.slice(0, 8)}`,
      entry_key: key,
      client_id: clientId,
      kind: 'message',
      rule: JSON.stringify({ counted: true, reported: true, flagged: false }),
      source: 'line',
      operator_id: 'U1',
      operator_name: '鈴木',
      occurred_at: AT,
      recorded_at: AT,
      addressee_id: null,
      addressee_name: null,
      caller_company: null,
      caller_name: '佐藤',
      caller_kana: null,
      number_state: 'withheld',
      number_raw: null,
      number_e164: null,
      number_display: null,
      number_confirmed: false,
      message: null,
      quote: null,
      wish: null,
      urgent: false,
      surcharge_code: null,
      surcharge_yen: null,
      surcharge_label: null,
    })
    .execute();
  return id;
}

function usage(callId: string, type: 'count' | 'credit' | 'surcharge', more: object = {}) {
  return {
    id: randomUUID(),
    client_id: clientId,
    call_id: callId,
    type,
    month: '2024-06-01',
    amount_yen: type === 'surcharge' ? 200 : 0,
    reverses: null,
    reason: null,
    actor: 'U1',
    at: AT,
    ...more,
  };
}

const codeOf = (work: Promise<unknown>) => work.then(() => 'accepted', errorCode);

describe('P1 an entry records once', () => {
  it('refuses a second call with the same key', async () => {
    await aCall('view-1');
    expect(await codeOf(aCall('view-1'))).toBe(UNIQUE);
  });

  it('lets one of many at once through', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => codeOf(aCall('view-2'))));
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(results.filter((result) => result === UNIQUE)).toHaveLength(9);
  });

  it('keeps nothing of a transaction that failed', async () => {
    const failing = db.transaction().execute(async (trx) => {
      await trx.insertInto('receipt_days').values({ day: '2024-06-20', first: 1 }).execute();
      throw new Error('the process died here');
    });
    await expect(failing).rejects.toThrow('the process died here');
    expect(await db.selectFrom('receipt_days').selectAll().execute()).toEqual([]);
  });
});

describe('P5 counted = reported', () => {
  it('refuses a rule that counts without reporting', async () => {
    const rule = {
      id: randomUUID(),
      kind: 'message',
      client_id: null,
      effective_from: '2024-04-01',
      flagged: false,
    };
    const insert = (flags: { counted: boolean; reported: boolean }) =>
      codeOf(
        db
          .insertInto('kind_rules')
          .values({ ...rule, ...flags })
          .execute(),
      );
    expect(await insert({ counted: true, reported: false })).toBe(CHECK);
    expect(await insert({ counted: false, reported: true })).toBe(CHECK);
    expect(await insert({ counted: true, reported: true })).toBe('accepted');
  });

  it('has at most one live count a call; after a credit it may be counted again', async () => {
    const callId = await aCall();
    const insert = (event: ReturnType<typeof usage>) =>
      codeOf(db.insertInto('usage_events').values(event).execute());
    const first = usage(callId, 'count');
    expect(await insert(first)).toBe('accepted');
    expect(await insert(usage(callId, 'count'))).toBe(UNIQUE);
    expect(await insert(usage(callId, 'surcharge'))).toBe('accepted');
    expect(await insert(usage(callId, 'credit', { reverses: first.id }))).toBe('accepted');
    expect(await insert(usage(callId, 'credit', { reverses: first.id }))).toBe(UNIQUE);
    expect(await insert(usage(callId, 'count'))).toBe('accepted');
    expect(await insert(usage(callId, 'count'))).toBe(UNIQUE);
  });

  it.each(['read committed', 'repeatable read', 'serializable'] as const)(
    'holds when many count the same call at once (%s)',
    async (isolation) => {
      const callId = await aCall();
      const transaction = db.transaction().setIsolationLevel(isolation);
      const count = () =>
        transaction.execute(async (trx) => {
          await sql`select 1 from calls`.execute(trx);
          await trx.insertInto('usage_events').values(usage(callId, 'count')).execute();
        });
      const results = await Promise.all(Array.from({ length: 12 }, () => codeOf(count())));
      const { live } = await db
        .selectFrom('usage_events')
        .select((eb) => eb.fn.countAll<number>().as('live'))
        .where('call_id', '=', callId)
        .executeTakeFirstOrThrow();
      // From an old snapshot the database refuses to count at all.
      expect(live).toBe(isolation === 'read committed' ? 1 : 0);
      expect(results.filter((result) => result === 'accepted')).toHaveLength(live);
    },
  );

  it('has credits only of the client, call and month of what they take back, at no price within it', async () => {
    const [callId, otherCall] = [await aCall(), await aCall()];
    const insert = (event: ReturnType<typeof usage>) =>
      codeOf(db.insertInto('usage_events').values(event).execute());
    const count = usage(callId, 'count');
    await insert(count);
    const reverses = count.id;
    expect(await insert(usage(otherCall, 'credit', { reverses }))).toBe(CHECK);
    expect(await insert(usage(callId, 'credit', { reverses, month: '2024-07-01' }))).toBe(CHECK);
    expect(await insert(usage(callId, 'credit', { reverses, amount_yen: -148 }))).toBe(CHECK);
    expect(await insert(usage(callId, 'credit', { reverses: null }))).toBe(CHECK);
    const late = { reverses, month: '2024-07-01', of_month: '2024-06-01' };
    expect(await insert(usage(callId, 'credit', { ...late, amount_yen: 1 }))).toBe(CHECK);
    expect(await insert(usage(callId, 'credit', { ...late, of_month: '2024-08-01' }))).toBe(CHECK);
    expect(await insert(usage(callId, 'credit', { ...late, amount_yen: -148 }))).toBe('accepted');
    expect(await insert(usage(otherCall, 'count', { amount_yen: 1 }))).toBe(CHECK);
    expect(await insert(usage(otherCall, 'surcharge', { amount_yen: -1 }))).toBe(CHECK);
  });

  it('never lets a client on a plan or extra without a price, or charges it twice', async () => {
    const plan = (effective_from: string, over: object = {}) =>
      db
        .insertInto('plans')
        .values({
          code: 'p',
          effective_from,
          name: 'p',
          base_yen: 1,
          included_calls: 1,
          over_yen: 1,
          ...over,
        })
        .execute();
    const on = (from_month: string, plan_code = 'p') =>
      codeOf(db.insertInto('client_plans').values({ client_id: clientId, from_month, plan_code }).execute());
    await plan('2024-04-01');
    expect(await codeOf(plan('2024-05-01', { over_yen: -1 }))).toBe(CHECK);
    expect(await codeOf(plan('2024-04-01'))).toBe(UNIQUE);
    expect(await on('2024-03-01')).toBe(CHECK);
    expect(await on('2024-04-01', 'q')).toBe(CHECK);
    expect(await on('2024-04-01')).toBe('accepted');
    expect(await codeOf(db.deleteFrom('plans').execute())).toBe(RESTRICT);
    expect(await codeOf(db.updateTable('plans').set({ effective_from: '2025-01-01' }).execute())).toBe(
      RESTRICT,
    );

    const extra = { code: 'x', effective_from: '2024-04-01', name: 'x' };
    expect(
      await codeOf(
        db
          .insertInto('extras')
          .values({ ...extra, monthly_yen: -1 })
          .execute(),
      ),
    ).toBe(CHECK);
    await db
      .insertInto('extras')
      .values({ ...extra, monthly_yen: 1 })
      .execute();
    const line = (from_month: string, to_month: string | null, over: object = {}) =>
      codeOf(
        db
          .insertInto('client_extras')
          .values({ client_id: clientId, extra_code: 'x', from_month, to_month, quantity: 1, ...over })
          .execute(),
      );
    expect(await line('2024-03-01', null)).toBe(CHECK);
    expect(await line('2024-05-01', '2024-04-01')).toBe(CHECK);
    expect(await line('2024-05-01', '2024-06-01', { quantity: 0 })).toBe(CHECK);
    expect(await line('2024-05-01', '2024-06-01')).toBe('accepted');
    expect(await line('2024-06-01', null)).toBe(CHECK);
    expect(await line('2024-04-01', '2024-05-01')).toBe(CHECK);
    expect(await line('2024-07-01', null)).toBe('accepted');
    expect(await codeOf(db.deleteFrom('extras').execute())).toBe(RESTRICT);
  });

  it('never changes or deletes an event', async () => {
    const event = usage(await aCall(), 'surcharge');
    await db.insertInto('usage_events').values(event).execute();
    const change = db.updateTable('usage_events').set({ amount_yen: 300 }).where('id', '=', event.id);
    const remove = db.deleteFrom('usage_events').where('id', '=', event.id);
    expect(await codeOf(change.execute())).toBe(RESTRICT);
    expect(await codeOf(remove.execute())).toBe(RESTRICT);
    const kept = db.selectFrom('usage_events').select('amount_yen').where('id', '=', event.id);
    expect(await kept.executeTakeFirst()).toEqual({ amount_yen: 200 });
  });

  it('never forgets them all at once', async () => {
    await db
      .insertInto('usage_events')
      .values(usage(await aCall(), 'surcharge'))
      .execute();
    expect(await codeOf(sql`truncate usage_events cascade`.execute(db))).toBe(RESTRICT);
  });
});

describe('P4 no report twice', () => {
  async function aReport(): Promise<string> {
    const id = randomUUID();
    await db
      .insertInto('reports')
      .values({
        id,
        call_id: await aCall(),
        client_id: clientId,
        sequence: 1,
        purpose: 'initial',
        template: 'message',
        month_count: 1,
        month_included: 20,
        created_at: AT,
      })
      .execute();
    return id;
  }

  async function aDestination(address: string): Promise<string> {
    const id = randomUUID();
    await db
      .insertInto('destinations')
      .values({
        id,
        client_id: clientId,
        roster_member_id: null,
        channel: 'chatwork',
        address,
        mention: null,
        position: 1,
        fallback: false,
        active: true,
        disabled_at: null,
        disabled_reason: null,
      })
      .execute();
    return id;
  }

  const delivery = (reportId: string, destinationId: string, address: string, more: object = {}) => ({
    id: randomUUID(),
    report_id: reportId,
    client_id: clientId,
    destination_id: destinationId,
    channel: 'chatwork' as const,
    credential: 'chatwork',
    address,
    mention: null,
    mark: randomUUID(),
    urgent: false,
    body: JSON.stringify({ text: '【受電報告】' }),
    template_version: '1',
    state: 'due' as const,
    next_attempt_at: AT,
    lease_until: null,
    receipt: null,
    reason: null,
    said: null,
    replaces: null,
    waiting_since: AT,
    created_at: AT,
    updated_at: AT,
    ended_at: null,
    ...more,
  });

  const insert = (row: ReturnType<typeof delivery>) =>
    codeOf(db.insertInto('deliveries').values(row).execute());

  it('has one delivery per report, channel and address', async () => {
    const [reportId, otherReportId] = [await aReport(), await aReport()];
    const destinationId = await aDestination('111');
    expect(await insert(delivery(reportId, destinationId, '111'))).toBe('accepted');
    expect(await insert(delivery(reportId, destinationId, '111'))).toBe(UNIQUE);
    expect(await insert(delivery(reportId, destinationId, '112'))).toBe('accepted');
    expect(await insert(delivery(otherReportId, destinationId, '111'))).toBe('accepted');
  });

  it('has one attempt per delivery and generation', async () => {
    const destinationId = await aDestination('222');
    const row = delivery(await aReport(), destinationId, '222');
    await insert(row);
    const attempt = (generation: number) =>
      codeOf(
        db
          .insertInto('attempts')
          .values({
            id: randomUUID(),
            delivery_id: row.id,
            generation,
            started_at: AT,
            finished_at: null,
            outcome: null,
            reason: null,
            said: null,
            receipt: null,
          })
          .execute(),
      );
    expect(await attempt(1)).toBe('accepted');
    expect(await attempt(1)).toBe(UNIQUE);
    expect(await attempt(2)).toBe('accepted');
  });

  it('has a lease exactly while queued or sending, and an end exactly when ended', async () => {
    const destinationId = await aDestination('333');
    const reportId = await aReport();
    const with_ = (more: object) => insert(delivery(reportId, destinationId, randomUUID(), more));
    const lease = { lease_until: AT };
    expect(await with_({ state: 'queued' })).toBe(CHECK);
    expect(await with_({ state: 'due', ...lease })).toBe(CHECK);
    expect(await with_({ state: 'sending', ...lease })).toBe('accepted');
    expect(await with_({ state: 'delivered' })).toBe(CHECK);
    expect(await with_({ state: 'delivered', ended_at: AT })).toBe('accepted');
  });
});

it('P10 keeps the row out of the error of a refused statement', async () => {
  const secret = '090-0000-1234';
  const refused = sql`insert into plans (code, effective_from, name, base_yen, included_calls, over_yen)
    values ('small', '2024-04-01', ${secret}, -1, 0, 0)`.execute(db);
  const error = await refused.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(errorCode(error)).toBe(CHECK);
  const everything = Object.getOwnPropertyNames(error).map((key) => Reflect.get(error as object, key));
  expect(JSON.stringify(everything)).not.toContain(secret);
});
