import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBudgets } from '../../src/delivery/budgets.ts';
import { openRateLimits } from '../../src/storage/rate-limits.ts';
import { createWorld, type World } from '../support/world.ts';

/** Twelve requests an hour for the token, ten an hour a room: everything is used up at once and stays so. */
const HOUR = 3_600_000;
let world: World;
beforeAll(async () => {
  world = await createWorld(
    {},
    {
      chatwork: {
        credential: { requests: 120, windowMs: HOUR },
        destination: { requests: 40, windowMs: HOUR },
      },
    },
  );
});
afterAll(() => world?.dispose());

describe('budgets', () => {
  it('P8 leave room for others when one client floods, and for urgent reports', async () => {
    const flood = await world.addClient({ code: 'flood', destinations: rooms(100) });
    const quiet = await world.addClient({
      code: 'quiet',
      destinations: [{ channel: 'chatwork', address: '9001' }],
    });
    for (let calls = 0; calls < 3; calls += 1) await world.recorder.record(world.entry(flood));
    for (let rounds = 0; rounds < 60; rounds += 1) await world.deliverOnce();
    const flooded = world.chatwork.sent.length;
    expect(flooded).toBeGreaterThan(2);
    expect(flooded).toBeLessThan(54);

    await world.recorder.record(world.entry(quiet));
    await world.deliverOnce();
    expect(world.chatwork.sent.at(-1)?.address).toBe('9001');

    const { state, failures } = await world.db
      .selectFrom('deliveries')
      .select(['state', 'failures'])
      .where('state', '=', 'due')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect({ state, failures }).toEqual({ state: 'due', failures: 0 });
    const scopes = await world.db.selectFrom('blocked_scopes').select('scope').execute();
    expect(scopes.map(({ scope }) => scope)).toContain(`client:chatwork:${flood}`);
  });

  it('P8 pace a room by itself', async () => {
    const busy = await world.addClient({
      code: 'busy',
      destinations: [{ channel: 'chatwork', address: '7001' }],
    });
    for (let calls = 0; calls < 12; calls += 1)
      await world.recorder.record(world.entry(busy, { urgent: true }));
    for (let rounds = 0; rounds < 12; rounds += 1) await world.deliverOnce();
    const inRoom = world.chatwork.sent.filter(({ address }) => address === '7001').length;
    expect(inRoom).toBeGreaterThan(0);
    expect(inRoom).toBeLessThan(12);
  });

  it('P8 let each client’s workspace be read once a minute, and the agency’s own as before', async () => {
    const { database } = world;
    const budgets = createBudgets(openRateLimits({ database, log: pino({ level: 'silent' }) }), {});
    const read = async (credential: string) =>
      (await budgets.spendRead({ channel: 'slack', credential })).granted;
    const reads: boolean[] = [];
    for (const of of ['slack:T0CLIENT0A', 'slack:T0CLIENT0A', 'slack:T0CLIENT0B', 'slack', 'slack']) {
      reads.push(await read(of));
    }
    expect(reads).toEqual([true, false, true, true, true]);
  });
});

function rooms(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    channel: 'chatwork' as const,
    address: String(5000 + index),
  }));
}
