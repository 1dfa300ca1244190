import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { retryDelivery } from '../../src/delivery/operations.ts';
import { DELIVERY_DEFAULTS } from '../../src/delivery/settings.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.dispose());

const REASON = { code: 'email.lost_after_data' };

async function notices(about: string): Promise<number> {
  const rows = await world.db.selectFrom('notices').select('id').where('key', 'like', `${about}:%`).execute();
  return rows.length;
}

async function deliveryId(): Promise<string> {
  return (await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow()).id;
}

async function sendAgain(): Promise<void> {
  const { clock } = world;
  const result = await retryDelivery(world.db, {
    id: await deliveryId(),
    actor: 'U0SUPERVIS1',
    clock: clock.now,
    newId,
    evenIfUncertain: true,
  });
  expect(result).toEqual({ type: 'done' });
}

async function loseTheAnswer(): Promise<void> {
  world.email.answer({ type: 'uncertain', reason: REASON });
  world.email.see({ type: 'inconclusive', reason: REASON });
  await world.deliverOnce();
  world.clock.advance(DELIVERY_DEFAULTS.firstLookMs);
  await world.delivery.reconciler.look();
}

describe('a delivery that somebody sends again', () => {
  it('P3 is asked about again when its answer is lost a second time', async () => {
    const client = await world.addClient({
      code: 'acme',
      destinations: [{ channel: 'email', address: 'yamada@client.example' }],
    });
    await world.recorder.record(world.entry(client));
    await loseTheAnswer();
    expect(await notices('uncertain')).toBe(1);
    await sendAgain();
    await loseTheAnswer();
    expect(await notices('uncertain')).toBe(2);
  });

  it('P3 is told about again when it is given up a second time', async () => {
    const client = await world.addClient({ code: 'acme' });
    await world.recorder.record(world.entry(client));
    world.clock.advance(DELIVERY_DEFAULTS.giveUpMs);
    await world.delivery.sweeper.sweep();
    expect(await notices('given-up')).toBe(1);
    await sendAgain();
    world.chatwork.answer({ type: 'retry', reason: { code: 'chatwork.unreachable' } });
    await world.deliverOnce();
    world.clock.advance(DELIVERY_DEFAULTS.giveUpMs);
    await world.delivery.sweeper.sweep();
    expect(await notices('given-up')).toBe(2);
  });
});
