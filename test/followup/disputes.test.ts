import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeMonth, monthTotals } from '../../src/billing/close-month.ts';
import { createLinkedStatements } from '../../src/billing/linked-statement.ts';
import { disputesListCommand, disputesSharesCommand } from '../../src/commands/disputes.ts';
import { DISPUTE_NOTE_AT_MOST } from '../../src/domain/dispute.ts';
import { createDone } from '../../src/followup/mark-done.ts';
import { createLogger } from '../../src/log.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import type { ReplyDoor } from '../../src/web/reply/handler.tsx';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { runOn } from '../commands/running.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

const SUPERVISOR = { id: 'U0SUPERVIS1', name: '田中', supervisor: true };
const PLACES = [
  { channel: 'email', address: 'soumu@acme.example' },
  { channel: 'chatwork', address: '1001' },
] as const;
let world: World;
let server: WebServer | undefined;
let logged = '';
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await world.clear();
  logged = '';
  await start();
});
afterEach(() => server?.close(0));
afterAll(() => world?.dispose());

async function start(o: Partial<ReplyDoor> = {}): Promise<void> {
  await server?.close(0);
  const log = createLogger('trace', {
    write: (line) => {
      logged += line;
    },
  });
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
    metricsToken: 'x',
    replies: {
      links: world.replyLinks,
      done: createDone({ db: world.db, clock: world.clock.now, newId }),
      disputes: world.disputes,
      cases: world.cases,
      statements: createLinkedStatements({ db: world.db }),
      clock: world.clock.now,
      newId,
      log,
      ...o,
    },
  });
}

/** A client with one call, reported by mail and in Chatwork; the page behind the mail's link. */
async function reported(kind = 'unsure', code = 'acme'): Promise<{ page: string; callId: string }> {
  const clientId = await world.addClient({
    code,
    destinations: PLACES.map((place) =>
      place.channel === 'email' ? { ...place, address: `soumu@${code}.example` } : place,
    ),
  });
  await world.recorder.record(world.entry(clientId, { kind }));
  await world.deliverOnce();
  const { body, call_id: callId } = await world.db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select(['d.body', 'r.call_id'])
    .where('d.client_id', '=', clientId)
    .where('d.channel', '=', 'email')
    .executeTakeFirstOrThrow();
  const path = /https:\/\/toritsugi\.example(\/r\/\S+)/.exec((body as { text: string }).text)?.[1];
  return { page: path ?? '/r/none', callId: callId ?? '' };
}

const get = (page: string) => fetch(`${server?.url}${page}`, { redirect: 'manual' });
const post = (page: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${server?.url}${page}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  });
async function formOf(page: string): Promise<Record<string, string>> {
  const key = /name="key" value="([^"]+)"/.exec(await (await get(page)).text())?.[1] ?? '';
  return { answer: 'dispute', key, note: '' };
}
const all = () => world.db.selectFrom('disputes').selectAll().orderBy('at').execute();
const textOf = (delivery: { readonly body: object } | undefined) =>
  delivery !== undefined && 'text' in delivery.body ? delivery.body.text : undefined;
const notices = () => world.db.selectFrom('notices').select(['key', 'target', 'body']).execute();
const answers = async () =>
  await world.db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select(['r.purpose', 'd.channel', 'd.address', 'd.body', 'd.answers', 'd.state', 'r.month_count'])
    .where('r.sequence', '>', 1)
    .orderBy('r.sequence')
    .execute();

async function reclassify(callId: string, key = 'k1') {
  const { revision } = await world.db
    .selectFrom('calls')
    .select('revision')
    .where('id', '=', callId)
    .executeTakeFirstOrThrow();
  return await world.changes.reclassify({
    key,
    callId,
    revision,
    by: SUPERVISOR,
    reason: '営業電話',
    kind: 'sales',
  });
}

describe('what a client says of a report behind its link', () => {
  it('is written once, told to supervisors with the call, and shown as being looked into', async () => {
    const { page, callId } = await reported();
    const before = await (await get(page)).text();
    expect(before).toContain('対応済みにする');
    expect(before).toContain('<summary>報告の内容について連絡する</summary>');
    expect(before).not.toMatch(/<script|見積書/);
    const form = { ...(await formOf(page)), claim: 'sales', note: '求人広告の\r\n売り込みでした' };
    const both = await Promise.all([post(page, form), post(page, form)]);
    expect(both.map(({ status }) => status)).toEqual([303, 303]);
    expect(await all()).toMatchObject([
      {
        call_id: callId,
        via: 'link',
        person: null,
        claim: 'sales',
        note: '求人広告の\n売り込みでした',
        kind: 'unsure',
      },
    ]);
    const told = await notices();
    expect(told).toHaveLength(1);
    expect(told[0]?.target).toBe('staff');
    const words = JSON.stringify(told[0]?.body);
    for (const part of [
      'これは営業電話でした',
      '20260618-0001',
      '売り込みでした',
      '見積書の件',
      '判断不能',
      '鈴木',
    ])
      expect(words).toContain(part);
    for (const action of ['dispute_credit', 'dispute_correct', 'dispute_keep'])
      expect(words).toContain(action);

    const shown = await (await get(page)).text();
    expect(shown).toContain('「これは営業電話でした」');
    expect(shown).toContain('ただいま確認中です');
    expect(shown).not.toContain('name="claim"');
    // P9: the note was written for the agency.
    expect(shown).not.toContain('売り込み');
    expect(logged).not.toMatch(/売り込み|サンプル/);
  });

  it('a second word meanwhile is neither written nor lost', async () => {
    const { page } = await reported();
    const form = await formOf(page);
    await post(page, { ...form, claim: 'sales' });
    const late = await post(page, { ...form, claim: 'wrong', note: '番号が違います' });
    expect(late.status).toBe(422);
    expect(await late.text()).toContain('番号が違います</textarea>');
    expect(await all()).toHaveLength(1);
  });

  it('is given back to be put right when it cannot be taken', async () => {
    const { page } = await reported();
    const form = await formOf(page);
    const none = await post(page, form);
    expect(none.status).toBe(422);
    expect(await none.text()).toContain('お知らせの内容を一つお選びください。');
    const bare = await post(page, { ...form, claim: 'wrong' });
    expect(await bare.text()).toContain('<details open');
    const long = await post(page, { ...form, claim: 'wrong', note: 'あ'.repeat(DISPUTE_NOTE_AT_MOST + 1) });
    expect(await long.text()).toContain('補足が1文字長すぎます');
    expect((await post(page, { ...form, claim: 'free' })).status).toBe(400);
    expect((await post(page, { ...form, claim: 'sales', more: 'x' })).status).toBe(400);
    expect(await all()).toEqual([]);
    // The button beside it goes on working.
    expect((await post(page, { answer: 'done' })).status).toBe(303);
    const done = await (await get(page)).text();
    expect(done).toContain('対応済みとして記録しました');
    expect(done).toContain('報告の内容について連絡する');
  });

  it('P9 forged, foreign, expired and cross-site requests write nothing', async () => {
    const { page } = await reported();
    const other = await reported('message', 'beta');
    const form = { ...(await formOf(page)), claim: 'sales', note: '控えておきたい言葉' };
    const token = (of: string) => Buffer.from(of.slice(3), 'base64url');
    const swapped = Buffer.concat([token(other.page).subarray(0, 20), token(page).subarray(20)]);
    for (const bad of [
      page.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      `/r/${swapped.toString('base64url')}`,
    ]) {
      expect((await post(bad, form)).status).toBe(404);
    }
    expect((await post(page, form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    world.clock.advance(31 * 86_400_000);
    const late = await post(page, form);
    expect(late.status).toBe(410);
    expect(await late.text()).toContain('控えておきたい言葉</textarea>');
    expect(await all()).toEqual([]);
  });

  it('is not asked of harassment, which has answers of its own', async () => {
    const { page, callId } = await reported('harassment');
    const { id } = await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow();
    expect(page).toMatch(/^\/r\//);
    expect(callId).toBeTruthy();
    expect(await world.disputes.read(id)).toEqual({ type: 'revoked' });
    const said = { claim: 'sales', note: null } as const;
    expect(await world.disputes.ask(id, said, { via: 'link', person: null, form: 'x' })).toEqual({
      type: 'revoked',
    });
  });
});

describe('what supervisors decide', () => {
  it('P2 taken out of the count: only the place that asked is answered, and nobody hears anything else', async () => {
    const { page, callId } = await reported();
    await post(page, { ...(await formOf(page)), claim: 'sales' });
    world.clock.advance(3_600_000);
    expect(await reclassify(callId)).toMatchObject({ type: 'changed', changed: { usage: 'credited' } });
    expect(await answers()).toEqual([]);
    expect(await world.disputeWatch.watch()).toBe(false);
    await world.disputeWatch.watch();
    await world.deliverOnce();
    const sent = await answers();
    expect(sent).toMatchObject([
      {
        purpose: 'dispute_answer',
        channel: 'email',
        address: 'soumu@acme.example',
        state: 'delivered',
        month_count: null,
      },
    ]);
    expect(sent[0]?.answers).not.toBeNull();
    expect(textOf(sent[0])).toContain('今月の受電回数から除きました。');
    expect(textOf(sent[0])).not.toContain('toritsugi.example');
    expect(await all()).toMatchObject([
      {
        decision: 'credited',
        decided_by: SUPERVISOR.id,
        decided_name: '田中',
        credit_month: '2026-06-01',
        credit_yen: 0,
      },
    ]);
    const events = await world.db
      .selectFrom('usage_events')
      .select(['type', 'actor', 'reason'])
      .orderBy('at')
      .orderBy('id')
      .execute();
    expect(events).toMatchObject([
      { type: 'count' },
      { type: 'credit', actor: SUPERVISOR.id, reason: '営業電話' },
    ]);
    const audit = await world.db.selectFrom('audit_log').select('action').orderBy('at').execute();
    expect(audit.map(({ action }) => action).toSorted()).toEqual([
      'call.disputed',
      'call.reclassified',
      'dispute.credited',
    ]);

    const shown = await get(page);
    expect(shown.status).toBe(200);
    const text = await shown.text();
    expect(text).toContain('今月の受電回数から除きました。');
    expect(text).not.toContain('<form');
    expect((await post(page, { answer: 'done' })).status).toBe(410);
    expect((await post(page, { ...(await formOf(page)), key: newId(), claim: 'sales' })).status).toBe(410);
  });

  it('P2 a call that nobody disputed is given another kind in silence, and its page says nothing', async () => {
    const { page, callId } = await reported();
    await reclassify(callId);
    await world.disputeWatch.watch();
    expect(await answers()).toEqual([]);
    expect((await get(page)).status).toBe(410);
  });

  it.each([
    [
      1,
      '2026年6月分は締め切り済みですが、基本料金に含まれる回数のうちのお電話でしたので、ご請求額に変わりはございません。',
      0,
    ],
    [21, '2026年6月分は締め切り済みのため、2026年7月分の明細で148円を差し引きます。', 148],
  ] as const)(
    'P5 of a closed month with %i calls: told what is given back, and where',
    async (calls, words, yen) => {
      const { page, callId } = await reported();
      const { id: clientId } = await world.db.selectFrom('clients').select('id').executeTakeFirstOrThrow();
      for (let more = 1; more < calls; more += 1) await world.recorder.record(world.entry(clientId));
      await post(page, { ...(await formOf(page)), claim: 'sales' });
      world.clock.set('2026-07-02T01:00:00Z');
      await closeJune();
      await reclassify(callId);
      await world.disputeWatch.watch();
      const [answer] = await answers();
      expect(textOf(answer)).toContain(words);
      expect(await all()).toMatchObject([
        { decision: 'credited', credit_month: '2026-07-01', credit_yen: yen },
      ]);
      expect(await (await get(page)).text()).toContain(words);
    },
  );

  it('corrected by a supervisor: the correction goes everywhere, the answer to who asked', async () => {
    const { page, callId } = await reported();
    await post(page, { ...(await formOf(page)), claim: 'wrong', note: '番号は0124です' });
    const correct = async (supervisor: boolean, number: string) => {
      const { revision, client_id: clientId } = await world.db
        .selectFrom('calls')
        .select(['revision', 'client_id'])
        .where('id', '=', callId)
        .executeTakeFirstOrThrow();
      const entry = world.entry(clientId);
      const by = supervisor ? SUPERVISOR : { id: 'U0OPERATOR', name: '鈴木', supervisor: false };
      return await world.changes.correct({
        key: `c${revision}`,
        callId,
        revision,
        by,
        reason: null,
        correction: {
          ...entry,
          caller: { ...entry.caller, number: { state: 'given', raw: number, confirmed: true } },
        },
      });
    };
    // An operator's own correction decides nothing.
    expect(await correct(false, '03-5550-0125')).toMatchObject({ type: 'changed' });
    expect(await all()).toMatchObject([{ decision: null }]);
    expect(await correct(true, '03-5550-0124')).toMatchObject({ type: 'changed' });
    await world.disputeWatch.watch();
    const sent = (await answers()).filter(({ purpose }) => purpose === 'dispute_answer');
    expect(sent).toMatchObject([{ channel: 'email' }]);
    expect(textOf(sent[0])).toContain('報告を訂正いたしました。');
    // Another word may follow.
    expect(await (await get(page)).text()).toContain('name="claim"');
  });

  it('left as it is, with a reason; decided once, answered once', async () => {
    const { page } = await reported();
    await post(page, { ...(await formOf(page)), claim: 'sales' });
    const id = (await all())[0]?.id ?? '';
    const keep = () => world.disputes.keep(id, { by: SUPERVISOR, reason: 'お取引先からのお電話です' });
    const both = await Promise.all([keep(), keep()]);
    expect(both.map(({ type }) => type).toSorted()).toEqual(['decided', 'kept']);
    await Promise.all([world.disputeWatch.watch(), world.disputeWatch.watch()]);
    const sent = await answers();
    expect(sent).toHaveLength(1);
    expect(textOf(sent[0])).toContain('理由: お取引先からのお電話です');
    expect(await (await get(page)).text()).toContain('理由: お取引先からのお電話です');
    expect(await world.disputes.keep(newId(), { by: SUPERVISOR, reason: 'x' })).toEqual({ type: 'unknown' });
    // Counted as before.
    expect(await world.db.selectFrom('usage_events').select('type').execute()).toEqual([{ type: 'count' }]);
  });

  it('P9 answers where the client may be reached now when the place that asked is gone', async () => {
    const { page } = await reported();
    await post(page, { ...(await formOf(page)), claim: 'sales' });
    await world.db
      .updateTable('destinations')
      .set({ active: false })
      .where('channel', '=', 'email')
      .execute();
    await world.disputes.keep((await all())[0]?.id ?? '', { by: SUPERVISOR, reason: '確認済み' });
    await world.disputeWatch.watch();
    expect(await answers()).toMatchObject([{ channel: 'chatwork', address: '1001', answers: null }]);
  });

  it('P3 nobody decides: supervisors are reminded each business day', async () => {
    const { page } = await reported();
    await post(page, { ...(await formOf(page)), claim: 'sales' });
    // Thursday 13:05; Friday 13:05; Monday 9:00 after the weekend.
    for (const [at, told] of [
      ['2026-06-19T04:04:00Z', 1],
      ['2026-06-19T04:05:00Z', 2],
      ['2026-06-20T04:06:00Z', 2],
      ['2026-06-22T00:00:00Z', 3],
    ] as const) {
      world.clock.set(at);
      await world.disputeWatch.watch();
      await world.disputeWatch.watch();
      expect(await notices(), at).toHaveLength(told);
    }
    expect(JSON.stringify((await notices()).at(-1)?.body)).toContain('【要判断・再掲】');
  });
});

describe('who was disputed, and how often', () => {
  it('is told by operator and kind, as the kind was; each call once', async () => {
    const { page, callId } = await reported('message');
    const { id: clientId } = await world.db.selectFrom('clients').select('id').executeTakeFirstOrThrow();
    const other = { id: 'U0OPERAT02', name: '高橋' };
    for (const entry of [{}, { kind: 'sales' }, { operator: other }, { kind: 'unsure', operator: other }]) {
      await world.recorder.record(world.entry(clientId, entry));
    }
    await post(page, { ...(await formOf(page)), claim: 'wrong', note: '違います' });
    await world.disputes.keep((await all())[0]?.id ?? '', { by: SUPERVISOR, reason: '確認済み' });
    world.clock.advance(60_000);
    await post(page, { ...(await formOf(page)), claim: 'sales' });
    await reclassify(callId);
    const run = (command: typeof disputesSharesCommand, input: unknown) =>
      runOn(world.database, command, input, { clock: world.clock.now });
    const json = (await run(disputesSharesCommand, { json: true })).out;
    expect(JSON.parse(json)).toEqual([
      {
        operatorId: 'U0OPERATOR',
        operatorName: '鈴木',
        kind: 'message',
        kindLabel: '用件',
        reported: 2,
        disputed: 1,
        credited: 1,
      },
      {
        operatorId: 'U0OPERAT02',
        operatorName: '高橋',
        kind: 'message',
        kindLabel: '用件',
        reported: 1,
        disputed: 0,
        credited: 0,
      },
      {
        operatorId: 'U0OPERAT02',
        operatorName: '高橋',
        kind: 'unsure',
        kindLabel: '判断不能',
        reported: 1,
        disputed: 0,
        credited: 0,
      },
    ]);
    const { out } = await run(disputesSharesCommand, { json: false, month: '2026-06' });
    expect(out).toContain('Calls of 2026-06 (JST): 1 of 4 disputed (25.0 %), 1 credited (25.0 %)');
    expect(out).toMatch(/鈴木 +用件 +2 +1 +50\.0 % +1 +50\.0 %/);
    expect((await run(disputesSharesCommand, { json: false, month: '2026-05' })).out).toBe(
      'No calls were reported in 2026-05.\n',
    );
    const list = (over: object) =>
      run(disputesListCommand, { waiting: false, limit: 50, json: false, ...over });
    const listed = (await list({})).out;
    expect(listed).toMatch(
      /20260618-0001 +acme +sales +link +2026-06-18 13:06 +credited +2026-06-18 13:06 +田中/,
    );
    expect(listed).not.toContain('違います');
    expect((await list({ waiting: true })).out).toBe('There are no such disputes.\n');
  });
});

async function closeJune(): Promise<void> {
  const { events } = await monthTotals(world.db, '2026-06');
  const closed = await closeMonth(
    world.db,
    { clock: world.clock.now, newId },
    { month: '2026-06', by: SUPERVISOR.id, seenEvents: events },
  );
  expect(closed.type).toBe('closed');
}
