import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const REASON = { code: 'chatwork.test' };
const BAD_DESTINATION: Outcome = { type: 'rejected', scope: 'destination', reason: REASON };
const BAD_PAYLOAD: Outcome = { type: 'rejected', scope: 'payload', reason: REASON };
const BAD_CREDENTIAL: Outcome = { type: 'rejected', scope: 'credential', reason: REASON };
const UNCERTAIN: Outcome = { type: 'uncertain', reason: REASON };
const RETRY: Outcome = { type: 'retry', reason: REASON };

async function states(): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom('deliveries')
    .select(['channel', 'address', 'state'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => `${row.channel} ${row.address} ${row.state}`);
}

async function notices(): Promise<readonly string[]> {
  const rows = await world.db.selectFrom('notices').select('body').orderBy('created_at').execute();
  return rows.map((row) => JSON.stringify(row.body));
}

async function report(o?: Parameters<World['addClient']>[0], urgent = false): Promise<void> {
  const clientId = await world.addClient(o ?? { code: 'acme' });
  await world.recorder.record(world.entry(clientId, { urgent }));
}

describe('an attempt', () => {
  it('P4 is on record before the far side is called', async () => {
    await report();
    const send = world.chatwork.send;
    let seen: unknown;
    world.chatwork.send = async (message, signal) => {
      seen = await world.db.selectFrom('attempts').select(['delivery_id', 'finished_at']).execute();
      return send(message, signal);
    };
    await world.deliverOnce();
    world.chatwork.send = send;
    expect(seen).toEqual([{ delivery_id: world.chatwork.sent[0]?.deliveryId, finished_at: null }]);
    expect(await states()).toEqual(['chatwork 1001 delivered']);
  });

  it('P4 is made once however often its job comes', async () => {
    await report();
    await world.delivery.relay.handOut();
    const job = world.jobs[0];
    const run = () =>
      world.delivery.attempt.run({ id: job?.data.id ?? '', generation: job?.data.generation ?? 0 });
    await Promise.all([run(), run(), run()]);
    await run();
    expect(world.chatwork.sent).toHaveLength(1);
  });

  it('P4 that throws or is uncertain is never followed by another on its own', async () => {
    await report();
    world.chatwork.answer(new Error('a bug'));
    await world.deliverOnce();
    world.clock.advance(3_600_000);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    expect(await states()).toEqual(['chatwork 1001 uncertain']);
  });

  it('waits after a failure, longer each time, and then arrives', async () => {
    await report();
    world.chatwork.answer(RETRY, RETRY);
    await world.deliverOnce();
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    world.clock.advance(5_000);
    await world.deliverOnce();
    world.clock.advance(5_000);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(2);
    world.clock.advance(5_000);
    await world.deliverOnce();
    expect(await states()).toEqual(['chatwork 1001 delivered']);
    const { failures } = await world.db.selectFrom('deliveries').select('failures').executeTakeFirstOrThrow();
    expect(failures).toBe(2);
  });

  it('P8 holds back only its own room when the room is limited', async () => {
    await report({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'chatwork', address: '1002' },
      ],
    });
    world.chatwork.answer({
      type: 'wait',
      scope: 'destination',
      untilMs: world.clock.now().getTime() + 10_000,
      reason: REASON,
    });
    await world.deliverOnce();
    const second = await world.addClient({
      code: 'beta',
      destinations: [{ channel: 'chatwork', address: '1001' }],
    });
    await world.recorder.record(world.entry(second));
    await world.deliverOnce();
    expect(world.chatwork.sent.map(({ address }) => address)).toEqual(['1001', '1002']);
    world.clock.advance(10_000);
    await world.deliverOnce();
    expect(world.chatwork.sent.map(({ address }) => address).sort()).toEqual([
      '1001',
      '1001',
      '1001',
      '1002',
    ]);
    const failures = await world.db.selectFrom('deliveries').select('failures').execute();
    expect(failures.every((row) => row.failures === 0)).toBe(true);
  });

  it('P3 rests a refused credential, tells staff once, and keeps the reports due', async () => {
    await report();
    await report({ code: 'beta', destinations: [{ channel: 'chatwork', address: '2002' }] });
    world.chatwork.answer(BAD_CREDENTIAL, BAD_CREDENTIAL);
    await world.deliverOnce();
    expect(await states()).toEqual(['chatwork 1001 due', 'chatwork 2002 due']);
    expect(await notices()).toHaveLength(1);
    world.clock.advance(300_000);
    await world.deliverOnce();
    expect(await states()).toEqual(['chatwork 1001 delivered', 'chatwork 2002 delivered']);
  });

  it('P3 goes to the fallback at once when the destination is bad, disables it, and tells staff once', async () => {
    const destinations = [
      { channel: 'chatwork', address: '1001' },
      { channel: 'email', address: 'soumu@acme.example', fallback: true },
    ] as const;
    const clientId = await world.addClient({ code: 'acme', destinations });
    await world.recorder.record(world.entry(clientId));
    await world.recorder.record(world.entry(clientId));
    world.chatwork.answer(BAD_DESTINATION, BAD_DESTINATION);
    await world.deliverOnce();
    await world.deliverOnce();
    expect((await states()).toSorted()).toEqual([
      'chatwork 1001 failed',
      'chatwork 1001 failed',
      'email soumu@acme.example delivered',
      'email soumu@acme.example delivered',
      // The client is asked for a new address, once.
      'email soumu@acme.example delivered',
    ]);
    expect(await notices()).toHaveLength(1);
    await world.recorder.record(world.entry(clientId));
    expect((await states()).filter((state) => state.startsWith('chatwork'))).toHaveLength(2);
  });

  it("P9 never falls back to a colleague's own address", async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [] });
    const yamada = await world.addMember({
      clientId,
      name: '山田',
      destinations: [{ channel: 'chatwork', address: '1001' }],
    });
    await world.addMember({
      clientId,
      name: '渡辺',
      destinations: [{ channel: 'email', address: 'watanabe@acme.example', fallback: true }],
    });
    await world.recorder.record(world.entry(clientId, { addressee: { type: 'member', memberId: yamada } }));
    world.chatwork.answer(BAD_DESTINATION);
    await world.deliverOnce();
    await world.deliverOnce();
    expect(world.email.sent).toHaveLength(0);
    expect((await notices()).join()).toContain('どの宛先にも届けられませんでした');
  });

  it('sends the plainest form once when the body was refused, then gives up on it and tells staff', async () => {
    await report();
    world.chatwork.answer(BAD_PAYLOAD, BAD_PAYLOAD);
    await world.deliverOnce();
    await world.deliverOnce();
    await world.deliverOnce();
    const [first, second] = world.chatwork.sent.map(({ body }) => JSON.stringify(body));
    expect(first).toContain('[info]');
    expect(second).not.toContain('[info]');
    expect(world.chatwork.sent).toHaveLength(2);
    expect(await states()).toEqual(['chatwork 1001 failed']);
    expect((await notices()).join()).toContain('どの宛先にも届けられませんでした');
  });
});

describe('the sweeper', () => {
  it('P7 brings back what the queue lost', async () => {
    await report();
    await world.delivery.relay.handOut();
    world.jobs.length = 0;
    await world.delivery.sweeper.sweep();
    expect(await states()).toEqual(['chatwork 1001 queued']);
    world.clock.advance(30_000);
    await world.delivery.sweeper.sweep();
    expect(await states()).toEqual(['chatwork 1001 due']);
    await world.deliverOnce();
    expect(await states()).toEqual(['chatwork 1001 delivered']);
  });

  it('P4 calls uncertain what a lost worker was sending, and takes its late answer for the truth', async () => {
    await report();
    await world.delivery.relay.handOut();
    const data = world.jobs[0]?.data;
    const send = world.chatwork.send;
    world.chatwork.send = async (message, signal) => {
      world.clock.advance(60_000);
      await world.delivery.sweeper.sweep();
      expect(await states()).toEqual(['chatwork 1001 uncertain']);
      return send(message, signal);
    };
    await world.delivery.attempt.run({ id: data?.id ?? '', generation: data?.generation ?? 0 });
    world.chatwork.send = send;
    expect(await states()).toEqual(['chatwork 1001 delivered']);
  });

  it('P3 sends what waits too long to the fallback, sooner when urgent, and supersedes the original', async () => {
    const destinations = [
      { channel: 'chatwork', address: '1001' },
      { channel: 'slack', address: 'C0SPARE', fallback: true },
    ] as const;
    const clientId = await world.addClient({ code: 'acme', destinations });
    await world.recorder.record(world.entry(clientId, { urgent: true }));
    await world.recorder.record(world.entry(clientId));
    world.clock.advance(5 * 60_000);
    await world.delivery.sweeper.sweep();
    expect((await states()).toSorted()).toEqual([
      'chatwork 1001 cancelled',
      'chatwork 1001 due',
      'slack C0SPARE due',
    ]);
    world.clock.advance(25 * 60_000);
    await world.delivery.sweeper.sweep();
    await world.delivery.sweeper.sweep();
    await world.deliverOnce();
    expect((await states()).toSorted()).toEqual([
      'chatwork 1001 cancelled',
      'chatwork 1001 cancelled',
      'slack C0SPARE delivered',
      'slack C0SPARE delivered',
    ]);
    expect(world.chatwork.sent).toHaveLength(0);
  });

  it('P3 tells staff once an hour how many reports wait behind a dead channel, and since when', async () => {
    await report();
    await report({ code: 'beta', destinations: [{ channel: 'chatwork', address: '2002' }] });
    world.clock.advance(6 * 60_000);
    await world.delivery.sweeper.sweep();
    await world.delivery.sweeper.sweep();
    expect(await notices()).toHaveLength(1);
    expect((await notices())[0]).toContain('2件(いちばん古いものは6分前から)');
    world.clock.advance(3_600_000);
    await world.delivery.sweeper.sweep();
    expect((await notices()).filter((notice) => notice.includes('滞っています'))).toHaveLength(2);
  });

  it('P3 gives up after a day and tells staff', async () => {
    await report();
    world.clock.advance(24 * 3_600_000);
    await world.delivery.sweeper.sweep();
    expect(await states()).toEqual(['chatwork 1001 failed']);
    expect((await notices()).join()).toContain('24時間');
  });
});

describe('the reconciler', () => {
  beforeEach(async () => {
    await report();
    world.chatwork.answer(UNCERTAIN);
    await world.deliverOnce();
  });

  const look = async (ms: number): Promise<void> => {
    world.clock.advance(ms);
    await world.delivery.reconciler.look();
  };

  it('P4 adopts what it finds', async () => {
    world.chatwork.see({ type: 'found', receipt: { message_id: '984676321621704704' } });
    await look(5_000);
    const delivery = await world.db.selectFrom('deliveries').select(['state', 'receipt']).executeTakeFirst();
    expect(delivery).toEqual({ state: 'delivered', receipt: { message_id: '984676321621704704' } });
  });

  it('P4 resends only after two looks that agree', async () => {
    await look(4_999);
    expect(world.chatwork.looks).toHaveLength(0);
    await look(1);
    expect(await states()).toEqual(['chatwork 1001 uncertain']);
    await look(30_000);
    expect(await states()).toEqual(['chatwork 1001 due']);
    await world.deliverOnce();
    expect(await states()).toEqual(['chatwork 1001 delivered']);
  });

  it('P3 asks a person when looking settles nothing, and asks again', async () => {
    const unclear = { type: 'inconclusive', reason: { code: 'chatwork.hidden' } } as const;
    world.chatwork.see(unclear, unclear, unclear, unclear, unclear);
    for (const ms of [5_000, 30_000, 30_000, 30_000]) await look(ms);
    expect(await notices()).toHaveLength(1);
    await look(15 * 60_000);
    expect(await notices()).toHaveLength(2);
    expect((await notices())[0]).toContain('届いたかどうか分かりません');
    expect(world.chatwork.sent).toHaveLength(1);
  });
});

describe('the reconciler and mail, which cannot be looked up', () => {
  const unclear = { type: 'inconclusive', reason: { code: 'email.after_data' } } as const;

  async function uncertainMail(over: Parameters<World['entry']>[1]): Promise<void> {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [{ channel: 'email', address: 'soumu@acme.example' }],
    });
    await world.recorder.record(world.entry(clientId, over));
    world.email.answer(UNCERTAIN, UNCERTAIN);
    world.email.see(unclear, unclear);
    await world.deliverOnce();
    world.clock.advance(5_000);
    await world.delivery.reconciler.look();
    await world.deliverOnce();
  }

  it.each([{ urgent: true }, { kind: 'harassment' }])(
    'P4 sends %o once more, and says so in the first line',
    async (over) => {
      await uncertainMail(over);
      world.clock.advance(5_000);
      await world.delivery.reconciler.look();
      await world.deliverOnce();
      const [first, second, ...more] = world.email.sent;
      expect(more).toEqual([]);
      expect(second?.deliveryId).toBe(first?.deliveryId);
      const [before, after] = [first?.body, second?.body] as { subject: string; text: string }[];
      expect(after?.subject).toBe(before?.subject);
      expect(before?.text).not.toContain('重複の可能性');
      expect(after?.text.split('\n')[0]).toContain('重複の可能性');
      expect((await notices()).join()).toContain('届いたかどうか分かりません');
    },
  );

  it('P4 asks a person about any other', async () => {
    await uncertainMail({});
    expect(world.email.sent).toHaveLength(1);
    expect((await notices()).join()).toContain('届いたかどうか分かりません');
  });
});
