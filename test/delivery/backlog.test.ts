import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as backlog from '../../src/delivery/backlog.ts';
import { blockScope } from '../../src/delivery/block-scope.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const AT = new Date('2026-06-18T04:05:00Z');
const MAIL = { channel: 'email', address: 'soumu@acme.example' } as const;

async function report(code: string, channel: 'chatwork' | 'email' = 'chatwork', urgent = false) {
  const destinations = channel === 'email' ? [MAIL] : [{ channel, address: '1001' } as const];
  const clientId = await world.addClient({ code, destinations });
  await world.recorder.record(world.entry(clientId, { urgent }));
  return clientId;
}

describe('what waits, in numbers', () => {
  it('is counted by state and channel, with since when', async () => {
    await report('a');
    await report('b', 'email');
    world.clock.advance(60_000);
    await report('c');
    expect(
      (await backlog.waitingDeliveries(world.db)).toSorted((x, y) => x.channel.localeCompare(y.channel)),
    ).toEqual([
      { state: 'due', channel: 'chatwork', count: 2, oldest: AT },
      { state: 'due', channel: 'email', count: 1, oldest: AT },
    ]);
    expect(await backlog.deliveriesInFlight(world.db)).toEqual([]);
    await world.delivery.relay.handOut();
    expect(await backlog.waitingDeliveries(world.db)).toEqual([]);
    expect(await backlog.deliveriesInFlight(world.db)).toHaveLength(2);
  });

  it('counts what is uncertain', async () => {
    await report('a');
    world.chatwork.answer({ type: 'uncertain', reason: { code: 'chatwork.reset' } });
    await world.deliverOnce();
    expect(await backlog.uncertainDeliveries(world.db)).toEqual([
      { state: 'uncertain', channel: 'chatwork', count: 1, oldest: AT },
    ]);
  });

  it('says how late the relay is, leaving out what may not be sent now', async () => {
    expect(await backlog.relayLagMs(world.db, world.clock.now())).toBe(0);
    await report('a');
    world.clock.advance(7_000);
    expect(await backlog.relayLagMs(world.db, world.clock.now())).toBe(7_000);
    const until = new Date(world.clock.now().getTime() + 60_000);
    await blockScope(world.db, { scope: 'not-urgent:chatwork', until, reason: 'budget' });
    expect(await backlog.relayLagMs(world.db, world.clock.now())).toBe(0);
    await report('b', 'chatwork', true);
    world.clock.advance(2_000);
    expect(await backlog.relayLagMs(world.db, world.clock.now())).toBe(2_000);
  });

  it('P10 counts barred scopes by kind, without their names', async () => {
    const now = world.clock.now();
    const until = new Date(now.getTime() + 1_000);
    const bars = [
      ['destination:email:soumu@acme.example', 'budget'],
      ['destination:chatwork:1001', 'budget'],
      ['credential:chatwork', 'chatwork.rate_limit'],
    ] as const;
    for (const [scope, reason] of bars) await blockScope(world.db, { scope, until, reason });
    await blockScope(world.db, { scope: 'credential:slack', until: now, reason: 'slack.x' });
    const counted = await backlog.barredScopes(world.db, now);
    expect(counted.toSorted((x, y) => x.count - y.count)).toEqual([
      { kind: 'credential', by: 'far_side', count: 1 },
      { kind: 'destination', by: 'budget', count: 2 },
    ]);
  });

  it('counts the bot’s own messages by who is to read them', async () => {
    await world.recorder.record(world.entry(await world.addClient({ code: 'a', destinations: [] })));
    const waiting = await backlog.waitingNotices(world.db);
    expect(waiting).toContainEqual({ audience: 'staff', count: 1, oldest: AT });
    await world.delivery.notices.pump();
    expect(await backlog.waitingNotices(world.db)).toEqual([]);
  });

  it.each([
    [/deliveries_waiting/, `select count(*) from deliveries where state in ('held', 'due')`],
    [
      /deliveries_(leased|open_by_client)/,
      `select count(*) from deliveries where state in ('queued', 'sending')`,
    ],
    [
      /deliveries_(leased|open_by_client)/,
      `select id from deliveries where state = 'queued' order by lease_until limit 1000`,
    ],
    [/deliveries_uncertain/, `select count(*) from deliveries where state = 'uncertain'`],
    [/notices_open/, `select count(*) from notices where state in ('due', 'sending')`],
  ])('can be read by index %s', async (index, statement) => {
    const plan = await world.db.transaction().execute(async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx);
      return await sql<{ 'QUERY PLAN': string }>`explain ${sql.raw(statement)}`.execute(trx);
    });
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(index);
  });
});
