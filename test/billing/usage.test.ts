import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chargeFor, monthCharges, monthUsage } from '../../src/billing/usage.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const MONTH = '2026-06';

async function calls(clientId: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await world.recorder.record(world.entry(clientId));
}

async function event(over: {
  readonly clientId: string;
  readonly type: 'credit' | 'surcharge' | 'correction';
  readonly callId?: string | null;
  readonly reverses?: string;
  readonly yen?: number;
  readonly month?: string;
}): Promise<string> {
  const id = newId();
  await world.db
    .insertInto('usage_events')
    .values({
      id,
      client_id: over.clientId,
      call_id: over.callId ?? null,
      type: over.type,
      month: `${over.month ?? MONTH}-01`,
      amount_yen: over.yen ?? 0,
      reverses: over.reverses ?? null,
      reason: null,
      actor: 'test',
      at: world.clock.now(),
    })
    .execute();
  return id;
}

async function countsOf(clientId: string) {
  return world.db
    .selectFrom('usage_events')
    .select(['id', 'call_id as callId'])
    .where('client_id', '=', clientId)
    .where('type', '=', 'count')
    .orderBy('id')
    .execute();
}

describe('monthUsage', () => {
  it('P5 counts what was reported, and P2 no sales call', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await world.addClient({ code: 'beta' });
    await calls(acme, 3);
    await world.recorder.record(world.entry(acme, { kind: 'sales' }));
    expect(await monthUsage(world.db, MONTH)).toMatchObject([
      { code: 'acme', counted: 3, credited: 0, surchargeYen: 0, month: MONTH },
      { code: 'beta', counted: 0 },
    ]);
    expect(await monthUsage(world.db, '2026-07')).toMatchObject([{ counted: 0 }, { counted: 0 }]);
  });

  it('takes credits off where they are written, of counts and of surcharges', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await calls(acme, 3);
    const [first, second] = await countsOf(acme);
    if (!first || !second) throw new Error('two calls were recorded');
    await event({ clientId: acme, type: 'credit', callId: first.callId, reverses: first.id });
    const surcharge = await event({ clientId: acme, type: 'surcharge', callId: second.callId, yen: 200 });
    await event({ clientId: acme, type: 'surcharge', callId: first.callId, yen: 300 });
    await event({ clientId: acme, type: 'credit', callId: second.callId, reverses: surcharge });
    await event({ clientId: acme, type: 'correction', yen: -50 });
    // A month that is closed keeps its figures: the credit counts in the month it is given.
    await event({
      clientId: acme,
      type: 'credit',
      callId: second.callId,
      reverses: second.id,
      month: '2026-07',
    });
    expect(await monthUsage(world.db, MONTH)).toMatchObject([
      { counted: 2, credited: 1, surchargeYen: 300, correctionYen: -50 },
    ]);
    expect(await monthUsage(world.db, '2026-07')).toMatchObject([{ counted: -1, credited: 1 }]);
  });

  it('shows ended clients only in months with events, and one client alone', async () => {
    const gone = await world.addClient({ code: 'gone' });
    await world.addClient({ code: 'acme' });
    await calls(gone, 1);
    await world.db.updateTable('clients').set({ status: 'ended' }).where('id', '=', gone).execute();
    const codes = async (month: string, code?: string) =>
      (await monthUsage(world.db, month, code)).map((usage) => usage.code);
    expect(await codes(MONTH)).toEqual(['acme', 'gone']);
    expect(await codes('2026-05')).toEqual(['acme']);
    expect(await codes(MONTH, 'gone')).toEqual(['gone']);
    expect(await codes(MONTH, 'nobody')).toEqual([]);
  });

  it('refuses what is no month', async () => {
    await expect(monthUsage(world.db, '2026-13')).rejects.toThrow(RangeError);
  });
});

describe('monthCharges', () => {
  it('[seed] 25 calls on スモール are 3,700 yen; surcharges and corrections come on top', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await calls(acme, 25);
    expect(await monthCharges(world.db, MONTH)).toMatchObject([
      { code: 'acme', plan: { name: 'スモール' }, counted: 25, overCalls: 5, overYen: 740, totalYen: 3700 },
    ]);
    await event({ clientId: acme, type: 'surcharge', yen: 200 });
    await event({ clientId: acme, type: 'correction', yen: -100 });
    expect(await monthCharges(world.db, MONTH)).toMatchObject([{ totalYen: 3800 }]);
  });

  it('has no charge without a plan, and never a negative one for calls', async () => {
    const usage = {
      clientId: newId(),
      code: 'acme',
      name: 'x',
      month: MONTH,
      counted: -2,
      credited: 2,
      surchargeYen: 0,
      correctionYen: 0,
    };
    expect(chargeFor(usage, undefined)).toMatchObject({ plan: null, totalYen: null });
    const plan = { code: 'small', name: 'スモール', baseYen: 2960, includedCalls: 20, overYen: 148 };
    expect(chargeFor(usage, plan)).toMatchObject({ overCalls: 0, totalYen: 2960 });
  });
});
