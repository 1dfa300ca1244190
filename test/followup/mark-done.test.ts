import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDone, type Done } from '../../src/followup/mark-done.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let done: Done;
beforeAll(async () => {
  world = await createWorld();
  done = createDone({ db: world.db, clock: world.clock.now, newId });
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const TWO = [
  { channel: 'chatwork', address: '1001' },
  { channel: 'email', address: 'soumu@acme.example' },
] as const;

async function reported(): Promise<{ clientId: string; deliveries: readonly string[] }> {
  const clientId = await world.addClient({ code: 'acme', destinations: TWO });
  await world.recorder.record(world.entry(clientId));
  await world.deliverOnce();
  const rows = await world.db.selectFrom('deliveries').select('id').orderBy('channel').execute();
  return { clientId, deliveries: rows.map(({ id }) => id) };
}

const one = (list: readonly string[], at = 0): string => list[at] ?? '';
const REPORT = { receiptNumber: '20260618-0001', clientName: '株式会社サンプル商事' };

describe('a report marked done', () => {
  it('is open until somebody says so, then done by whom and when, through each of its deliveries', async () => {
    const { deliveries } = await reported();
    expect(await done.read(one(deliveries))).toMatchObject({ type: 'open', report: REPORT });
    world.clock.advance(60_000);
    const at = world.clock.now();
    const marked = await done.mark(one(deliveries), { via: 'slack', person: 'U0CLIENT01' });
    expect(marked).toMatchObject({ type: 'marked', mark: { at, via: 'slack', person: 'U0CLIENT01' } });
    expect(await done.read(one(deliveries, 1))).toMatchObject({ type: 'done', mark: { at } });
  });

  it('keeps the first mark, whoever comes after, and writes it down once', async () => {
    const { deliveries } = await reported();
    await done.mark(one(deliveries), { via: 'link' });
    const first = await done.read(one(deliveries));
    world.clock.advance(60_000);
    const again = await done.mark(one(deliveries, 1), { via: 'slack', person: 'U0CLIENT01' });
    expect(again).toMatchObject({ type: 'already', mark: { via: 'link', person: null } });
    expect(await done.read(one(deliveries))).toEqual(first);
    const audit = await world.db.selectFrom('audit_log').select(['actor', 'action']).execute();
    expect(audit).toEqual([{ actor: 'client:link', action: 'call.done' }]);
  });

  it('of many at the same moment takes one', async () => {
    const { deliveries } = await reported();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) => done.mark(one(deliveries, i % 2), { via: 'link' })),
    );
    expect(results.map(({ type }) => type).toSorted()).toEqual([...Array(7).fill('already'), 'marked']);
    expect(await world.db.selectFrom('done_marks').select('call_id').execute()).toHaveLength(1);
  });

  it('changes no count and no delivery', async () => {
    const { deliveries } = await reported();
    const before = await Promise.all([
      world.db.selectFrom('usage_events').selectAll().execute(),
      world.db.selectFrom('deliveries').selectAll().orderBy('id').execute(),
    ]);
    await done.mark(one(deliveries), { via: 'link' });
    expect(
      await Promise.all([
        world.db.selectFrom('usage_events').selectAll().execute(),
        world.db.selectFrom('deliveries').selectAll().orderBy('id').execute(),
      ]),
    ).toEqual(before);
  });

  it('P9 cannot be, through a cancelled delivery, an ended contract or one that never was', async () => {
    const { clientId, deliveries } = await reported();
    await world.db
      .updateTable('deliveries')
      .set({ state: 'cancelled' })
      .where('id', '=', one(deliveries))
      .execute();
    expect(await done.mark(one(deliveries), { via: 'link' })).toEqual({ type: 'revoked' });
    expect(await done.read(one(deliveries, 1))).toMatchObject({ type: 'open' });
    await world.db.updateTable('clients').set({ status: 'ended' }).where('id', '=', clientId).execute();
    expect(await done.mark(one(deliveries, 1), { via: 'link' })).toEqual({ type: 'revoked' });
    expect(await done.mark(newId(), { via: 'link' })).toEqual({ type: 'revoked' });
    expect(await world.db.selectFrom('done_marks').select('call_id').execute()).toEqual([]);
  });

  it('cannot be once the report was retracted', async () => {
    const { clientId, deliveries } = await reported();
    const { id: callId } = await world.db.selectFrom('calls').select('id').executeTakeFirstOrThrow();
    await world.db
      .insertInto('reports')
      .values({
        id: newId(),
        call_id: callId,
        client_id: clientId,
        sequence: 2,
        purpose: 'retraction',
        template: 'message',
        month_count: null,
        month_included: null,
        created_at: world.clock.now(),
      })
      .execute();
    expect(await done.mark(one(deliveries), { via: 'link' })).toEqual({ type: 'revoked' });
  });
});

describe('the body of a delivery', () => {
  it('has the delivery’s own link, the same when it is sent again', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: TWO });
    await world.recorder.record(world.entry(clientId));
    world.chatwork.answer({ type: 'retry', reason: { code: 'x' } });
    await world.deliverOnce();
    world.clock.advance(60_000);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(2);
    const rows = await world.db.selectFrom('deliveries').select(['id', 'channel', 'body']).execute();
    for (const { id, channel, body } of rows) {
      const [, token = ''] =
        /https:\/\/toritsugi\.example\/r\/(\S+)/.exec((body as { text: string }).text) ?? [];
      expect(world.replyLinks.read(token, world.clock.now())).toEqual({
        type: 'valid',
        purpose: 'done',
        deliveryId: id,
      });
      if (channel === 'chatwork') {
        for (const { body: sent } of world.chatwork.sent) expect(JSON.stringify(sent)).toContain(token);
      }
    }
  });

  it('keeps its link when the far side wants the plainest form', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [TWO[0]] });
    await world.recorder.record(world.entry(clientId));
    const link = async () => {
      const { body } = await world.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow();
      return /https:\/\/toritsugi\.example\/r\/\S+/.exec((body as { text: string }).text)?.[0];
    };
    const first = await link();
    world.chatwork.answer({ type: 'rejected', scope: 'payload', reason: { code: 'x' } });
    await world.deliverOnce();
    expect(await world.db.selectFrom('deliveries').select('plainest').execute()).toEqual([
      { plainest: true },
    ]);
    expect(first).toBeDefined();
    expect(await link()).toBe(first);
  });

  it('P9 stays with the client: an alert that a report reached nobody has its words without the link', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [TWO[0]] });
    await world.recorder.record(world.entry(clientId));
    world.chatwork.answer({ type: 'rejected', scope: 'destination', reason: { code: 'x' } });
    await world.deliverOnce();
    const notices = await world.db.selectFrom('notices').select('body').execute();
    const told = JSON.stringify(notices);
    expect(told).toContain('見積書の件');
    expect(told).not.toContain('/r/');
  });

  it('P2 there is none for a sales call, and so nothing to mark', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: TWO });
    await world.recorder.record(world.entry(clientId, { kind: 'sales' }));
    expect(await world.db.selectFrom('deliveries').select('id').execute()).toEqual([]);
  });
});
