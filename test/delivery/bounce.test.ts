import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { retryDelivery } from '../../src/delivery/operations.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { type BouncedMail, exim, MAIL_SYSTEMS, outOfOffice, postfix } from '../support/bounced-mail.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const ADDRESS = 'soumu@acme.example';
const NOTICE = '【宛先のご確認】';

/** A report that went out by mail, with Chatwork standing by. */
async function mailed(o: { fallback?: boolean; outcome?: Outcome } = {}): Promise<BouncedMail> {
  const clientId = await world.addClient({
    code: 'acme',
    destinations: [
      { channel: 'email', address: ADDRESS },
      ...((o.fallback ?? true) ? [{ channel: 'chatwork', address: '1001', fallback: true } as const] : []),
    ],
  });
  await world.recorder.record(world.entry(clientId));
  if (o.outcome !== undefined) world.email.answer(o.outcome);
  await world.deliverOnce();
  const { id } = await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow();
  return { deliveryId: id, recipient: ADDRESS };
}

const take = (text: string) => world.delivery.takeBounce(Buffer.from(text), 'cli:test');

async function deliver(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await world.deliverOnce();
}

async function stateOf(id: string) {
  return await world.db
    .selectFrom('deliveries')
    .select(['state', 'reason', 'said'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** Everything in the ledger that a bounce could change. */
async function ledger() {
  const { db } = world;
  return {
    deliveries: await db.selectFrom('deliveries').selectAll().orderBy('id').execute(),
    destinations: await db.selectFrom('destinations').selectAll().orderBy('id').execute(),
    reports: await db.selectFrom('reports').selectAll().orderBy('id').execute(),
    notices: await db.selectFrom('notices').select('key').orderBy('id').execute(),
    audit: await db.selectFrom('audit_log').selectAll().orderBy('id').execute(),
  };
}

const alerts = async () => (await ledger()).notices.map(({ key }) => key.split(':')[0]);
const disabled = async () => (await ledger()).destinations.filter((row) => row.disabled_at !== null).length;

describe.each(Object.entries(MAIL_SYSTEMS))('a mail that %s sends back for good', (name, write) => {
  it('P3 fails after all: switched off, sent elsewhere, the client asked, staff told, each once', async () => {
    const mail = await mailed();
    // Exim's own status says only "for good"; the far side's words say why.
    expect(await take(write(mail))).toEqual({ type: 'failed', deliveryId: mail.deliveryId, disabled: true });
    expect(await stateOf(mail.deliveryId)).toMatchObject({ state: 'failed', reason: 'email.bounced' });
    await deliver();
    const texts = world.chatwork.sent.map(({ body }) => JSON.stringify(body));
    expect(texts).toHaveLength(2);
    expect(texts.filter((text) => text.includes(NOTICE) && text.includes(ADDRESS))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('見積書'))).toHaveLength(1);
    expect(await alerts()).toEqual(['destination']);
    expect(await disabled()).toBe(1);

    const before = await ledger();
    expect(await take(write(mail))).toEqual({ type: 'unchanged', why: 'seen_before' });
    // Another copy, with an id of its own, finds the delivery failed.
    const copy = write({ ...mail, messageId: `<2@${name}.example>` });
    expect(await take(copy)).toEqual({ type: 'unchanged', why: 'not_delivered' });
    expect(await ledger()).toEqual(before);
  });
});

describe('a mail that comes back for another reason', () => {
  it.each(['5.2.2', '5.7.1', '4.4.7'])('P3 %s goes elsewhere, and its address stays', async (status) => {
    const mail = await mailed();
    const text = postfix({ ...mail, status, diagnostic: 'mailbox full' });
    expect(await take(text)).toEqual({ type: 'failed', deliveryId: mail.deliveryId, disabled: false });
    await deliver();
    expect(world.chatwork.sent).toHaveLength(1);
    expect(JSON.stringify(world.chatwork.sent[0]?.body)).not.toContain(NOTICE);
    expect(await alerts()).toEqual(['bounced']);
    expect(await disabled()).toBe(0);
  });

  it('P3 tells staff that the report reached nobody when there is nowhere else', async () => {
    const mail = await mailed({ fallback: false });
    await take(exim({ ...mail, diagnostic: '550 go away' }));
    expect(await alerts()).toEqual(['undeliverable', 'bounced']);
  });
});

describe('an uncertain mail', () => {
  const UNCERTAIN: Outcome = { type: 'uncertain', reason: { code: 'email.lost_after_data' } };

  it('P4 that comes back is surely not there, so it goes elsewhere', async () => {
    const mail = await mailed({ outcome: UNCERTAIN });
    expect(await take(postfix(mail))).toMatchObject({ type: 'failed' });
    await deliver();
    expect(world.chatwork.sent).toHaveLength(2);
    world.clock.advance(3_600_000);
    await world.delivery.reconciler.look();
    expect((await stateOf(mail.deliveryId)).state).toBe('failed');
  });
});

describe('a delay', () => {
  it('is only noted, once', async () => {
    const mail = await mailed();
    const text = postfix({ ...mail, action: 'delayed', status: '4.4.1' });
    expect(await take(text)).toEqual({ type: 'noted', deliveryId: mail.deliveryId });
    expect(await take(text)).toEqual({ type: 'unchanged', why: 'seen_before' });
    expect(await stateOf(mail.deliveryId)).toMatchObject({ state: 'delivered', reason: null });
    const { audit, notices } = await ledger();
    expect(notices).toEqual([]);
    expect(audit).toMatchObject([
      { action: 'delivery.bounce_delayed', actor: 'cli:test', subject_id: mail.deliveryId },
    ]);
    expect(await take(postfix(mail))).toMatchObject({ type: 'failed' });
  });
});

describe('an address the destination forwards to', () => {
  it('P4 that refuses the mail changes nothing, because others may have it; P3 staff is told', async () => {
    const mail = await mailed();
    const text = postfix({ ...mail, recipient: 'gone@acme.example', original: ADDRESS });
    expect(await take(text)).toEqual({ type: 'forwarding', deliveryId: mail.deliveryId });
    expect((await stateOf(mail.deliveryId)).state).toBe('delivered');
    await deliver();
    expect(world.chatwork.sent).toEqual([]);
    expect(await alerts()).toEqual(['forwarding']);
  });
});

describe('P4 nothing changes for', () => {
  it.each<[string, (mail: BouncedMail) => string, string]>([
    [
      'a delivery that does not exist',
      (mail) => postfix({ ...mail, deliveryId: newId() }),
      'unknown_delivery',
    ],
    [
      'an address that is not the delivery’s',
      (mail) => exim({ ...mail, recipient: 'x@evil.example' }),
      'other_recipient',
    ],
    [
      'a forged address of the right delivery',
      (mail) => postfix({ ...mail, recipient: 'x@evil.example' }),
      'other_recipient',
    ],
    [
      'two deliveries in one',
      (mail) => postfix({ ...mail, returnedId: `<${newId()}@agency.example>` }),
      'contradictory',
    ],
    ['an out-of-office note', outOfOffice, 'not_a_report'],
    ['good news', (mail) => postfix({ ...mail, action: 'delivered', status: '2.0.0' }), 'good_news'],
    ['a relayed mail', (mail) => postfix({ ...mail, action: 'relayed', status: '2.0.0' }), 'good_news'],
    ['garbage', () => 'garbage', 'malformed'],
    ['nothing', () => '', 'empty'],
  ])('%s', async (_, write, why) => {
    const mail = await mailed();
    const before = await ledger();
    expect(await take(write(mail))).toEqual({
      type: 'unchanged',
      why: why === 'malformed' ? expect.stringMatching(/malformed|not_a_report/) : why,
    });
    expect(await ledger()).toEqual(before);
  });

  it('a delivery over another channel', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await world.recorder.record(world.entry(clientId));
    await world.deliverOnce();
    const { id } = await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow();
    const before = await ledger();
    expect(await take(postfix({ deliveryId: id, recipient: ADDRESS }))).toEqual({
      type: 'unchanged',
      why: 'not_a_mail',
    });
    expect(await ledger()).toEqual(before);
  });

  it.each(['due', 'cancelled'] as const)('a delivery that is %s', async (state) => {
    const mail = await mailed();
    await world.db
      .updateTable('deliveries')
      .set({ state, ended_at: state === 'due' ? null : world.clock.now() })
      .execute();
    expect(await take(postfix(mail))).toEqual({ type: 'unchanged', why: 'not_delivered' });
    expect((await stateOf(mail.deliveryId)).state).toBe(state);
  });
});

describe('a bounce that overtakes the outcome', () => {
  it('P3 is asked for again, and counts then', async () => {
    const send = world.email.send;
    let early: unknown;
    world.email.send = async (message, signal) => {
      early = await take(postfix({ deliveryId: message.deliveryId, recipient: ADDRESS }));
      return send(message, signal);
    };
    const mail = await mailed();
    world.email.send = send;
    expect(early).toEqual({ type: 'too_early', deliveryId: mail.deliveryId });
    expect((await stateOf(mail.deliveryId)).state).toBe('delivered');
    expect(await take(postfix(mail))).toMatchObject({ type: 'failed' });
  });
});

describe('P4 a retry after a bounce', () => {
  const retry = (id: string) =>
    retryDelivery(world.db, { id, evenIfUncertain: true, actor: 'cli:test', clock: world.clock.now, newId });

  it('is refused when another destination took the report', async () => {
    const mail = await mailed();
    await take(postfix(mail));
    expect(await retry(mail.deliveryId)).toMatchObject({ type: 'refused' });
    await deliver();
    expect(world.email.sent).toHaveLength(1);
  });

  it('is sent where nobody else has it; the old bounce does not fail it, a new one does', async () => {
    const mail = await mailed({ fallback: false });
    await take(postfix(mail));
    expect(await retry(mail.deliveryId)).toEqual({ type: 'done' });
    await deliver();
    expect(world.email.sent).toHaveLength(2);
    expect(await take(postfix(mail))).toEqual({ type: 'unchanged', why: 'seen_before' });
    expect((await stateOf(mail.deliveryId)).state).toBe('delivered');
    expect(await take(postfix({ ...mail, messageId: '<9@mx.agency.example>' }))).toMatchObject({
      type: 'failed',
    });
  });
});

describe('the same bounce handed in twice at once', () => {
  it('counts once', async () => {
    const mail = await mailed();
    const results = await Promise.all([take(postfix(mail)), take(postfix(mail)), take(postfix(mail))]);
    expect(results.map(({ type }) => type).toSorted()).toEqual(['failed', 'unchanged', 'unchanged']);
    await deliver();
    expect(world.chatwork.sent).toHaveLength(2);
  });
});

describe('two mails of one call that come back at once', () => {
  it('both count, and the client is asked for both addresses', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'email', address: ADDRESS },
        { channel: 'email', address: 'eigyo@acme.example' },
        { channel: 'chatwork', address: '1001', fallback: true },
      ],
    });
    await world.recorder.record(world.entry(clientId));
    await world.deliverOnce();
    const sent = world.email.sent.map(({ deliveryId, address }) => ({ deliveryId, recipient: address }));
    const results = await Promise.all(sent.map((mail) => take(postfix(mail))));
    expect(results.map(({ type }) => type)).toEqual(['failed', 'failed']);
    await deliver();
    const texts = world.chatwork.sent.map(({ body }) => JSON.stringify(body));
    expect(texts.filter((text) => text.includes('見積書'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes(NOTICE) && text.includes(ADDRESS))).toHaveLength(1);
    expect(texts.filter((text) => text.includes(NOTICE) && text.includes('eigyo@'))).toHaveLength(1);
  });
});
