import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BEFORE_ALL_CLIENTS, pickDue } from '../../src/delivery/pick-due.ts';
import { DELIVERY_DEFAULTS } from '../../src/delivery/settings.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await world.clear();
});
afterAll(async () => {
  await world.dispose();
});

/** Clients in the order of their ids, each with so many reports due to a room of its own. */
async function clientsWith(...waiting: readonly number[]): Promise<readonly string[]> {
  const clients: string[] = [];
  for (const [index] of waiting.entries()) {
    clients.push(
      await world.addClient({
        code: `${1000 + index}`,
        destinations: [{ channel: 'chatwork', address: `${2000 + index}` }],
      }),
    );
  }
  clients.sort();
  for (const [index, count] of waiting.entries()) await calls(clients[index] ?? '', count);
  return clients;
}

async function calls(client: string, count: number, over: { readonly urgent?: boolean } = {}): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await world.recorder.record(world.entry(client, over));
    world.clock.advance(1_000);
  }
}

const pick = (places: number, after?: string, clientInFlight = DELIVERY_DEFAULTS.clientInFlight) =>
  pickDue(
    world.db,
    world.clock.now(),
    { ...DELIVERY_DEFAULTS, queueDepth: places, clientInFlight },
    after ?? BEFORE_ALL_CLIENTS,
  );

/** What was handed out has arrived, so that its places are free again. */
async function arrive(): Promise<void> {
  await world.db
    .updateTable('deliveries')
    .set({ state: 'delivered', lease_until: null, ended_at: world.clock.now() })
    .where('state', '=', 'queued')
    .execute();
}

async function bar(address: string): Promise<void> {
  await world.db
    .insertInto('blocked_scopes')
    .values({
      scope: `destination:chatwork:${address}`,
      until: new Date(world.clock.now().getTime() + 60_000),
      reason: 'far_side',
    })
    .execute();
}

const clientsOf = ({ handedOut }: { readonly handedOut: readonly { readonly client_id: string }[] }) =>
  handedOut.map(({ client_id }) => client_id);

describe('a round of the relay', () => {
  it('P8 goes on behind the client that was served last, round and round', async () => {
    const clients = await clientsWith(3, 3, 3, 3, 3);
    const served: string[] = [];
    let after: string | undefined;
    for (let round = 0; round < 5; round += 1) {
      const picked = await pick(3, after);
      expect(picked.full).toBe(true);
      expect(new Set(clientsOf(picked)).size).toBe(3);
      served.push(...clientsOf(picked));
      after = picked.lastClient;
      await arrive();
    }
    for (const client of clients) expect(served.filter((one) => one === client)).toHaveLength(3);
    expect((await pick(3, after)).handedOut).toEqual([]);
  });

  it('P8 gives everybody a turn before anybody a second one', async () => {
    const [busy = '', quiet = ''] = await clientsWith(20, 1);
    expect(clientsOf(await pick(6)).sort()).toEqual([busy, busy, busy, quiet].sort());
    await arrive();
    const alone = await pick(6);
    expect(clientsOf(alone)).toEqual(Array.from({ length: 6 }, () => busy));
    expect(alone.full).toBe(true);
  });

  it('P8 counts what a client already has in flight, and stops at its cap', async () => {
    const [busy = '', quiet = ''] = await clientsWith(20, 0);
    expect(clientsOf(await pick(4, undefined, 4))).toHaveLength(4);
    expect((await pick(10, undefined, 4)).handedOut).toEqual([]);
    await calls(quiet, 2);
    expect(clientsOf(await pick(10, undefined, 4))).toEqual([quiet, quiet]);
    expect(busy).not.toBe(quiet);
  });

  it('P8 hands out urgent ones first, wherever the walk stands, and does not move it on for them', async () => {
    const clients = await clientsWith(2, 2, 2, 2);
    const last = clients[3] ?? '';
    await calls(last, 2, { urgent: true });
    const picked = await pick(3, clients[0]);
    expect(picked.handedOut.map(({ urgent }) => urgent)).toEqual([true, true, false]);
    expect(clientsOf(picked).slice(0, 2)).toEqual([last, last]);
    expect(clientsOf(picked)[2]).toBe(clients[1]);
    expect(picked.lastClient).toBe(clients[1]);
  });

  it('P8 is not stopped by any number of clients whose rooms are barred', async () => {
    const clients = await clientsWith(2, 2, 2, 2, 2, 1);
    const rooms = await world.db.selectFrom('destinations').select(['client_id', 'address']).execute();
    const free = clients[5] ?? '';
    for (const { client_id, address } of rooms) if (client_id !== free) await bar(address);
    expect(clientsOf(await pick(2))).toEqual([free]);
  });

  it('leaves alone what is not due yet, and a line that is full', async () => {
    const [client = ''] = await clientsWith(3);
    await world.db
      .updateTable('deliveries')
      .set({ next_attempt_at: new Date(world.clock.now().getTime() + 1_000) })
      .execute();
    expect((await pick(2)).handedOut).toEqual([]);
    world.clock.advance(1_000);
    expect(clientsOf(await pick(2))).toEqual([client, client]);
    expect((await pick(2)).handedOut).toEqual([]);
  });

  it('P4 never hands one delivery to two relays that look at the same time', async () => {
    await clientsWith(4, 4, 4);
    const rounds = await Promise.all(Array.from({ length: 4 }, () => pick(6)));
    const ids = rounds.flatMap(({ handedOut }) => handedOut.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(6);
  });
});
