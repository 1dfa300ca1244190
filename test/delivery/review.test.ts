import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliveriesReleaseCommand } from '../../src/commands/deliveries-release.ts';
import { asSlackMessage } from '../../src/delivery/notice-forms.ts';
import { cancelDelivery, listDeliveries, retryDelivery } from '../../src/delivery/operations.ts';
import { reviewOf } from '../../src/delivery/review/standing.ts';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import { afterReview, REVIEW_STATES, type ReviewAct } from '../../src/domain/review.ts';
import { SLACK_TOTAL, slackFault } from '../../src/reports/limits.ts';
import { runOn } from '../commands/running.ts';
import {
  correct,
  ledger,
  liveCounts,
  reclassify,
  recorded,
  requestFor,
  retract,
  SUPERVISOR,
  shown,
} from '../intake/changes.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
const BY = { id: SUPERVISOR.id, name: SUPERVISOR.name };

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const profile = { name: 'サンプル電話代行', hours: {}, closures: [], trainees: ['U0OPERATOR'] };
  await world.db
    .insertInto('agency')
    .values({ profile: JSON.stringify(profile), updated_at: world.clock.now() })
    .execute();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const standing = async (callId: string) => {
  const review = await reviewOf(world.db, callId);
  if (review === undefined) throw new Error('no review');
  return review;
};
const verdict = async (callId: string) => ({ callId, round: (await standing(callId)).round, by: BY });
const send = async (callId: string) => await world.delivery.reviews.send(await verdict(callId));
const giveBack = async (callId: string) =>
  await world.delivery.reviews.giveBack({
    ...(await verdict(callId)),
    reason: '敬称がありません',
    notice: (round) => ({
      key: `returned:${callId}:${round}`,
      target: 'U0OPERATOR',
      body: { text: '差し戻し', blocks: [] },
    }),
  });
const submit = async (callId: string) => await world.delivery.reviews.submit(await verdict(callId));
const sendCorrected = async (callId: string, message: string) =>
  await world.changes.correct({
    ...(await requestFor(world, callId, SUPERVISOR)),
    correction: { ...(await shown(world, callId)), message },
    release: { round: (await reviewOf(world.db, callId))?.round ?? 1 },
  });
const notices = async (target = 'staff') =>
  await world.db
    .selectFrom('notices')
    .select(['key', 'target', 'body', 'state'])
    .where('target', '=', target)
    .orderBy('id')
    .execute();
const texts = () => world.chatwork.sent.map(({ body }) => ('text' in body ? body.text : ''));

describe('a report of a trainee', () => {
  it('P1 P5 is recorded and counted at once, held with the reason, and asked about with its words', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'email', address: 'soumu@acme.example' },
      ],
    });
    const result = await world.recorder.record(world.entry(clientId));
    if (result.type !== 'recorded') throw new Error(result.type);
    const { callId } = result.receipt;
    expect(result.receipt).toMatchObject({ destinations: 2, held: true });
    expect(await liveCounts(world, callId)).toBe(1);
    await world.deliverOnce();
    expect([world.chatwork.sent, world.email.sent]).toEqual([[], []]);
    const rows = await listDeliveries(world.db, { state: 'held', limit: 9 });
    expect(rows.map(({ reason }) => reason)).toEqual(['review.trainee', 'review.trainee']);

    const [question] = await notices();
    if (question === undefined) throw new Error('nobody was asked');
    const message = asSlackMessage(question.body);
    expect(slackFault(message)).toBeNull();
    const all = JSON.stringify(message.blocks);
    for (const part of [
      '【確認待ち】',
      'acme',
      '20260618-0001',
      '受付: 鈴木',
      '研修中',
      'Chatwork 1001',
      '見積書の件',
      '差し戻し',
    ]) {
      expect(all).toContain(part);
    }
    // The link by which the client marks it done is for the client alone (P9).
    expect(all).not.toContain('toritsugi.example/r/');

    expect(await send(callId)).toMatchObject({
      type: 'done',
      review: { state: 'sent', decidedName: '高橋' },
    });
    await world.deliverOnce();
    await world.deliverOnce();
    expect([world.chatwork.sent.length, world.email.sent.length]).toEqual([1, 1]);
    const audit = await world.db.selectFrom('audit_log').select(['actor', 'action']).execute();
    expect(audit).toEqual([{ actor: SUPERVISOR.id, action: 'review.sent' }]);
  });

  it('goes out at once when it is urgent, and P2 a sales call stays silent', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await recorded(world, clientId, { urgent: true });
    await recorded(world, clientId, { kind: 'sales' });
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    expect(await notices()).toEqual([]);
  });

  it('P4 of two supervisors at once one decides; the other is told who', async () => {
    const callId = await recorded(world, await world.addClient({ code: 'acme' }));
    const at = await verdict(callId);
    const results = await Promise.all([
      world.delivery.reviews.send(at),
      world.delivery.reviews.send({ ...at, by: { id: 'U0SUPERVIS2', name: '田中' } }),
      giveBack(callId),
    ]);
    expect(results.map(({ type }) => type).toSorted()).toEqual(['done', 'stale', 'stale']);
    const winner = results.find(({ type }) => type === 'done');
    const name = winner?.type === 'done' && winner.review.decidedName;
    for (const result of results) {
      if (result.type === 'stale') expect(result.review.decidedName).toBe(name);
    }
  });

  it('is not approved unread: a press on what was shown before it changed decides nothing', async () => {
    const callId = await recorded(world, await world.addClient({ code: 'acme' }));
    const before = await verdict(callId);
    await correct(world, callId, { message: '請求書の件' });
    expect(await world.delivery.reviews.send(before)).toMatchObject({
      type: 'stale',
      review: { state: 'waiting' },
    });
    const asked = await notices();
    expect(asked).toHaveLength(2);
    expect(asked[1]?.body.report).toContain('請求書の件');
    // The first had not gone out yet, and need not.
    expect(asked.map(({ state }) => state)).toEqual(['failed', 'due']);
    expect(await ledger(world, callId)).toEqual([
      'initial chatwork 1001 cancelled',
      'initial chatwork 1001 held',
    ]);
  });

  it('is corrected and sent by a supervisor as the first report, not as a 訂正報告; too late, nothing happens', async () => {
    const callId = await recorded(world, await world.addClient({ code: 'acme' }));
    const request = {
      ...(await requestFor(world, callId, SUPERVISOR)),
      correction: { ...(await shown(world, callId)), message: '請求書の件' },
      release: { round: 1 },
    };
    const trainee = { id: 'U0OPERATOR', name: '鈴木', supervisor: false };
    expect(await world.changes.correct({ ...request, by: trainee })).toMatchObject({ type: 'decided' });
    expect(await world.changes.correct(request)).toMatchObject({
      type: 'changed',
      changed: { told: { reports: 1, corrections: 0, held: false } },
    });
    expect(await standing(callId)).toMatchObject({ state: 'sent', decidedName: '高橋' });
    await world.deliverOnce();
    expect(texts()).toEqual([expect.stringContaining('請求書の件')]);
    expect(texts()[0]).not.toContain('訂正');
    expect(await world.changes.correct({ ...request, key: 'another' })).toMatchObject({ type: 'barred' });
    const late = { ...(await requestFor(world, callId, SUPERVISOR)), correction: request.correction };
    expect(await world.changes.correct({ ...late, release: { round: 1 } })).toMatchObject({
      type: 'decided',
      review: { state: 'sent' },
    });
    expect(await ledger(world, callId)).toHaveLength(2);
  });

  it('once it was sent, is corrected under review by its operator, and at once by a supervisor', async () => {
    const callId = await recorded(world, await world.addClient({ code: 'acme' }));
    await send(callId);
    await world.deliverOnce();
    await correct(world, callId, { message: '請求書の件' });
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    expect((await notices()).at(-1)?.body.blocks[0]).toMatchObject({
      text: { text: expect.stringContaining('内容: 訂正報告') },
    });
    await send(callId);
    await world.deliverOnce();
    expect(texts().at(-1)).toContain('【訂正】');
    await correct(world, callId, { message: '納品書の件' }, SUPERVISOR);
    await world.deliverOnce();
    expect(texts().at(-1)).toContain('納品書の件');
    expect(world.chatwork.sent).toHaveLength(3);
  });
});

describe('a client whose reports are reviewed', () => {
  it('has every report held, whoever entered it, and corrections of colleagues too', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await world.db.updateTable('clients').set({ review: true }).execute();
    const callId = await recorded(world, clientId, { operator: { id: 'U0COLLEAGUE', name: '田中' } });
    expect(await standing(callId)).toMatchObject({ state: 'waiting', why: 'client' });
    await world.db.updateTable('clients').set({ review: false }).execute();
    await recorded(world, clientId, { operator: { id: 'U0COLLEAGUE', name: '田中' } });
    await world.deliverOnce();
    // What waited goes on waiting when the choice is taken back.
    expect(world.chatwork.sent).toHaveLength(1);
  });
});

describe('what nobody decides', () => {
  it('P3 is reminded of after 5 minutes, then every 15, louder after 30, and neither sent nor given up', async () => {
    const callId = await recorded(world, await world.addClient({ code: 'acme' }));
    const heads = async (target?: string) =>
      (await notices(target)).map(({ body }) => body.text.replace(/[。(].*/, ''));
    const sweepAfter = async (minutes: number) => {
      world.clock.advance(minutes * MINUTE);
      await world.delivery.sweeper.sweep();
      await world.delivery.sweeper.sweep();
    };
    await sweepAfter(4);
    expect(await heads()).toHaveLength(1);
    await sweepAfter(1);
    expect((await notices()).at(-1)?.body.text).toContain('5分経過');
    await sweepAfter(14);
    expect(await heads()).toHaveLength(2);
    await sweepAfter(1);
    expect(await heads()).toHaveLength(3);
    await sweepAfter(15);
    expect((await notices()).at(-1)?.body.text).toContain('【至急・確認待ち】');
    await sweepAfter(25 * 60);
    await world.deliverOnce();
    expect(world.chatwork.sent).toEqual([]);
    expect(await ledger(world, callId)).toEqual(['initial chatwork 1001 held']);
    // Sent a day late, it is tried and falls back like any other: its waiting counts from here.
    await send(callId);
    await world.delivery.sweeper.sweep();
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
  });

  it('P3 what was returned and never comes back is told, too, and may still be sent', async () => {
    const callId = await recorded(world, await world.addClient({ code: 'acme' }));
    await giveBack(callId);
    expect(await notices('U0OPERATOR')).toHaveLength(1);
    world.clock.advance(15 * MINUTE);
    await world.delivery.reviews.remind();
    const last = (await notices()).at(-1);
    expect(last?.body.text).toContain('【差し戻し中】');
    expect(JSON.stringify(last?.body.last)).not.toContain('差し戻し');
    expect(await send(callId)).toMatchObject({ type: 'done' });
  });
});

describe('places that change while a report waits', () => {
  it('P9 gets nothing at a place taken out of the file, and P3 goes to where it would go now, or staff is told', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const [moved, gone] = [await recorded(world, clientId), await recorded(world, clientId)];
    await world.db.updateTable('destinations').set({ active: false }).execute();
    const destination = {
      client_id: clientId,
      roster_member_id: null,
      channel: 'email' as const,
      address: 'new@acme.example',
      mention: null,
      position: 0,
      fallback: false,
      active: true,
      disabled_at: null,
      disabled_reason: null,
    };
    await world.db
      .insertInto('destinations')
      .values({ id: newId(), ...destination })
      .execute();
    expect(await send(moved)).toMatchObject({ type: 'done' });
    await world.db.updateTable('destinations').set({ active: false }).execute();
    expect(await send(gone)).toMatchObject({ type: 'stale', review: { state: 'dropped' } });
    expect((await notices()).at(-1)?.body.text).toContain('【至急】使える宛先のない受電');
    await world.deliverOnce();
    expect(world.chatwork.sent).toEqual([]);
    expect(world.email.sent.map(({ address }) => address)).toEqual(['new@acme.example']);
  });
});

describe('at the terminal', () => {
  it('a held delivery is released or cancelled, not retried; what is cancelled is asked about no more', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const decision = { actor: 'cli:sato', clock: world.clock.now, newId };
    const release = async (id: string) =>
      await runOn(world.database, deliveriesReleaseCommand, { deliveries: [id] }, { clock: world.clock.now });
    const [one, two] = [await recorded(world, clientId), await recorded(world, clientId)];
    const [second, first] = await listDeliveries(world.db, { state: 'held', limit: 9 });
    if (first === undefined || second === undefined) throw new Error('nothing is held');
    const again = await retryDelivery(world.db, { ...decision, id: first.id, evenIfUncertain: true });
    expect(again).toMatchObject({ type: 'refused', message: expect.stringContaining('release') });
    expect(await release(first.id)).toMatchObject({ code: 0, out: `${first.id}: released\n` });
    expect(await release(first.id)).toMatchObject({ code: 1 });
    expect(await standing(one)).toMatchObject({ state: 'sent' });
    expect(await cancelDelivery(world.db, { ...decision, id: second.id })).toEqual({ type: 'done' });
    expect(await send(two)).toMatchObject({ type: 'stale', review: { state: 'dropped' } });
    const three = await recorded(world, clientId);
    await giveBack(three);
    const [third] = await listDeliveries(world.db, { state: 'held', limit: 9 });
    await cancelDelivery(world.db, { ...decision, id: third?.id ?? '' });
    expect(await submit(three)).toMatchObject({ type: 'stale', review: { state: 'dropped' } });
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
  });
});

it('stays within what Slack takes, with the longest texts and many places', async () => {
  const clientId = await world.addClient({
    code: 'acme',
    destinations: Array.from({ length: 40 }, (_, n) => ({
      channel: 'email' as const,
      address: `${'a'.repeat(60)}${n}@${'b'.repeat(60)}.example`,
    })),
  });
  await recorded(world, clientId, {
    operator: { id: 'U0OPERATOR', name: '&'.repeat(80) },
    message: '&'.repeat(FIELD_LIMITS.message),
    quote: '<'.repeat(FIELD_LIMITS.quote),
    kind: 'harassment',
  });
  const [question] = await notices();
  if (question === undefined) throw new Error('nobody was asked');
  const message = asSlackMessage(question.body);
  expect(slackFault(message)).toBeNull();
  expect(JSON.stringify(message.blocks).length).toBeLessThanOrEqual(SLACK_TOTAL);
  expect(message.blocks.at(-1)).toMatchObject({ type: 'actions' });
});

it('an act leads nowhere from where it does not belong', () => {
  const acts: readonly ReviewAct[] = ['send', 'return', 'submit'];
  const table = REVIEW_STATES.map((state) => acts.map((act) => afterReview(state, act)));
  expect(table).toEqual([
    ['sent', 'returned', null],
    ['sent', null, 'waiting'],
    [null, null, null],
    [null, null, null],
  ]);
});

const STEPS = [
  'deliver',
  'send',
  'send',
  'return',
  'submit',
  'correct',
  'correct by supervisor',
  'send corrected',
  'urgent',
  'retract',
  'to sales',
  'to message',
  'to unsure',
  'remind',
] as const;

describe('P2 P3 P4 whatever happens to a held report, in whatever order', () => {
  it('it is sent at most once, never after it was taken back, and never lost', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 9 }), async (steps) => {
        runs += 1;
        const room = String(2000 + runs);
        const clientId = await world.addClient({
          code: `c${runs}`,
          destinations: [{ channel: 'chatwork', address: room }],
        });
        const callId = await recorded(world, clientId, { message: '最初の内容' });
        let message = '最初の内容';
        const sent = () =>
          world.chatwork.sent
            .filter(({ address }) => address === room)
            .map(({ body }) => ('text' in body ? body.text : ''));
        const firsts = () => sent().filter((text) => !/【(訂正|取消)】/.test(text));

        const act = async (step: (typeof STEPS)[number], n: number): Promise<void> => {
          const next = `内容${n}`;
          const typeOf = async (change: Promise<{ readonly type: string }>) => {
            if ((await change).type === 'changed') message = next;
          };
          switch (step) {
            case 'deliver':
              return await world.deliverOnce();
            case 'send':
              return void (await send(callId));
            case 'return':
              return void (await giveBack(callId));
            case 'submit':
              return void (await submit(callId));
            case 'correct':
              return await typeOf(correct(world, callId, { message: next }));
            case 'correct by supervisor':
              return await typeOf(correct(world, callId, { message: next }, SUPERVISOR));
            case 'send corrected':
              return await typeOf(sendCorrected(callId, next));
            case 'urgent':
              return void (await correct(world, callId, { urgent: true }));
            case 'retract':
              return void (await retract(world, callId));
            case 'to sales':
              return void (await reclassify(world, callId, 'sales'));
            case 'to message':
              return void (await reclassify(world, callId, 'message'));
            case 'to unsure':
              return void (await reclassify(world, callId, 'unsure'));
            case 'remind': {
              world.clock.advance(16 * MINUTE);
              const before = (await notices()).length;
              const open = (await standing(callId)).state;
              await world.delivery.reviews.remind();
              if (open === 'waiting' || open === 'returned') {
                expect((await notices()).length).toBeGreaterThan(before);
              }
              return;
            }
            default:
              return step satisfies never;
          }
        };

        for (const [n, step] of steps.entries()) {
          const before = sent().length;
          const { state: was } = await standing(callId);
          await act(step, n);
          const { state } = await standing(callId);
          const open = state === 'waiting' || state === 'returned';
          const call = await world.changes.find(callId);
          const live = call?.retracted === false && call.rule.reported;
          const rows = (await ledger(world, callId)).map((row) => row.split(' '));
          const of = (wanted: string) => rows.filter(([, , , is]) => is === wanted).length;
          // Held and asked about are one; and while it is held, nothing else is on its way.
          expect(of('held') > 0).toBe(open);
          if (open) expect([of('due'), of('queued'), live]).toEqual([0, 0, true]);
          // At most once, never by itself, never what is silent.
          expect(firsts().length).toBeLessThanOrEqual(1);
          const wasOpen = was === 'waiting' || was === 'returned';
          if (wasOpen) expect(sent().length).toBe(before);
          // Nothing but a person's word on it, or urgency, lets out what is held.
          const ends = ['send', 'send corrected'].includes(step) || call?.urgent === true;
          if (wasOpen && live && !ends) expect(open).toBe(true);
          if (!live) {
            const told = sent().slice(before);
            expect(told.every((text) => text.includes('【取消】'))).toBe(true);
            expect(rows.every(([purpose, , , is]) => purpose === 'retraction' || is !== 'due')).toBe(true);
          }
          expect(await liveCounts(world, callId)).toBe(live ? 1 : 0);
          // Never lost: it arrived, is on its way, or somebody is asked.
          if (live) expect(of('delivered') + of('held') + of('due')).toBeGreaterThan(0);
        }

        await send(callId);
        await world.deliverOnce();
        const call = await world.changes.find(callId);
        if (call?.retracted === false && call.rule.reported) {
          expect(firsts()).toHaveLength(1);
          expect(sent().at(-1)).toContain(message);
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
