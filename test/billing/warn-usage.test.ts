import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeMonth } from '../../src/billing/close-month.ts';
import { createUsageWatch, type UsageWatch } from '../../src/billing/warn-usage.ts';
import { atJst } from '../../src/domain/calendar.ts';
import { errorCode } from '../../src/storage/errors.ts';
import { ledger, reclassify, recorded, retract, SUPERVISOR } from '../intake/changes.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let usage: UsageWatch;
beforeAll(async () => {
  world = await createWorld();
  // Five calls for 1,000 yen, so that four are 80 %; and what would cost less from the sixth on.
  const price = { effective_from: '2020-01-01', over_yen: 300 };
  await world.db
    .insertInto('plans')
    .values([
      { ...price, code: 'tiny', name: 'タイニー', base_yen: 1000, included_calls: 5 },
      { ...price, code: 'double', name: 'ダブル', base_yen: 1200, included_calls: 10 },
    ])
    .execute();
  usage = createUsageWatch({
    db: world.db,
    addReport: world.delivery.addReport,
    clock: world.clock.now,
    newId,
    wake: () => undefined,
    log: pino({ level: 'silent' }),
  });
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

async function onTiny(code: string, o: Partial<Parameters<World['addClient']>[0]> = {}): Promise<string> {
  const id = await world.addClient({ code, ...o });
  await world.db.updateTable('client_plans').set({ plan_code: 'tiny' }).where('client_id', '=', id).execute();
  return id;
}

async function calls(clientId: string, count: number, over = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await recorded(world, clientId, over));
  return ids;
}

/** What arrived of it on Chatwork, less what is always the same. */
async function told(): Promise<readonly string[]> {
  await usage.watch();
  await world.deliverOnce();
  return world.chatwork.sent
    .map(({ body }) => ('text' in body ? body.text : ''))
    .filter((text) => text.includes('【ご利用状況】'))
    .map((text) => /の受電が.*?。/.exec(text)?.[0] ?? text);
}

async function staffTold(): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom('notices')
    .select(['key', 'target', 'body'])
    .where('key', 'like', 'usage:%')
    .orderBy('id')
    .execute();
  return rows.map(({ target, body }) => `${target} ${JSON.stringify(body)}`);
}

const marks = () =>
  world.db.selectFrom('usage_warnings').select(['percent', 'state']).orderBy('percent').execute();

describe('a plan that is being used up', () => {
  it('P4 P5 is told of at 80 and 100 %, once each, to client and supervisors, and is never counted', async () => {
    const acme = await onTiny('acme');
    await calls(acme, 3);
    expect(await told()).toEqual([]);
    const [fourth = ''] = await calls(acme, 1);
    const reached80 = 'の受電が4回となり、タイニーに含まれる5回の80%に達しました。';
    expect(await told()).toEqual([reached80]);
    await Promise.all([recorded(world, acme), recorded(world, acme)]);
    await Promise.all([usage.watch(), usage.watch()]);
    const reached100 = 'の受電が6回となり、タイニーに含まれる5回を超えました。';
    expect(await told()).toEqual([reached80, reached100]);
    await calls(acme, 6);
    expect(await told()).toHaveLength(2);

    const [first = '', second = '', ...more] = await staffTold();
    expect(more).toEqual([]);
    expect(first).toContain('staff');
    // 18 June 2026: 14 of 22 business days.
    expect(first).toContain('約6回(営業日22日のうち14日で4回のペース)');
    expect(first).toContain('タイニー 1,000円+1回×300円=1,300円');
    expect(first).toContain('ダブル 1,200円');
    expect(first).toContain('顧客にも同じ内容をお知らせしました。');
    expect(second).toContain('5回を超えました');
    const counts = await world.db.selectFrom('usage_events').select('id').execute();
    expect(counts).toHaveLength(12);
    expect(await ledger(world, fourth)).toEqual([
      'initial chatwork 1001 delivered',
      'usage_notice chatwork 1001 delivered',
    ]);
    // Never said again, by the database's own word.
    const change = world.db
      .updateTable('usage_warnings')
      .set({ state: 'waiting', figures: null, ended_at: null });
    expect(await change.execute().then(() => 'done', errorCode)).toBe('23001');
    expect(
      await world.db
        .deleteFrom('usage_warnings')
        .execute()
        .then(() => 'done', errorCode),
    ).toBe('23001');
  });

  it('P4 is not told again when calls are credited and counted again, nor at all when credited in time', async () => {
    const acme = await onTiny('acme');
    const [one = '', two = ''] = await calls(acme, 4);
    await retract(world, one, SUPERVISOR);
    expect(await told()).toEqual([]);
    expect(await marks()).toEqual([]);
    await calls(acme, 1);
    expect(await told()).toHaveLength(1);
    await reclassify(world, two, 'sales', SUPERVISOR);
    await reclassify(world, two, 'message', SUPERVISOR);
    await calls(acme, 0);
    expect(await told()).toHaveLength(1);
    expect(await marks()).toEqual([{ percent: 80, state: 'told' }]);
  });

  it('is told at the next opening when reached at night, both marks in one word', async () => {
    const acme = await onTiny('acme');
    world.clock.set(atJst('2026-06-19', '18:00'));
    await calls(acme, 4);
    world.clock.set(atJst('2026-06-20', '12:00'));
    await calls(acme, 1);
    expect(await told()).toEqual([]);
    world.clock.set(atJst('2026-06-22', '08:59'));
    expect(await told()).toEqual([]);
    world.clock.set(atJst('2026-06-22', '09:00'));
    expect(await told()).toEqual(['の受電が5回となり、タイニーに含まれる5回に達しました。']);
    expect(await marks()).toEqual([
      { percent: 80, state: 'dropped' },
      { percent: 100, state: 'told' },
    ]);
    // The clock was down all day: not in the evening either.
    await calls(await onTiny('beta'), 4);
    world.clock.set(atJst('2026-06-22', '22:00'));
    expect(await told()).toHaveLength(1);
    world.clock.set(atJst('2026-06-23', '09:00'));
    expect(await told()).toHaveLength(2);
  });

  it('reached on the last evening is told after the month without a forecast, and not once it is closed', async () => {
    const acme = await onTiny('acme');
    world.clock.set(atJst('2026-06-30', '19:00'));
    await calls(acme, 4);
    world.clock.set(atJst('2026-07-01', '09:00'));
    expect(await told()).toHaveLength(1);
    expect((await staffTold())[0]).toContain('2026年6月の受電が4回となり');
    expect((await staffTold())[0]).not.toContain('月末の見込み');
    const beta = await onTiny('beta');
    await calls(beta, 4, { occurredAt: atJst('2026-06-30', '18:00') });
    await closeMonth(world.db, { clock: world.clock.now, newId }, { month: '2026-06', by: 'U0SUPERVIS1' });
    expect(await told()).toHaveLength(1);
    expect(await marks()).toEqual([
      { percent: 80, state: 'told' },
      { percent: 80, state: 'dropped' },
    ]);
  });

  it('P9 goes to the client’s own places and its responsible person, not to whom the call was for', async () => {
    const acme = await onTiny('acme');
    const asked = await world.addMember({
      clientId: acme,
      name: '山田',
      destinations: [{ channel: 'email', address: 'yamada@acme.example' }],
    });
    await world.addMember({
      clientId: acme,
      name: '佐藤',
      responsible: true,
      destinations: [{ channel: 'email', address: 'sato@acme.example' }],
    });
    const [, , , fourth = ''] = await calls(acme, 4, { addressee: { type: 'member', memberId: asked } });
    await world.deliverOnce();
    await told();
    const sent = (await ledger(world, fourth)).filter((line) => line.startsWith('usage_notice'));
    expect(sent).toEqual([
      'usage_notice chatwork 1001 delivered',
      'usage_notice email sato@acme.example delivered',
    ]);
    // Taking the call back takes nothing back of it.
    await retract(world, fourth, SUPERVISOR);
    expect(await ledger(world, fourth)).toContain('usage_notice chatwork 1001 delivered');
    const purposes = (await ledger(world, fourth)).filter((line) => line.includes('sato'));
    expect(purposes).toEqual(['usage_notice email sato@acme.example delivered']);
  });

  it('P2 P3 is none of sales calls, nor without a plan; without a place staff alone is told', async () => {
    const acme = await onTiny('acme');
    await calls(acme, 6, { kind: 'sales', message: null });
    const free = await world.addClient({ code: 'free' });
    await world.db.deleteFrom('client_plans').where('client_id', '=', free).execute();
    await calls(free, 6);
    expect(await told()).toEqual([]);
    expect(await marks()).toEqual([]);
    const lost = await onTiny('lost', { destinations: [] });
    await calls(lost, 4);
    expect(await told()).toEqual([]);
    expect(await staffTold()).toEqual([
      expect.stringContaining('使える宛先がないため、顧客にはお知らせしていません。'),
    ]);
  });
});
