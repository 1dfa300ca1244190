import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeMonth } from '../../src/billing/close-month.ts';
import { monthUsage } from '../../src/billing/usage.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';
import { correct, ledger, liveCounts, reclassify, recorded, retract, SUPERVISOR } from './changes.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const usage = async (month = '2026-06') => (await monthUsage(world.db, month))[0];

describe('taking a call back', () => {
  it('cancels silently what was not sent, and credits count and surcharge', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { surcharge: 'shouting' });
    expect(await retract(world, callId)).toMatchObject({
      type: 'changed',
      changed: { told: { retractions: 0 }, usage: 'credited', call: { retracted: true } },
    });
    await world.deliverOnce();
    expect(world.chatwork.sent).toEqual([]);
    expect(await ledger(world, callId)).toEqual(['initial chatwork 1001 cancelled']);
    expect(await usage()).toMatchObject({ counted: 0, credited: 1, surchargeYen: 0 });
  });

  it('P9 sends a short word where it arrived, without repeating the call', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    await retract(world, callId);
    await world.deliverOnce();
    expect(await ledger(world, callId)).toEqual([
      'initial chatwork 1001 delivered',
      'retraction chatwork 1001 delivered',
    ]);
    const sent = world.chatwork.sent[1];
    expect(sent?.answers?.deliveryId).toBe(world.chatwork.sent[0]?.deliveryId);
    expect(sent?.body.text).toContain('【取消】');
    expect(sent?.body.text).toContain('■受付番号: 20260618-0001');
    expect(sent?.body.text).not.toMatch(/佐藤|03-5550|見積書/);
    expect(await usage()).toMatchObject({ counted: 0 });
  });

  it('counts one that is being sent as perhaps arrived, and never sends it again', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { urgent: true });
    const { send } = world.chatwork;
    world.chatwork.send = async (message, signal) => {
      world.chatwork.send = send;
      await retract(world, callId);
      world.chatwork.answer({ type: 'retry', reason: { code: 'test.unreachable' } });
      return await send(message, signal);
    };
    await world.deliverOnce();
    world.clock.advance(3_600_000);
    await world.delivery.sweeper.sweep();
    await world.deliverOnce();
    expect(await ledger(world, callId)).toEqual([
      'initial chatwork 1001 cancelled',
      'retraction chatwork 1001 delivered',
    ]);
  });

  it('seeks no stand-in for a report that comes back after it was taken back', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'email', address: 'soumu@acme.example', fallback: true },
      ],
    });
    const callId = await recorded(world, clientId);
    const { send } = world.chatwork;
    world.chatwork.send = async (message, signal) => {
      world.chatwork.send = send;
      await retract(world, callId);
      world.chatwork.answer({
        type: 'rejected',
        scope: 'destination',
        reason: { code: 'chatwork.forbidden' },
      });
      return await send(message, signal);
    };
    await world.deliverOnce();
    await world.deliverOnce();
    expect((await ledger(world, callId)).filter((line) => line.startsWith('initial'))).toEqual([
      'initial chatwork 1001 failed',
    ]);
  });

  it('P2 is silent for a sales call, also one that had been reported before', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    await reclassify(world, callId, 'sales');
    await retract(world, callId);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
  });

  it('is for good', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await retract(world, callId);
    for (const result of [
      await retract(world, callId, SUPERVISOR),
      await correct(world, callId, { message: 'x' }),
      await reclassify(world, callId, 'sales'),
    ]) {
      expect(result).toEqual({ type: 'barred', why: 'retracted' });
    }
  });

  it('no longer counts among the harassment so far', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await retract(world, await recorded(world, clientId, { kind: 'harassment' }));
    world.clock.advance(1000);
    await recorded(world, clientId, { kind: 'harassment' });
    await world.deliverOnce();
    expect(world.chatwork.sent.at(-1)?.body.text).toContain('■これまでの件数: 1件');
  });
});

describe('another kind', () => {
  it('counts and reports a sales call that was a customer, in the month of the call', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const occurredAt = new Date('2026-06-18T04:00:00Z');
    const callId = await recorded(world, clientId, { kind: 'sales', occurredAt });
    world.clock.set('2026-07-01T01:00:00Z');
    expect(await reclassify(world, callId, 'message', SUPERVISOR)).toMatchObject({
      type: 'changed',
      changed: { told: { reports: 1, corrections: 0 }, usage: 'counted' },
    });
    await world.deliverOnce();
    expect(world.chatwork.sent.map(({ body }) => body.text)).toEqual([
      expect.stringMatching(/下記のお電話をお受けいたしました(.|\n)*1\/20回/),
    ]);
    expect(await usage('2026-06')).toMatchObject({ counted: 1 });
    expect(await usage('2026-07')).toMatchObject({ counted: 0 });
  });

  it('P2 credits a reported call that was sales, without any message', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { surcharge: 'shouting' });
    await world.deliverOnce();
    expect(await reclassify(world, callId, 'sales')).toMatchObject({
      type: 'changed',
      changed: { told: { reports: 0, corrections: 0, retractions: 0 }, usage: 'credited' },
    });
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    expect(await world.db.selectFrom('notices').select('id').execute()).toEqual([]);
    expect(await usage()).toMatchObject({ counted: 0, credited: 1, surchargeYen: 0 });
    const [audit] = await world.db.selectFrom('audit_log').selectAll().execute();
    expect(audit).toMatchObject({
      actor: 'U0OPERATOR',
      action: 'call.reclassified',
      detail: { reason: '聞き間違い', kind: { was: 'message', now: 'sales' }, usage: 'credited' },
    });
  });

  it('P5 credits a call in its own month while that is open, in the next one once it is closed', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const [before, after] = [await recorded(world, clientId), await recorded(world, clientId)];
    await world.deliverOnce();
    world.clock.set('2026-07-02T01:00:00Z');
    await reclassify(world, before, 'sales', SUPERVISOR);
    expect(await usage('2026-06')).toMatchObject({ counted: 1, credited: 1 });
    await closeMonth(world.db, { clock: world.clock.now, newId }, { month: '2026-06', by: SUPERVISOR.id });
    await reclassify(world, after, 'sales', SUPERVISOR);
    expect(await usage('2026-06')).toMatchObject({ counted: 1, credited: 1 });
    expect(await usage('2026-07')).toMatchObject({ counted: 0, credited: 1 });
  });

  it('P2 sends nothing that was still waiting when the call became sales', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await reclassify(world, callId, 'sales');
    await world.deliverOnce();
    expect(world.chatwork.sent).toEqual([]);
  });

  it('there and back counts again and says nothing a reader knows already', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    await reclassify(world, callId, 'sales');
    await reclassify(world, callId, 'message');
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    expect(await liveCounts(world, callId)).toBe(1);
    expect(await usage()).toMatchObject({ counted: 1 });
  });

  it('of a counted call is told as a correction with what the new kind asks, and not counted again', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    expect(await reclassify(world, callId, 'harassment')).toMatchObject({
      changed: { told: { corrections: 1 }, usage: 'unchanged' },
    });
    await world.deliverOnce();
    const { text } = world.chatwork.sent[1]?.body ?? { text: '' };
    expect(text).toContain('【訂正】【要対応】');
    expect(text).toContain('・種別: 用件 → 嫌がらせ電話');
    expect(text).toContain('お心当たりの有無');
    expect(await world.changes.find(callId)).toMatchObject({ rule: { flagged: true } });
    expect(await liveCounts(world, callId)).toBe(1);
  });

  it('is refused when it is the same, unknown, or would report to a client that has left', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { kind: 'sales' });
    for (const kind of ['sales', 'nonsense']) {
      expect(await reclassify(world, callId, kind)).toMatchObject({
        type: 'refused',
        problems: [{ field: 'kind' }],
      });
    }
    await world.db.updateTable('clients').set({ status: 'ended' }).execute();
    expect(await reclassify(world, callId, 'message')).toMatchObject({ type: 'refused' });
  });
});

describe('whatever is done with a call, in whatever order', () => {
  const step = fc.oneof(
    fc
      .constantFrom('message', 'sales', 'harassment', 'unsure')
      .map((kind) => ({ type: 'kind', kind }) as const),
    fc
      .constantFrom('見積書の件', '請求書の件', '折り返しの件')
      .map((message) => ({ type: 'say', message }) as const),
    fc.constantFrom(
      { type: 'send' },
      { type: 'send' },
      { type: 'fail' },
      { type: 'lose' },
      { type: 'take-back' },
    ),
  );

  it('P5 it counts once exactly while it is reported, P4 no place gets a first report twice, P2 sales is silent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('message', 'sales'),
        fc.array(step, { minLength: 2, maxLength: 8 }),
        async (kind, steps) => {
          await world.clear();
          const clientId = await world.addClient({
            code: 'acme',
            destinations: [
              { channel: 'chatwork', address: '1001' },
              { channel: 'slack', address: 'C0ROOM' },
            ],
          });
          const callId = await recorded(world, clientId, { kind });
          for (const todo of steps) {
            world.clock.advance(60_000);
            const sentBefore = world.chatwork.sent.length + world.slack.sent.length;
            if (todo.type === 'kind') await reclassify(world, callId, todo.kind);
            if (todo.type === 'say') await correct(world, callId, { message: todo.message });
            if (todo.type === 'take-back') await retract(world, callId);
            if (todo.type === 'fail') world.slack.answer({ type: 'retry', reason: { code: 'test.away' } });
            if (todo.type === 'lose')
              world.slack.answer({ type: 'uncertain', reason: { code: 'test.lost' } });
            if (['send', 'fail', 'lose'].includes(todo.type)) {
              await world.deliverOnce();
              await world.delivery.reconciler.look();
            }
            const call = await world.changes.find(callId);
            const counts = call?.rule.counted === true && !call.retracted;
            expect(await liveCounts(world, callId)).toBe(counts ? 1 : 0);
            if (todo.type === 'kind' && call?.rule.reported === false) {
              expect(await waiting()).toBe(0);
              expect(world.chatwork.sent.length + world.slack.sent.length).toBe(sentBefore);
            }
          }
          const arrived = (await ledger(world, callId)).filter((line) => /^initial .* delivered$/.test(line));
          expect(new Set(arrived).size).toBe(arrived.length);
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  async function waiting(): Promise<number> {
    const rows = await world.db
      .selectFrom('deliveries')
      .select('id')
      .where('state', 'in', ['held', 'due', 'queued'])
      .execute();
    return rows.length;
  }
});
