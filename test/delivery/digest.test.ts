import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Digests } from '../../src/delivery/digest/cut-digests.ts';
import { atJst } from '../../src/domain/calendar.ts';
import { DIGEST_LIMITS, nextCut, partsOf } from '../../src/domain/digest.ts';
import { errorCode } from '../../src/storage/errors.ts';
import { correct, ledger, reclassify, recorded, retract, SUPERVISOR } from '../intake/changes.ts';
import type { ScriptedChannel } from '../support/scripted-channel.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let digests: Digests;
beforeAll(async () => {
  world = await createWorld();
  digests = world.delivery.digests(() => undefined);
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const at = (day: number, time: string) => atJst(`2026-06-${day}`, time);

/** The cut, and everything it leads to, delivered. */
async function cutAt(when: Date): Promise<void> {
  world.clock.set(when);
  while (await digests.cut());
  for (let round = 0; round < 8; round += 1) await world.deliverOnce();
}

const textsOf = (channel: ScriptedChannel) =>
  channel.sent.map(({ body }) => ('text' in body ? body.text : ''));
const numbersIn = (text: string) => [...text.matchAll(/■受付番号: (\S+)/g)].map(([, number]) => number);
const numberOf = async (callId: string) => (await world.changes.find(callId))?.receiptNumber;

async function office(code = 'acme'): Promise<string> {
  return await world.addClient({
    code,
    destinations: [{ channel: 'email', address: 'soumu@acme.example', digest: '18:00' }],
  });
}

describe('the digest of a destination', () => {
  it('P4 has each call of the day once, as it is at the cut, and nothing on a day without calls', async () => {
    const acme = await office();
    const first = await recorded(world, acme, { message: '見積書の件' });
    const wrong = await recorded(world, acme, { message: '聞き間違い' });
    const gone = await recorded(world, acme);
    const sales = await recorded(world, acme);
    await recorded(world, acme, { kind: 'sales', message: null });
    await correct(world, wrong, { message: '正しい用件' });
    await retract(world, gone);
    await reclassify(world, sales, 'sales');
    await world.deliverOnce();
    expect(world.email.sent).toHaveLength(0);
    await cutAt(at(18, '18:00'));
    const [digest = '', ...more] = textsOf(world.email);
    expect(more).toEqual([]);
    expect(numbersIn(digest)).toEqual([await numberOf(first), await numberOf(wrong)]);
    expect(digest).toContain(
      '2026年6月18日(木) 18:00までにお受けした2件のお電話を、まとめてご報告いたします。',
    );
    expect(digest).toContain('■ご用件: 正しい用件');
    expect(digest).not.toContain('聞き間違い');
    expect(digest).not.toContain('【訂正】');
    await cutAt(at(19, '18:00'));
    await cutAt(at(20, '18:00'));
    expect(world.email.sent).toHaveLength(1);
    // What went out stays out, by the database's own word.
    const again = world.db.updateTable('digest_items').set({ state: 'waiting' }).where('state', '=', 'out');
    expect(await again.execute().then(() => 'done', errorCode)).toBe('23001');
  });

  it('a call at the very minute of the cut is in the next one; changes after the cut are told at once', async () => {
    const acme = await office();
    const early = await recorded(world, acme);
    world.clock.set(at(18, '18:00'));
    const late = await recorded(world, acme, { occurredAt: at(18, '17:59') });
    await cutAt(at(18, '18:00'));
    expect(textsOf(world.email).map(numbersIn)).toEqual([[await numberOf(early)]]);
    await correct(world, early, { message: '訂正した用件' });
    await world.deliverOnce();
    expect(textsOf(world.email).at(-1)).toContain('【訂正】');
    const digest = await world.db
      .selectFrom('deliveries')
      .select('id')
      .where('state', '=', 'delivered')
      .orderBy('id')
      .executeTakeFirstOrThrow();
    expect(world.email.sent.at(-1)?.answers?.deliveryId).toBe(digest.id);
    await retract(world, early);
    await world.deliverOnce();
    expect(textsOf(world.email).at(-1)).toContain('【取消】');
    await cutAt(at(19, '18:00'));
    expect(numbersIn(textsOf(world.email).at(-1) ?? '')).toEqual([await numberOf(late)]);
    expect(world.email.sent).toHaveLength(4);
  });

  it('P3 urgent and harassment calls come at once, in no digest, also when they turn out to be', async () => {
    const acme = await office();
    const urgent = await recorded(world, acme, { urgent: true });
    const harassment = await recorded(world, acme, { kind: 'harassment', quote: '出てこい' });
    const became = await recorded(world, acme);
    const calm = await recorded(world, acme);
    for (let n = 0; n < 4; n += 1) await world.deliverOnce();
    expect(textsOf(world.email)).toHaveLength(2);
    await correct(world, became, { urgent: true });
    await world.deliverOnce();
    expect(textsOf(world.email).flatMap(numbersIn)).toEqual(
      expect.arrayContaining([await numberOf(urgent), await numberOf(harassment), await numberOf(became)]),
    );
    expect(textsOf(world.email)).toHaveLength(3);
    await cutAt(at(18, '18:00'));
    expect(numbersIn(textsOf(world.email).at(-1) ?? '')).toEqual([await numberOf(calm)]);
  });

  it('beside immediate reports it lists all of them, the urgent ones too, and another place is not kept waiting', async () => {
    const acme = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'email', address: 'soumu@acme.example', digest: '18:00', immediate: true },
        { channel: 'slack', address: 'C0ACME', digest: '09:00' },
      ],
    });
    const calls = [await recorded(world, acme), await recorded(world, acme, { urgent: true })];
    for (let n = 0; n < 6; n += 1) await world.deliverOnce();
    expect([world.chatwork, world.email, world.slack].map(({ sent }) => sent.length)).toEqual([2, 2, 1]);
    await cutAt(at(18, '18:00'));
    expect(world.email.sent).toHaveLength(3);
    expect(numbersIn(textsOf(world.email).at(-1) ?? '')).toEqual(await Promise.all(calls.map(numberOf)));
    expect(textsOf(world.email).at(-1)).toContain('【至急】');
    await cutAt(at(19, '09:00'));
    expect([world.chatwork, world.email, world.slack].map(({ sent }) => sent.length)).toEqual([2, 3, 2]);
  });

  it('held reports join the digest after they are released', async () => {
    const acme = await office();
    await world.db.updateTable('clients').set({ review: true }).execute();
    const one = await recorded(world, acme);
    await cutAt(at(18, '18:00'));
    expect(world.email.sent).toHaveLength(0);
    const released = await world.delivery.reviews.send({
      callId: one,
      round: 1,
      by: { id: 'U0SUPERVIS1', name: '高橋' },
    });
    expect(released.type).toBe('done');
    await world.deliverOnce();
    expect(world.email.sent).toHaveLength(0);
    await cutAt(at(19, '18:00'));
    expect(textsOf(world.email).map(numbersIn)).toEqual([[await numberOf(one)]]);
    expect(await ledger(world, one)).toEqual([
      'initial email soumu@acme.example cancelled',
      'digest email soumu@acme.example delivered',
    ]);
  });

  it('P3 of a place that is gone before the cut reports elsewhere, and tells staff when there is nowhere', async () => {
    const acme = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'email', address: 'soumu@acme.example', digest: '18:00' },
        { channel: 'chatwork', address: '1001', fallback: true },
      ],
    });
    await recorded(world, acme);
    await sql`update destinations set disabled_at = now() where channel = 'email'`.execute(world.db);
    await cutAt(at(18, '18:00'));
    expect([world.email.sent.length, world.chatwork.sent.length]).toEqual([0, 1]);
    const beta = await office('beta');
    await recorded(world, beta);
    await sql`update destinations set active = false where client_id = ${beta}`.execute(world.db);
    await cutAt(at(19, '18:00'));
    const told = await world.db.selectFrom('notices').select('body').execute();
    expect(JSON.stringify(told)).toContain('見積書の件');
  });

  it('P3 P9 refused goes to the client’s own fallback, never to a person’s; with none, staff has its words', async () => {
    const refused = { type: 'rejected', scope: 'destination', reason: { code: 'email.refused' } } as const;
    const acme = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'email', address: 'soumu@acme.example', digest: '18:00' },
        { channel: 'slack', address: 'C0ACME' },
        { channel: 'chatwork', address: '1001', fallback: true },
      ],
    });
    await world.addMember({
      clientId: acme,
      name: '山田',
      responsible: true,
      destinations: [{ channel: 'chatwork', address: '2002', digest: '09:00' }],
    });
    const one = await recorded(world, acme, { message: '見積書の件' });
    await world.deliverOnce();
    world.email.answer(refused);
    await cutAt(at(18, '18:00'));
    const standIn = world.chatwork.sent.find(({ address }) => address === '1001');
    const text = standIn && 'text' in standIn.body ? standIn.body.text : '';
    expect(text).toContain('【まとめ】');
    expect(numbersIn(text)).toEqual([await numberOf(one)]);
    expect(
      world.chatwork.sent.filter(
        ({ address, body }) => address === '2002' && 'text' in body && body.text.includes('まとめ'),
      ),
    ).toEqual([]);
    // Who read it there is told of what changes.
    await correct(world, one, { message: '請求書の件' });
    for (let round = 0; round < 4; round += 1) await world.deliverOnce();
    expect(
      world.chatwork.sent.filter(
        ({ address, body }) => address === '1001' && 'text' in body && body.text.includes('【訂正】'),
      ),
    ).toHaveLength(1);

    const beta = await office('beta');
    await recorded(world, beta, { message: '誰にも届かない用件' });
    world.email.answer(refused);
    await cutAt(at(19, '18:00'));
    const told = await world.db
      .selectFrom('notices')
      .select('body')
      .where('key', 'like', '%undeliverable%')
      .execute();
    expect(JSON.stringify(told)).toContain('誰にも届かない用件');
    expect(JSON.stringify(told)).toContain('内容: まとめ');
  });

  it('too long for one message is several, each call in one of them', async () => {
    const acme = await world.addClient({
      code: 'acme',
      destinations: [{ channel: 'slack', address: 'C0ACME', digest: '18:00' }],
    });
    const calls: string[] = [];
    for (let n = 0; n < 7; n += 1)
      calls.push(await recorded(world, acme, { message: `${n}${'漢'.repeat(1900)}` }));
    await cutAt(at(18, '18:00'));
    const texts = textsOf(world.slack);
    expect(texts.length).toBeGreaterThan(1);
    expect(texts[0]).toContain(`(1/${texts.length})`);
    expect(texts.flatMap(numbersIn)).toEqual(await Promise.all(calls.map(numberOf)));
    const plain = await world.db
      .selectFrom('deliveries')
      .select('plainest')
      .where('state', '=', 'delivered')
      .execute();
    expect(plain.every(({ plainest }) => !plainest)).toBe(true);
  });
});

describe('P2 P4 in whatever order things happen', () => {
  type Step =
    | { readonly do: 'call'; readonly kind: 'message' | 'sales' | 'unsure' }
    | { readonly do: 'retract' | 'to sales' | 'to message' | 'correct'; readonly which: number }
    | { readonly do: 'cut' | 'killed at the cut' | 'two cut at once' | 'hours' | 'deliver' };
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('call' as const),
        kind: fc.constantFrom('message' as const, 'message' as const, 'sales' as const, 'unsure' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'retract' as const,
          'to sales' as const,
          'to message' as const,
          'correct' as const,
        ),
        which: fc.nat(9),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'cut' as const,
          'killed at the cut' as const,
          'two cut at once' as const,
          'hours' as const,
          'deliver' as const,
        ),
      }),
    },
  );

  /** A process that dies in the transaction of the cut: its deliveries are written, and then it is gone. */
  async function killedAtTheCut(): Promise<void> {
    const dying = world.delivery.digests(() => undefined);
    const transaction = world.db.transaction.bind(world.db);
    Object.assign(world.db, {
      transaction: () => ({
        execute: (work: (trx: unknown) => Promise<unknown>) =>
          transaction().execute(async (trx) => {
            await work(trx);
            throw new Error('killed');
          }),
      }),
    });
    try {
      await dying.cut();
    } finally {
      Object.assign(world.db, { transaction });
    }
  }

  it('every reported call is in exactly one digest, and no sales call is in any', async () => {
    let cutOnTheWay = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 14, size: 'max' }), async (steps) => {
        await world.clear();
        const acme = await office();
        const calls: string[] = [];
        for (const each of steps) {
          if (each.do.includes('cut')) world.clock.set(nextCut(world.clock.now(), '18:00'));
          const target = 'which' in each ? calls[each.which % Math.max(1, calls.length)] : undefined;
          switch (each.do) {
            case 'call':
              calls.push(await recorded(world, acme, { kind: each.kind, message: '件' }));
              break;
            case 'retract':
              if (target) await retract(world, target, SUPERVISOR);
              break;
            case 'to sales':
            case 'to message':
              if (target)
                await reclassify(world, target, each.do === 'to sales' ? 'sales' : 'message', SUPERVISOR);
              break;
            case 'correct':
              if (target) await correct(world, target, { message: `件${each.which}` }, SUPERVISOR);
              break;
            case 'cut':
              await digests.cut();
              break;
            case 'killed at the cut':
              await killedAtTheCut();
              break;
            case 'two cut at once':
              await Promise.all([digests.cut(), world.delivery.digests(() => undefined).cut()]);
              break;
            case 'hours':
              world.clock.set(new Date(world.clock.now().getTime() + 5 * 3_600_000));
              break;
            case 'deliver':
              await world.deliverOnce();
              break;
          }
        }
        const out = await world.db
          .selectFrom('digest_items')
          .select('call_id')
          .where('state', '=', 'out')
          .execute();
        cutOnTheWay += out.length;
        for (let days = 0; days < 2; days += 1) await cutAt(nextCut(world.clock.now(), '18:00'));
        const sent = textsOf(world.email);
        const inDigests = sent.filter((text) => text.includes('【まとめ】')).flatMap(numbersIn);
        expect(new Set(inDigests).size).toBe(inDigests.length);
        for (const callId of calls) {
          const call = await world.changes.find(callId);
          if (call === undefined) throw new Error('no call');
          const times = inDigests.filter((number) => number === call.receiptNumber).length;
          const all = sent.flatMap(numbersIn).filter((number) => number === call.receiptNumber).length;
          if (call.rule.reported && !call.retracted) expect(times).toBe(1);
          const everReported = await world.db
            .selectFrom('digest_items')
            .select('call_id')
            .where('call_id', '=', callId)
            .execute();
          if (everReported.length === 0) expect(all).toBe(0);
        }
        const open = await world.db
          .selectFrom('deliveries')
          .select('id')
          .where('state', 'in', ['held', 'due', 'queued'])
          .execute();
        expect(open).toEqual([]);
      }),
      { numRuns: 12 },
    );
    expect(cutOnTheWay).toBeGreaterThan(5);
  }, 120_000);
});

describe('the arithmetic of digests', () => {
  it('a cut is after the moment, within a day, at its hour in Japan', () => {
    fc.assert(
      fc.property(
        fc.date({ min: at(1 + 9, '00:00'), max: at(28, '00:00'), noInvalidDate: true }),
        fc.nat(1439),
        (now, minute) => {
          const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
          const cut = nextCut(now, time);
          expect(cut > now && cut.getTime() - now.getTime() <= 86_400_000).toBe(true);
          expect(nextCut(new Date(cut.getTime() - 1), time)).toEqual(cut);
          expect(nextCut(cut, time).getTime()).toBe(cut.getTime() + 86_400_000);
        },
      ),
    );
  });

  it('parts hold every call once, in order, within the limits', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12_000), { maxLength: 120 }), (weights) => {
        const parts = partsOf(weights, (weight) => weight);
        expect(parts.flat()).toEqual(weights);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          expect(part.length).toBeLessThanOrEqual(DIGEST_LIMITS.calls);
          const sum = part.reduce((all, weight) => all + weight, 0);
          expect(part.length === 1 || sum <= DIGEST_LIMITS.weight).toBe(true);
        }
      }),
    );
  });
});
