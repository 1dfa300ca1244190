import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallEntry } from '../../src/domain/call.ts';
import { knownNumber } from '../../src/intake/known-number.ts';
import { recentClients } from '../../src/intake/recent-clients.ts';
import { createWorld, type World } from '../support/world.ts';
import { recorded, retract } from './changes.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const TANAKA = { id: 'U0TANAKA', name: '田中' };
const number = (raw: string) => ({
  company: null,
  name: null,
  kana: null,
  number: { state: 'given' as const, raw, confirmed: false },
});
const ask = (clientId: string, over: Partial<CallEntry> = {}, apartFrom: string | null = null) =>
  world.recorder.record(world.entry(clientId, over), { duplicates: { apartFrom } });
const calls = () => world.db.selectFrom('calls').selectAll().execute();

describe('a call that may be on record already', () => {
  it('is the same client, number and kind within three minutes, whoever entered it and however it was typed', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const first = await ask(clientId);
    world.clock.advance(170_000);
    const second = await ask(clientId, { operator: TANAKA, caller: number('０３ー５５５０ー０１２３') });
    expect(second).toMatchObject({
      type: 'duplicate',
      earlier: {
        receiptNumber: '20260618-0001',
        numberDisplay: '03-5550-0123',
        kindLabel: '用件',
        operator: { name: '鈴木' },
      },
    });
    expect(first.type).toBe('recorded');
    expect(await calls()).toHaveLength(1);
  });

  it('is none of another client, number or kind, or of another time', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const other = await world.addClient({ code: 'other' });
    await ask(clientId);
    for (const entry of [
      () => ask(other),
      () => ask(clientId, { kind: 'unsure' }),
      () => ask(clientId, { caller: number('03-5550-0124') }),
    ]) {
      expect((await entry()).type).toBe('recorded');
    }
    world.clock.advance(181_000);
    expect((await ask(clientId)).type).toBe('recorded');
  });

  it('is none that was taken back: it is entered anew, and its number is unknown again', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    expect((await retract(world, callId)).type).toBe('changed');
    expect(await knownNumber(world.db, { clientId, typed: '03-5550-0123' })).toMatchObject({
      calls: [],
      caller: null,
    });
    expect((await ask(clientId)).type).toBe('recorded');
  });

  it('is found by when it came in, and by when it was recorded', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const at = (minutes: number) => new Date(world.clock.now().getTime() + minutes * 60_000);
    const occurredAt = at(-8);
    await ask(clientId, { occurredAt });
    expect((await ask(clientId)).type).toBe('duplicate');
    expect((await ask(clientId, { occurredAt: at(-19) })).type).toBe('recorded');
    world.clock.advance(60 * 60_000);
    expect((await ask(clientId, { occurredAt })).type).toBe('duplicate');
  });

  it('is recorded when the operator says that it is another call, and asked about again for a newer one', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await ask(clientId);
    const [first] = await calls();
    expect((await ask(clientId, {}, first?.id)).type).toBe('recorded');
    expect(await ask(clientId, {}, first?.id)).toMatchObject({
      type: 'duplicate',
      earlier: { receiptNumber: '20260618-0002' },
    });
    expect(await calls()).toHaveLength(2);
  });

  it('says nothing of the client’s own and forwarding numbers, or of calls without a number', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await world.db
      .updateTable('clients')
      .set({ own_numbers: ['+81355500123'], forwarding_numbers: ['+81355500124'] })
      .where('id', '=', clientId)
      .execute();
    const withheld = { ...number(''), number: { state: 'withheld' as const } };
    for (const caller of [number('03-5550-0123'), number('03-5550-0124'), withheld]) {
      expect((await ask(clientId, { caller })).type).toBe('recorded');
      expect((await ask(clientId, { caller })).type).toBe('recorded');
    }
  });

  it('P1 is caught when two operators enter it at the same moment, and the same entry is still told as recorded', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, n) => ask(clientId, { operator: { id: `U${n}`, name: `${n}` } })),
    );
    expect(results.filter(({ type }) => type === 'recorded')).toHaveLength(1);
    expect(results.filter(({ type }) => type === 'duplicate')).toHaveLength(5);
    const entry = world.entry(clientId, { caller: number('03-5550-0199') });
    const record = () => world.recorder.record(entry, { duplicates: { apartFrom: null } });
    expect((await Promise.all([record(), record(), record()])).map(({ type }) => type).toSorted()).toEqual([
      'already',
      'already',
      'recorded',
    ]);
  });
});

describe('what is known of a number', () => {
  it('P9 is the last five calls to this client and who called last, never anything of another client', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const other = await world.addClient({ code: 'other' });
    const caller = (name: string) => ({ ...number('03-5550-0123'), name });
    await world.recorder.record(world.entry(other, { caller: caller('別の人') }));
    expect(await knownNumber(world.db, { clientId: acme, typed: '03-5550-0123' })).toEqual({
      display: '03-5550-0123',
      own: false,
      calls: [],
      caller: null,
    });
    for (const name of ['一', '二', '三', '四', '五', '六']) {
      world.clock.advance(60_000);
      await world.recorder.record(world.entry(acme, { caller: caller(name) }));
    }
    world.clock.advance(60_000);
    await world.recorder.record(world.entry(acme, { kind: 'harassment', caller: number('03-5550-0123') }));
    const known = await knownNumber(world.db, { clientId: acme, typed: '０３(5550)０１２３' });
    expect(known?.calls).toHaveLength(5);
    expect(known?.calls[0]).toMatchObject({ kindLabel: '嫌がらせ電話', receiptNumber: '20260618-0008' });
    expect(known?.caller).toMatchObject({ name: '六' });
  });

  it('is nothing for the client’s own numbers, and null for what is no number yet', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await world.recorder.record(world.entry(clientId));
    await world.db
      .updateTable('clients')
      .set({ forwarding_numbers: ['+81355500123'] })
      .execute();
    expect(await knownNumber(world.db, { clientId, typed: '03-5550-0123' })).toMatchObject({
      own: true,
      calls: [],
      caller: null,
    });
    expect(await knownNumber(world.db, { clientId, typed: '03-5550-012' })).toBeNull();
  });
});

describe('an operator’s recent clients', () => {
  it('are those this operator took calls for last, newest first, without ended ones', async () => {
    const [a, b, c] = [
      await world.addClient({ code: 'a' }),
      await world.addClient({ code: 'b' }),
      await world.addClient({ code: 'c' }),
    ];
    for (const [clientId, operator] of [
      [a, undefined],
      [b, undefined],
      [a, undefined],
      [c, TANAKA],
    ] as const) {
      world.clock.advance(1000);
      await world.recorder.record(world.entry(clientId, operator && { operator }));
    }
    const recent = (operatorId: string) => recentClients(world.db, { operatorId, limit: 5 });
    expect((await recent('U0OPERATOR')).map(({ code }) => code)).toEqual(['a', 'b']);
    await world.db.updateTable('clients').set({ status: 'ended' }).where('id', '=', a).execute();
    expect((await recent('U0OPERATOR')).map(({ code }) => code)).toEqual(['b']);
    expect(await recent('U0NOBODY')).toEqual([]);
  });
});
