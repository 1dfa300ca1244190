import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';
import { correct, ledger, liveCounts, recorded, requestFor, retract, SUPERVISOR, shown } from './changes.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const ROOMS = [
  { channel: 'chatwork', address: '1001' },
  { channel: 'slack', address: 'C0ROOM' },
  { channel: 'email', address: 'soumu@acme.example' },
] as const;
const OTHER_NUMBER = {
  company: '株式会社サンプル',
  name: '佐藤',
  kana: 'サトウ',
  number: { state: 'given', raw: '03-5550-0124', confirmed: true },
} as const;
const uncertain = { type: 'uncertain', reason: { code: 'test.lost' } } as const;

describe('a correction of a report that arrived', () => {
  it('goes to each place of the first report, answers it there, says what changed, and is not counted again', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: ROOMS });
    const callId = await recorded(world, clientId);
    await recorded(world, clientId);
    await world.deliverOnce();
    const firsts = await world.db
      .selectFrom('deliveries')
      .innerJoin('reports', 'reports.id', 'deliveries.report_id')
      .select(['deliveries.id', 'deliveries.receipt', 'deliveries.channel'])
      .where('call_id', '=', callId)
      .execute();
    for (const channel of [world.chatwork, world.slack, world.email]) channel.forget();

    const result = await correct(world, callId, { caller: OTHER_NUMBER, wish: 'no_call_back' });
    expect(result).toMatchObject({
      type: 'changed',
      changed: { told: { corrections: 3, reports: 0, retractions: 0 }, usage: 'unchanged' },
    });
    await world.deliverOnce();
    for (const [name, channel] of [
      ['chatwork', world.chatwork],
      ['slack', world.slack],
      ['email', world.email],
    ] as const) {
      const first = firsts.find((row) => row.channel === name);
      expect(channel.sent).toHaveLength(1);
      const [sent] = channel.sent;
      expect(sent?.answers).toEqual({ deliveryId: first?.id, receipt: first?.receipt });
      const { text } = sent?.body ?? { text: '' };
      expect(text).toContain('【訂正】');
      expect(text).toContain('・電話番号: 03-5550-0123(復唱確認済) → 03-5550-0124(復唱確認済)');
      expect(text).toContain('・ご対応: 折り返し希望 → 折り返し不要');
      expect(text).toContain('■電話番号: 03-5550-0124(復唱確認済)');
      expect(text).toContain('■今月の受電: 1/20回');
      expect(text).not.toContain('・ご用件');
    }
    expect(await liveCounts(world, callId)).toBe(1);
    const audit = await world.db.selectFrom('audit_log').selectAll().execute();
    expect(audit).toMatchObject([
      {
        actor: 'U0OPERATOR',
        action: 'call.corrected',
        subject_type: 'call',
        subject_id: callId,
        detail: {
          reason: '聞き間違い',
          revision: 2,
          fields: expect.arrayContaining(['number_e164', 'wish']),
        },
      },
    ]);
  });

  it('lists everything that changed since what the readers know, correction after correction', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    await correct(world, callId, { caller: OTHER_NUMBER });
    // Unsent still: the second one takes its place.
    await correct(world, callId, { message: '請求書の件' });
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(2);
    const { text } = world.chatwork.sent[1]?.body ?? { text: '' };
    expect(text).toContain('・電話番号: 03-5550-0123(復唱確認済) → 03-5550-0124(復唱確認済)');
    expect(text).toContain('・ご用件: 見積書の件 → 請求書の件');
    // The next one says only what is new, and answers the first message, the root of the thread.
    await correct(world, callId, { message: '見積書の件' });
    await world.deliverOnce();
    expect(world.chatwork.sent[2]?.body.text).not.toContain('・電話番号');
    expect(world.chatwork.sent[2]?.body.text).toContain('・ご用件: 請求書の件 → 見積書の件');
    expect(world.chatwork.sent[2]?.answers?.deliveryId).toBe(world.chatwork.sent[0]?.deliveryId);
  });

  it('goes where it really arrived: to the fallback, not to the room that refused it', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'email', address: 'soumu@acme.example', fallback: true },
      ],
    });
    const callId = await recorded(world, clientId);
    world.chatwork.answer({
      type: 'rejected',
      scope: 'destination',
      reason: { code: 'chatwork.forbidden' },
    });
    await world.deliverOnce();
    await world.deliverOnce();
    await correct(world, callId, { caller: OTHER_NUMBER });
    await world.deliverOnce();
    expect((await ledger(world, callId)).filter((line) => !line.startsWith('destination_notice'))).toEqual([
      'initial chatwork 1001 failed',
      'initial email soumu@acme.example delivered',
      'correction email soumu@acme.example delivered',
    ]);
  });

  it('P9 leaves out an address that is no longer in the client’s file', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: ROOMS });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    await world.db
      .updateTable('destinations')
      .set({ active: false })
      .where('channel', '=', 'email')
      .execute();
    await correct(world, callId, { caller: OTHER_NUMBER });
    await world.deliverOnce();
    expect(world.email.sent).toHaveLength(1);
    expect(world.slack.sent).toHaveLength(2);
  });

  it('reaches the person who was really asked for with a first report, and the other with the correction', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [{ channel: 'slack', address: 'C0ROOM' }],
    });
    const member = async (name: string, address: string) =>
      await world.addMember({ clientId, name, destinations: [{ channel: 'email', address }] });
    const yamada = await member('山田', 'yamada@acme.example');
    const tanaka = await member('田中', 'tanaka@acme.example');
    const callId = await recorded(world, clientId, { addressee: { type: 'member', memberId: yamada } });
    await world.deliverOnce();
    await correct(world, callId, { addressee: { type: 'member', memberId: tanaka } });
    await world.deliverOnce();
    expect((await ledger(world, callId)).slice(2)).toEqual([
      'correction slack C0ROOM delivered',
      'correction email yamada@acme.example delivered',
      'initial email tanaka@acme.example delivered',
    ]);
    expect(world.slack.sent[1]?.body.text).toContain('・お名指し: 山田様 → 田中様');
    expect(world.email.sent.at(-1)?.body.text).not.toContain('訂正');
  });
});

describe('a correction of a report that was not sent yet', () => {
  it('goes out once, corrected, as the first report, and the old one never', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    const result = await correct(world, callId, { caller: OTHER_NUMBER });
    expect(result).toMatchObject({ changed: { told: { corrections: 0, reports: 1 } } });
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    expect(world.chatwork.sent[0]?.body.text).toContain('■電話番号: 03-5550-0124');
    expect(world.chatwork.sent[0]?.body.text).not.toContain('訂正');
    expect(world.chatwork.sent[0]?.body.text).toContain('1/20回');
    expect(await ledger(world, callId)).toEqual([
      'initial chatwork 1001 cancelled',
      'initial chatwork 1001 delivered',
    ]);
  });

  it('P4 is not sent by a worker that already holds its job', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.delivery.relay.handOut();
    const old = world.jobs.shift();
    await correct(world, callId, { caller: OTHER_NUMBER });
    await world.delivery.attempt.run({ id: old?.data.id ?? '', generation: old?.data.generation ?? 0 });
    expect(world.chatwork.sent).toHaveLength(0);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
  });

  it('corrects where it arrived and reports where it did not', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: ROOMS });
    const callId = await recorded(world, clientId);
    world.slack.answer({ type: 'retry', reason: { code: 'slack.unreachable' } });
    await world.deliverOnce();
    await correct(world, callId, { caller: OTHER_NUMBER });
    await world.deliverOnce();
    expect((await ledger(world, callId)).slice(3)).toEqual([
      'correction chatwork 1001 delivered',
      'correction email soumu@acme.example delivered',
      'initial slack C0ROOM delivered',
    ]);
    expect(world.slack.sent.at(-1)?.answers).toBeUndefined();
  });

  it.each([
    ['is being sent', { type: 'retry', reason: { code: 'test.unreachable' } }, 'cancelled'],
    ['is being sent', { type: 'delivered', receipt: { message_id: '77' } }, 'delivered'],
    ['is being sent', uncertain, 'uncertain'],
  ] as const)('P4 treats one that %s as perhaps arrived (%o)', async (_when, outcome, state) => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    const { send } = world.chatwork;
    world.chatwork.send = async (message, signal) => {
      world.chatwork.send = send;
      await correct(world, callId, { caller: OTHER_NUMBER });
      world.chatwork.answer(outcome);
      return await send(message, signal);
    };
    await world.deliverOnce();
    expect(await ledger(world, callId)).toEqual([
      `initial chatwork 1001 ${state}`,
      'correction chatwork 1001 due',
    ]);
    for (let round = 0; round < 4; round += 1) {
      await world.deliverOnce();
      world.clock.advance(60_000);
      await world.delivery.sweeper.sweep();
      await world.delivery.reconciler.look();
    }
    const texts = world.chatwork.sent.map(({ body }) => body.text.includes('【訂正】'));
    expect(texts).toEqual([false, true]);
    // A person has nothing to decide: the correction says all there is to say.
    expect((await ledger(world, callId))[0]).toMatch(state === 'delivered' ? / delivered$/ : / cancelled$/);
  });

  it('P4 refuses to send an outdated report by hand', async () => {
    const { retryDelivery } = await import('../../src/delivery/operations.ts');
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    world.chatwork.answer(uncertain);
    await world.deliverOnce();
    await correct(world, callId, { caller: OTHER_NUMBER });
    const { id } = await world.db
      .selectFrom('deliveries')
      .select('id')
      .where('state', '=', 'uncertain')
      .executeTakeFirstOrThrow();
    const result = await retryDelivery(world.db, {
      id,
      evenIfUncertain: true,
      actor: 'test',
      clock: world.clock.now,
      newId: () => crypto.randomUUID(),
    });
    expect(result).toMatchObject({ type: 'refused' });
  });

  it('P3 tells staff again, with the new words, when there is nowhere to go', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [] });
    const callId = await recorded(world, clientId);
    await correct(world, callId, { caller: OTHER_NUMBER });
    const notices = await world.db.selectFrom('notices').select('body').orderBy('id').execute();
    expect(notices).toHaveLength(2);
    expect(notices[1]?.body.report).toContain('03-5550-0124');
  });
});

describe('a correction', () => {
  it('P2 of a sales call stays silent', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { kind: 'sales' });
    expect(await correct(world, callId, { message: '光回線' })).toMatchObject({
      type: 'changed',
      changed: { told: { corrections: 0, reports: 0 } },
    });
    expect(await ledger(world, callId)).toEqual([]);
  });

  it('of what nobody sees sends nothing; of nothing changes nothing', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    expect(await correct(world, callId, {})).toEqual({ type: 'nothing' });
    const number = { state: 'given', raw: '03 5550 0123', confirmed: true } as const;
    await correct(world, callId, { caller: { ...OTHER_NUMBER, number } });
    expect(await ledger(world, callId)).toEqual(['initial chatwork 1001 delivered']);
  });

  it('books another surcharge in place of the old one, and credits it when it goes', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { surcharge: 'shouting' });
    const yen = async () => {
      const { monthUsage } = await import('../../src/billing/usage.ts');
      return (await monthUsage(world.db, '2026-06'))[0];
    };
    expect(await yen()).toMatchObject({ surchargeYen: 200, counted: 1 });
    await correct(world, callId, { surcharge: null });
    expect(await yen()).toMatchObject({ surchargeYen: 0, counted: 1 });
    await correct(world, callId, { surcharge: 'shouting' });
    expect(await yen()).toMatchObject({ surchargeYen: 200, counted: 1 });
    await correct(world, callId, { message: 'ほかの件' });
    expect(await yen()).toMatchObject({ surchargeYen: 200, counted: 1 });
  });

  it('is refused with wrong input, at its field, and across a month', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    const number = { state: 'given', raw: '03-12', confirmed: false } as const;
    expect(
      await correct(world, callId, {
        caller: { ...OTHER_NUMBER, number },
        occurredAt: new Date('2026-05-31T14:59:00Z'),
      }),
    ).toMatchObject({ type: 'refused', problems: [{ field: 'number' }, { field: 'occurredAt' }] });
    expect(await correct(world, callId, { surcharge: 'nonsense' })).toMatchObject({
      type: 'refused',
      problems: [{ field: 'surcharge' }],
    });
  });

  it('keeps who was asked for when they have left the roster since', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const yamada = await world.addMember({ clientId, name: '山田' });
    const callId = await recorded(world, clientId, { addressee: { type: 'member', memberId: yamada } });
    await world.db.updateTable('roster_members').set({ active: false }).execute();
    await correct(world, callId, { addressee: { type: 'heard', name: '山田' }, message: 'ほかの件' });
    expect(await world.changes.find(callId)).toMatchObject({ addressee_id: yamada, message: 'ほかの件' });
  });
});

describe('who may change what', () => {
  it('lets operators change their own entries for 24 hours, supervisors any at any time', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    const other = { id: 'U0OTHER', name: '田中', supervisor: false };
    expect(await correct(world, callId, { message: 'a' }, other)).toEqual({
      type: 'barred',
      why: 'not-yours',
    });
    world.clock.advance(24 * 3_600_000);
    expect(await correct(world, callId, { message: 'a' })).toMatchObject({ type: 'changed' });
    world.clock.advance(1);
    expect(await correct(world, callId, { message: 'b' })).toEqual({ type: 'barred', why: 'too-late' });
    expect(await correct(world, callId, { message: 'b' }, SUPERVISOR)).toMatchObject({ type: 'changed' });
  });

  it('P4 changes once, however often the same form is sent', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    const request = {
      ...(await requestFor(world, callId)),
      correction: { ...(await shown(world, callId)), message: 'a' },
    };
    const results = await Promise.all(Array.from({ length: 6 }, () => world.changes.correct(request)));
    results.push(await world.changes.correct(request));
    expect(results.map(({ type }) => type).sort()).toEqual([...Array(6).fill('already'), 'changed']);
    expect(await ledger(world, callId)).toHaveLength(2);
  });

  it('lets one of several people win, and tells the others', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId);
    await world.deliverOnce();
    const correction = await shown(world, callId);
    const requests = await Promise.all(
      Array.from({ length: 5 }, () => requestFor(world, callId, SUPERVISOR)),
    );
    const results = await Promise.all(
      requests.map((request, n) =>
        n % 2 === 0
          ? world.changes.correct({ ...request, correction: { ...correction, message: `${n}` } })
          : world.changes.retract(request),
      ),
    );
    expect(results.filter(({ type }) => type === 'changed')).toHaveLength(1);
    expect(results.filter(({ type }) => type === 'barred')).toHaveLength(4);
    expect(await ledger(world, callId)).toHaveLength(2);
  });
});

describe('changing a call while it is being sent', () => {
  it('P4 the client reads either the old report and its correction, or the corrected report alone', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) ids.push(await recorded(world, clientId));
    const deliver = async () => {
      await world.delivery.relay.handOut();
      const jobs = world.jobs.splice(0);
      await Promise.all(
        jobs.map(({ data }) => world.delivery.attempt.run({ id: data.id, generation: data.generation ?? 0 })),
      );
    };
    await Promise.all([
      deliver(),
      ...ids.map(async (callId, n) => {
        const result =
          n % 3 === 0
            ? await retract(world, callId)
            : await correct(world, callId, { message: '請求書の件' });
        expect(result.type).toBe('changed');
        if (n % 4 === 0) await deliver();
      }),
    ]);
    for (let round = 0; round < 3; round += 1) await deliver();
    for (const [n, callId] of ids.entries()) {
      const call = await world.changes.find(callId);
      const read = world.chatwork.sent
        .map(({ body }) => body.text)
        .filter((text) => text.includes(call?.receiptNumber ?? '-'))
        .map((text) => /【(訂正|取消)】/.exec(text)?.[1] ?? (text.includes('請求書') ? 'new' : 'old'))
        .join(' ');
      expect(n % 3 === 0 ? ['', 'old 取消', '取消 old'] : ['new', 'old 訂正', '訂正 old']).toContain(read);
    }
    const open = await world.db
      .selectFrom('deliveries')
      .select('id')
      .where('state', 'not in', ['delivered', 'cancelled'])
      .execute();
    expect(open).toEqual([]);
  });
});

describe('another surcharge by a supervisor', () => {
  const usage = async () =>
    await world.db
      .selectFrom('usage_events')
      .select(['type', 'amount_yen', 'reason'])
      .where('type', '<>', 'count')
      .orderBy('id')
      .execute();

  it('P5 within the range replaces the old amount, and whoever was told it gets a 訂正報告', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { kind: 'harassment', surcharge: 'shouting' });
    await world.deliverOnce();
    world.chatwork.forget();
    const request = await requestFor(world, callId, SUPERVISOR);
    const surcharge = { code: 'shouting', amountYen: 300 };
    expect(await world.changes.surcharge({ ...request, surcharge })).toMatchObject({
      type: 'changed',
      changed: { told: { corrections: 1, reports: 0 }, usage: 'unchanged' },
    });
    expect(await world.changes.surcharge({ ...request, surcharge })).toMatchObject({ type: 'already' });
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    const text = world.chatwork.sent[0]?.body.text ?? '';
    expect(text).toContain('【訂正】');
    expect(text).toContain('300円(理由: 怒鳴り声)');
    expect(text).toMatch(/200円.* → .*300円/);
    expect(await usage()).toEqual([
      { type: 'surcharge', amount_yen: 200, reason: '怒鳴り声' },
      { type: 'credit', amount_yen: 0, reason: '聞き間違い' },
      { type: 'surcharge', amount_yen: 300, reason: '怒鳴り声' },
    ]);
    expect(await liveCounts(world, callId)).toBe(1);
    const [audit] = await world.db.selectFrom('audit_log').selectAll().execute();
    expect(audit).toMatchObject({
      actor: SUPERVISOR.id,
      detail: { surcharge: { was: { yen: 200 }, now: { yen: 300 } } },
    });
  });

  it('out of range, by an operator, of no reason or of a call that is not counted is refused', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const callId = await recorded(world, clientId, { kind: 'harassment', surcharge: 'shouting' });
    const salesId = await recorded(world, clientId, { kind: 'sales' });
    const ask = async (id: string, code: string, amountYen: number, by = SUPERVISOR) =>
      await world.changes.surcharge({ ...(await requestFor(world, id, by)), surcharge: { code, amountYen } });
    for (const amount of [99, 301, 0, -200, 200.5, Number.NaN]) {
      expect(await ask(callId, 'shouting', amount)).toMatchObject({
        type: 'refused',
        problems: [{ message: '「怒鳴り声」の割増料金は100円から300円までです。' }],
      });
    }
    expect(await ask(callId, 'nonsense', 200)).toMatchObject({ type: 'refused' });
    expect(await ask(salesId, 'shouting', 200)).toMatchObject({ type: 'refused' });
    expect(
      await ask(callId, 'shouting', 250, { ...SUPERVISOR, id: 'U0OPERATOR', supervisor: false }),
    ).toMatchObject({
      type: 'refused',
      problems: [{ message: expect.stringContaining('管理者だけ') }],
    });
    expect(await ask(callId, 'shouting', 200)).toEqual({ type: 'nothing' });
    expect(await usage()).toHaveLength(1);
  });
});
