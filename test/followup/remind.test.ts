import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { atJst } from '../../src/domain/calendar.ts';
import type { CallEntry } from '../../src/domain/call.ts';
import type { ReminderSettings } from '../../src/domain/reminders.ts';
import { createDone, type Done } from '../../src/followup/mark-done.ts';
import { createReminders, type Reminders } from '../../src/followup/remind.ts';
import { reclassify } from '../intake/changes.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let reminders: Reminders;
let done: Done;
let wakes = 0;
beforeAll(async () => {
  world = await createWorld();
  const { db, clock, delivery } = world;
  reminders = createReminders({
    db,
    clock: clock.now,
    addReport: delivery.addReport,
    wake: () => {
      wakes += 1;
    },
  });
  done = createDone({ db, clock: clock.now, newId });
});
beforeEach(async () => {
  await world.clear();
  wakes = 0;
});
afterAll(() => world?.dispose());

const MINUTE = 60_000;
const ROOM = { channel: 'chatwork', address: '1001' } as const;
const MAIL = { channel: 'email', address: 'soumu@acme.example' } as const;

/** A client with these reminders, and one call of it reported. Thursday 13:05 JST. */
async function called(
  settings: Partial<ReminderSettings> | null,
  entry: Partial<CallEntry> = {},
): Promise<string> {
  const clientId = await world.addClient({ code: 'acme', destinations: [ROOM] });
  await world.addMember({ clientId, name: '山田', destinations: [MAIL] });
  if (settings !== null) {
    await world.db
      .updateTable('clients')
      .set({ reminders: JSON.stringify({ after: '30m', times: 1, to: [], ...settings }) })
      .execute();
  }
  await world.recorder.record(world.entry(clientId, entry));
  await world.deliverOnce();
  return clientId;
}

async function turn(minutes: number): Promise<void> {
  world.clock.advance(minutes * MINUTE);
  await reminders.remind();
  await world.deliverOnce();
}

const reported = () =>
  world.db.selectFrom('reports').select(['purpose', 'sequence', 'month_count']).orderBy('sequence').execute();
const firstDelivery = async () =>
  (await world.db.selectFrom('deliveries').select('id').orderBy('id').executeTakeFirstOrThrow()).id;
const textOf = (body: unknown) => (body as { text: string }).text;

describe('a reminder', () => {
  it('is off unless the client chose it', async () => {
    await called(null);
    await turn(10 * 24 * 60);
    expect(world.chatwork.sent).toHaveLength(1);
    expect(await world.db.selectFrom('reminders').select('number').execute()).toEqual([]);
  });

  it('says what it is of, has a link of its own, and goes to where the report went, once', async () => {
    await called({});
    await turn(29);
    expect(world.chatwork.sent).toHaveLength(1);
    await turn(1);
    await turn(24 * 60);
    expect(world.chatwork.sent).toHaveLength(2);
    expect(world.email.sent).toHaveLength(0);
    const [first, second] = world.chatwork.sent.map(({ body }) => textOf(body));
    expect(second).toContain(
      '【リマインド】受付番号 20260618-0001 のお電話について、対応済みのお知らせをまだ',
    );
    expect(second).toContain('■ご用件: 見積書の件');
    expect(first).not.toContain('リマインド');
    const link = (text = '') => /\/r\/\S+/.exec(text)?.[0];
    expect(link(second)).toBeDefined();
    expect(link(second)).not.toBe(link(first));
    expect(wakes).toBe(1);
  });

  it('P2 never comes of a sales call, and comes of one that was a customer after all', async () => {
    await called({}, { kind: 'sales' });
    await turn(60);
    expect(world.chatwork.sent).toHaveLength(0);
    const { id } = await world.db.selectFrom('calls').select('id').executeTakeFirstOrThrow();
    expect((await reclassify(world, id, 'message')).type).toBe('changed');
    await world.deliverOnce();
    await turn(29);
    expect(world.chatwork.sent).toHaveLength(1);
    await turn(1);
    expect(world.chatwork.sent).toHaveLength(2);
  });

  it('P5 is not counted, and repeats the count as it was told', async () => {
    await called({});
    await turn(30);
    expect(await reported()).toEqual([
      { purpose: 'initial', sequence: 1, month_count: 1 },
      { purpose: 'reminder', sequence: 2, month_count: 1 },
    ]);
    expect(await world.db.selectFrom('usage_events').select('type').execute()).toEqual([{ type: 'count' }]);
  });

  it('comes again as often as chosen, and no more', async () => {
    await called({ after: '1h', times: 3 });
    for (let hour = 0; hour < 4; hour += 1) await turn(60);
    expect(world.chatwork.sent).toHaveLength(4);
    for (let day = 0; day < 8; day += 1) await turn(24 * 60);
    expect(world.chatwork.sent).toHaveLength(4);
  });

  it('ends a week after the call, however often was chosen', async () => {
    await called({ after: '24h', times: 10 });
    for (let hours = 0; hours < 24 * 20; hours += 6) await turn(6 * 60);
    // Fri 19th, then weekdays at the same time until Thu 25th: a weekend is skipped, a week is all.
    const sent = world.chatwork.sent.length - 1;
    expect(sent).toBeGreaterThanOrEqual(4);
    expect(sent).toBeLessThanOrEqual(6);
    const open = await world.db
      .selectFrom('reminders')
      .select('number')
      .where('state', '=', 'waiting')
      .execute();
    expect(open).toEqual([]);
  });

  it('goes to the people chosen, and to where the report went when they cannot be reached', async () => {
    await called({ to: ['山田'], times: 2 });
    await turn(30);
    expect(world.chatwork.sent).toHaveLength(1);
    expect(world.email.sent.map(({ address }) => address)).toEqual(['soumu@acme.example']);
    expect(world.email.sent[0]?.body).toMatchObject({ subject: '【受電報告】' });
    await world.db
      .updateTable('destinations')
      .set({ disabled_at: world.clock.now(), disabled_reason: 'x' })
      .where('channel', '=', 'email')
      .execute();
    await turn(30);
    expect(world.email.sent).toHaveLength(1);
    expect(world.chatwork.sent).toHaveLength(2);
  });

  it('keeps business hours and holidays, unless the call is urgent', async () => {
    world.clock.set(atJst('2026-07-17', '17:50'));
    await called({});
    await turn(30);
    expect(world.chatwork.sent).toHaveLength(1);
    // Saturday, Sunday, 海の日.
    world.clock.set(atJst('2026-07-21', '08:59'));
    await turn(0);
    expect(world.chatwork.sent).toHaveLength(1);
    await turn(1);
    expect(world.chatwork.sent).toHaveLength(2);
  });

  it('of an urgent call comes at any hour, urgent itself', async () => {
    world.clock.set(atJst('2026-07-17', '22:00'));
    await called({ after: '15m' }, { urgent: true });
    await turn(15);
    expect(world.chatwork.sent).toHaveLength(2);
    const urgent = await world.db.selectFrom('deliveries').select('urgent').execute();
    expect(urgent).toEqual([{ urgent: true }, { urgent: true }]);
  });
});

describe('a call marked done', () => {
  it('is not reminded of', async () => {
    await called({ times: 3 });
    await turn(10);
    await done.mark(await firstDelivery(), { via: 'link' });
    for (let i = 0; i < 5; i += 1) await turn(30);
    expect(world.chatwork.sent).toHaveLength(1);
    expect(await world.db.selectFrom('reminders').select(['number', 'state']).execute()).toEqual([
      { number: 1, state: 'dropped' },
    ]);
  });

  it('takes back a reminder that waits to be sent, handed out or not', async () => {
    await called({});
    world.clock.advance(30 * MINUTE);
    await reminders.remind();
    await world.delivery.relay.handOut();
    await done.mark(await firstDelivery(), { via: 'slack', person: 'U0CLIENT01' });
    await world.deliverOnce();
    world.clock.advance(60 * MINUTE);
    await world.delivery.sweeper.sweep();
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    const rows = await world.db.selectFrom('deliveries').select(['state', 'reason']).orderBy('id').execute();
    expect(rows.at(-1)).toEqual({ state: 'cancelled', reason: 'done' });
  });

  it.each([
    ['later', { type: 'retry', reason: { code: 'x' } }, 'cancelled'],
    ['never', { type: 'rejected', scope: 'destination', reason: { code: 'x' } }, 'failed'],
  ] as const)(
    'ends a reminder on its way at that moment, when it could arrive %s',
    async (_, outcome, state) => {
      const clientId = await called({});
      await world.addMember({
        clientId,
        name: '高橋',
        responsible: true,
        destinations: [{ ...MAIL, fallback: true }],
      });
      world.clock.advance(30 * MINUTE);
      await reminders.remind();
      const first = await firstDelivery();
      const { send } = world.chatwork;
      world.chatwork.send = async (message, signal) => {
        await done.mark(first, { via: 'link' });
        return await send(message, signal);
      };
      try {
        world.chatwork.answer(outcome);
        await world.deliverOnce();
      } finally {
        world.chatwork.send = send;
      }
      for (let i = 0; i < 3; i += 1) await turn(10);
      expect(world.chatwork.sent).toHaveLength(2);
      const rows = await world.db
        .selectFrom('deliveries as d')
        .innerJoin('reports as r', 'r.id', 'd.report_id')
        .select(['d.state'])
        .where('r.purpose', '=', 'reminder')
        .execute();
      expect(rows).toEqual([{ state }]);
    },
  );

  it('ends a reminder whose worker was lost with it', async () => {
    await called({});
    world.clock.advance(30 * MINUTE);
    await reminders.remind();
    await done.mark(await firstDelivery(), { via: 'link' });
    await world.db
      .updateTable('deliveries')
      .set({ state: 'uncertain', ended_at: null })
      .where('state', '=', 'cancelled')
      .execute();
    await reminders.remind();
    for (let i = 0; i < 3; i += 1) {
      world.clock.advance(MINUTE);
      await world.delivery.reconciler.look();
      await world.deliverOnce();
    }
    expect(world.chatwork.sent).toHaveLength(1);
  });

  it('can be marked through the reminder itself, which ends the reminding', async () => {
    await called({ times: 5 });
    await turn(30);
    const { id } = await world.db
      .selectFrom('deliveries')
      .select('id')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(await done.mark(id, { via: 'link' })).toMatchObject({ type: 'marked' });
    for (let i = 0; i < 5; i += 1) await turn(30);
    expect(world.chatwork.sent).toHaveLength(2);
  });
});

describe('several processes', () => {
  it('P4 make each reminder once', async () => {
    await called({ times: 2 });
    world.clock.advance(30 * MINUTE);
    await Promise.all(Array.from({ length: 6 }, () => reminders.remind()));
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(2);
    expect((await reported()).map(({ purpose }) => purpose)).toEqual(['initial', 'reminder']);
  });

  it('P4 never remind of what is marked done at the same moment', async () => {
    await called({});
    const delivery = await firstDelivery();
    world.clock.advance(30 * MINUTE);
    await Promise.all([reminders.remind(), done.mark(delivery, { via: 'link' }), reminders.remind()]);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
  });

  it('P8 a crowd of reminders is taken in turns, all of them', async () => {
    const clientId = await called({ times: 1 });
    for (let i = 0; i < 24; i += 1) await world.recorder.record(world.entry(clientId));
    for (let i = 0; i < 6; i += 1) await world.deliverOnce();
    world.clock.advance(31 * MINUTE);
    expect(await reminders.remind()).toBe(true);
    expect(await reminders.remind()).toBe(false);
    expect((await reported()).filter(({ purpose }) => purpose === 'reminder')).toHaveLength(25);
  });
});

describe('what is not reminded of', () => {
  it('P2 a sales call, ever', async () => {
    await called({}, { kind: 'sales' });
    await turn(24 * 60);
    expect(await reported()).toEqual([]);
    expect(world.chatwork.sent).toEqual([]);
  });

  it('a report that has not arrived: first it arrives, then the time runs', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [ROOM] });
    await world.db
      .updateTable('clients')
      .set({ reminders: JSON.stringify({ after: '15m', times: 1, to: [] }) })
      .execute();
    await world.recorder.record(world.entry(clientId));
    world.clock.advance(20 * MINUTE);
    await reminders.remind();
    expect(await reported()).toHaveLength(1);
    await world.deliverOnce();
    await turn(14);
    expect(world.chatwork.sent).toHaveLength(1);
    await turn(1);
    expect(world.chatwork.sent).toHaveLength(2);
  });
});
