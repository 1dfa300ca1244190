import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/channels/channel.ts';
import { retryDelivery } from '../../src/delivery/operations.ts';
import type { EmailBody } from '../../src/domain/body.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const REASON = { code: 'chatwork.test' };
const BAD_DESTINATION: Outcome = { type: 'rejected', scope: 'destination', reason: REASON };
const NOTICE = '【宛先のご確認】';

const isNotice = (message: OutgoingMessage): boolean => JSON.stringify(message.body).includes(NOTICE);
const sent = () => [...world.chatwork.sent, ...world.slack.sent, ...world.email.sent];
const noticesTo = () =>
  sent()
    .filter(isNotice)
    .map(({ address }) => address);

async function alerts(): Promise<readonly string[]> {
  const rows = await world.db.selectFrom('notices').select('key').orderBy('created_at').execute();
  return rows.map(({ key }) => key.split(':')[0] ?? '');
}

async function deliver(rounds = 3): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await world.deliverOnce();
}

const CHATWORK = { channel: 'chatwork', address: '1001' } as const;
const MAIL = { channel: 'email', address: 'soumu@acme.example' } as const;
const SLACK = { channel: 'slack', address: 'C0123ABCDEF' } as const;

describe('a client whose destination is switched off', () => {
  it('P3 is asked once for a new address, over another channel, besides getting the report there', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [CHATWORK, { ...CHATWORK, address: '1002', fallback: true }, { ...MAIL, fallback: true }],
    });
    for (let call = 0; call < 3; call += 1) await world.recorder.record(world.entry(clientId));
    world.chatwork.answer(BAD_DESTINATION, BAD_DESTINATION, BAD_DESTINATION);
    await deliver();
    expect(noticesTo()).toEqual([MAIL.address]);
    expect(await alerts()).toEqual(['destination']);
    expect(world.chatwork.sent.filter(({ address }) => address === '1002')).toHaveLength(3);
    const body = world.email.sent.find(isNotice)?.body as EmailBody;
    expect(body.subject).toBe('【受電報告】');
    expect(body.text).toContain('Chatwork ルームID 1001');
    expect(body.text).toContain('受付番号 20260618-');
    expect(body.text).not.toContain('見積書');
  });

  it('is not counted for it, and the word is never urgent', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [CHATWORK, { ...MAIL, fallback: true }],
    });
    await world.recorder.record(world.entry(clientId, { urgent: true }));
    world.chatwork.answer(BAD_DESTINATION);
    await deliver();
    const reports = await world.db
      .selectFrom('reports as r')
      .innerJoin('deliveries as d', 'd.report_id', 'r.id')
      .select(['r.sequence', 'r.purpose', 'r.month_count', 'd.channel', 'd.urgent', 'd.state'])
      .orderBy('r.sequence')
      .orderBy('d.channel')
      .execute();
    expect(reports).toEqual([
      {
        sequence: 1,
        purpose: 'initial',
        month_count: 1,
        channel: 'chatwork',
        urgent: true,
        state: 'failed',
      },
      {
        sequence: 1,
        purpose: 'initial',
        month_count: 1,
        channel: 'email',
        urgent: true,
        state: 'delivered',
      },
      {
        sequence: 2,
        purpose: 'destination_notice',
        month_count: null,
        channel: 'email',
        urgent: false,
        state: 'delivered',
      },
    ]);
    const usage = await world.db.selectFrom('usage_events').select('type').execute();
    expect(usage).toEqual([{ type: 'count' }]);
  });

  it('is asked over the same channel where there is no other', async () => {
    const other = { ...CHATWORK, address: '1002' };
    const clientId = await world.addClient({ code: 'acme', destinations: [CHATWORK, other] });
    await world.recorder.record(world.entry(clientId));
    world.chatwork.answer(BAD_DESTINATION);
    await deliver();
    expect(noticesTo()).toEqual(['1002']);
  });

  it('P3 with no other destination leaves it to staff', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [CHATWORK] });
    await world.recorder.record(world.entry(clientId));
    world.chatwork.answer(BAD_DESTINATION);
    await deliver();
    expect(noticesTo()).toEqual([]);
    expect(await alerts()).toEqual(['undeliverable', 'destination']);
  });

  it("P9 is never asked at a colleague's own address", async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [] });
    const yamada = await world.addMember({ clientId, name: '山田', destinations: [CHATWORK] });
    await world.addMember({ clientId, name: '渡辺', destinations: [MAIL] });
    await world.recorder.record(world.entry(clientId, { addressee: { type: 'member', memberId: yamada } }));
    world.chatwork.answer(BAD_DESTINATION);
    await deliver();
    expect(sent()).toHaveLength(1);
    expect(await alerts()).toEqual(['undeliverable', 'destination']);
  });

  it('has every row of the same address switched off with it', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [CHATWORK, MAIL] });
    const yamada = await world.addMember({ clientId, name: '山田', destinations: [CHATWORK] });
    await world.addClient({ code: 'beta', destinations: [CHATWORK] });
    await world.recorder.record(world.entry(clientId, { addressee: { type: 'member', memberId: yamada } }));
    world.chatwork.answer(BAD_DESTINATION);
    await deliver();
    const working = await world.db
      .selectFrom('destinations')
      .innerJoin('clients', 'clients.id', 'destinations.client_id')
      .select(['code', 'channel'])
      .where('disabled_at', 'is', null)
      .orderBy('code')
      .execute();
    expect(working).toEqual([
      { code: 'acme', channel: 'email' },
      { code: 'beta', channel: 'chatwork' },
    ]);
    expect(noticesTo()).toEqual([MAIL.address]);
  });

  it('is asked again when the destination was switched on again and broke again', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [CHATWORK, MAIL] });
    for (let time = 1; time <= 2; time += 1) {
      await world.recorder.record(world.entry(clientId));
      world.chatwork.answer(BAD_DESTINATION);
      await deliver();
      expect(noticesTo()).toHaveLength(time);
      expect(await alerts()).toHaveLength(time);
      await world.db.updateTable('destinations').set({ disabled_at: null, disabled_reason: null }).execute();
      world.clock.advance(60_000);
    }
  });

  it('P3 gets the word elsewhere when the place it went to breaks as well, and is asked about that one too', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [CHATWORK, MAIL, SLACK] });
    await world.recorder.record(world.entry(clientId));
    const bad: Outcome = { type: 'rejected', scope: 'destination', reason: { code: 'email.test' } };
    world.chatwork.answer(BAD_DESTINATION);
    world.email.answer({ type: 'delivered', receipt: { message_id: '1' } }, bad);
    await deliver(4);
    expect(noticesTo()).toEqual(['C0123ABCDEF', 'C0123ABCDEF', MAIL.address]);
    expect(await alerts()).toEqual(['destination', 'destination']);
    const texts = world.slack.sent.filter(isNotice).map(({ body }) => JSON.stringify(body));
    expect(texts.some((text) => text.includes('Chatwork ルームID 1001'))).toBe(true);
    expect(texts.some((text) => text.includes('メール soumu@acme.example'))).toBe(true);
  });

  it('two destinations of one call that break at once are both told', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [CHATWORK, { ...CHATWORK, address: '1002' }, MAIL],
    });
    await world.recorder.record(world.entry(clientId));
    await world.delivery.relay.handOut();
    world.chatwork.answer(BAD_DESTINATION, BAD_DESTINATION);
    await Promise.all(
      world.jobs
        .splice(0)
        .map(({ data }) => world.delivery.attempt.run({ id: data.id, generation: data.generation ?? 0 })),
    );
    await deliver();
    expect(noticesTo()).toEqual([MAIL.address, MAIL.address]);
  });
});

describe('the word itself', () => {
  async function told(): Promise<void> {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [CHATWORK, { ...MAIL, fallback: true }],
    });
    await world.recorder.record(world.entry(clientId, { kind: 'harassment', urgent: true }));
    world.chatwork.answer(BAD_DESTINATION);
    await world.deliverOnce();
  }

  it('P4 is not sent twice when nobody knows whether it arrived: only urgent reports are', async () => {
    await told();
    const uncertain: Outcome = { type: 'uncertain', reason: { code: 'email.lost_after_data' } };
    world.email.answer({ type: 'delivered', receipt: { message_id: '1' } }, uncertain);
    await world.deliverOnce();
    world.email.see({ type: 'inconclusive', reason: { code: 'email.lost_after_data' } });
    world.clock.advance(60_000);
    await world.delivery.reconciler.look();
    await deliver();
    expect(world.email.sent).toHaveLength(2);
    expect(await alerts()).toContain('uncertain');
    const asked = await world.db
      .selectFrom('notices')
      .select('body')
      .where('key', 'like', 'uncertain:%')
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(asked.body)).toContain('受電の報告ではありません');
  });

  it('that has nowhere left to go is no lost report: staff has heard of both destinations', async () => {
    await told();
    const bad: Outcome = { type: 'rejected', scope: 'destination', reason: { code: 'email.test' } };
    world.email.answer({ type: 'delivered', receipt: { message_id: '1' } }, bad);
    await deliver();
    expect(world.email.sent).toHaveLength(2);
    expect(await alerts()).toEqual(['destination', 'destination']);
  });

  it('takes its plainest form when the far side refuses its looks', async () => {
    await told();
    world.email.answer(
      { type: 'delivered', receipt: { message_id: '1' } },
      { type: 'rejected', scope: 'payload', reason: { code: 'email.too_large' } },
    );
    await deliver();
    const body = world.email.sent.at(-1)?.body as EmailBody;
    expect(body).toMatchObject({ html: '', text: expect.stringContaining('ルームID 1001') });
    expect(body.text).toContain('新しい宛先を当社までお知らせください');
  });
});

describe('after a fallback', () => {
  async function fallenBack() {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [CHATWORK, { ...MAIL, fallback: true }],
    });
    await world.recorder.record(world.entry(clientId));
    world.chatwork.answer(BAD_DESTINATION);
    await deliver();
    const original = await world.db
      .selectFrom('deliveries')
      .select(['id', 'state'])
      .where('channel', '=', 'chatwork')
      .executeTakeFirstOrThrow();
    return original;
  }

  it('P4 neither switching the destination on again nor a retry doubles the report', async () => {
    const { id, state } = await fallenBack();
    expect(state).toBe('failed');
    await world.db.updateTable('destinations').set({ disabled_at: null, disabled_reason: null }).execute();
    for (const evenIfUncertain of [false, true]) {
      const refused = await retryDelivery(world.db, {
        id,
        evenIfUncertain,
        actor: 'cli:test',
        clock: world.clock.now,
        newId,
      });
      expect(refused).toMatchObject({ type: 'refused', message: expect.stringContaining('twice') });
    }
    for (let hour = 0; hour < 3; hour += 1) {
      world.clock.advance(3_600_000);
      await world.delivery.sweeper.sweep();
      await deliver();
    }
    expect(sent().filter((message) => !isNotice(message))).toHaveLength(2);
    expect(world.email.sent.filter((message) => !isNotice(message))).toHaveLength(1);
  });

  it('P4 one that was superseded by waiting too long is never sent again either', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [CHATWORK, { ...MAIL, fallback: true }],
    });
    await world.recorder.record(world.entry(clientId, { urgent: true }));
    world.chatwork.answer({ type: 'retry', reason: REASON, afterMs: 600_000 });
    await world.deliverOnce();
    world.clock.advance(301_000);
    await world.delivery.sweeper.sweep();
    await deliver();
    const { id, state } = await world.db
      .selectFrom('deliveries')
      .select(['id', 'state'])
      .where('channel', '=', 'chatwork')
      .executeTakeFirstOrThrow();
    expect(state).toBe('cancelled');
    const how = { id, actor: 'cli:test', clock: world.clock.now, newId };
    expect(await retryDelivery(world.db, { ...how, evenIfUncertain: true })).toMatchObject({
      type: 'refused',
    });
    world.clock.advance(3_600_000);
    await deliver();
    expect(world.chatwork.sent).toHaveLength(1);
    expect(world.email.sent).toHaveLength(1);
  });
});
