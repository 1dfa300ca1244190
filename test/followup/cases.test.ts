import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallEntry } from '../../src/domain/call.ts';
import type { CaseAnswer } from '../../src/domain/cases/answers.ts';
import { checkSeal } from '../../src/domain/cases/seal.ts';
import type { By, CaseAct, CaseView } from '../../src/followup/cases/cases.ts';
import { eventsOf } from '../../src/followup/cases/held-case.ts';
import { correct, reclassify, retract, shown } from '../intake/changes.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.db
    .insertInto('kinds')
    .values({ code: 'silent', label: '無言電話', aliases: [], template: 'flagged', position: 9 })
    .execute();
});
beforeEach(async () => {
  await world.clear();
  await world.db
    .insertInto('kind_rules')
    .values({
      id: newId(),
      kind: 'silent',
      client_id: null,
      effective_from: '2020-01-01',
      counted: true,
      reported: true,
      flagged: true,
    })
    .execute();
});
afterAll(() => world?.dispose());

const PAUSE: CaseAnswer = { choice: 'pause', note: '来月まで', until: '2026-07-01' };
const KNOWN: CaseAnswer = { choice: 'known', note: null, until: null };
const ONE = '03-5550-0123';
const TWO = '03-5550-0124';

let keys = 0;
function nextKey(): string {
  keys += 1;
  return `press:${keys}`;
}
const staff = (): By => ({ via: 'staff', person: 'U0SUPERVIS1', key: nextKey() });
const link = (key = nextKey()): By => ({ via: 'link', person: null, key });

/** Records a harassment call of a number, or of none; returns its id. */
async function call(clientId: string, number: string | null, over: Partial<CallEntry> = {}): Promise<string> {
  const given =
    number === null
      ? ({ state: 'withheld' } as const)
      : ({ state: 'given', raw: number, confirmed: true } as const);
  const result = await world.recorder.record(
    world.entry(clientId, {
      kind: 'harassment',
      caller: { company: null, name: null, kana: null, number: given },
      ...over,
    }),
  );
  if (result.type !== 'recorded') throw new Error(JSON.stringify(result));
  world.clock.advance(60_000);
  return result.receipt.callId;
}

async function caseOf(callId: string): Promise<CaseView | undefined> {
  const row = await world.db
    .selectFrom('case_calls')
    .select('case_id')
    .where('call_id', '=', callId)
    .executeTakeFirst();
  return row && (await world.cases.read(row.case_id));
}

async function mustCaseOf(callId: string): Promise<CaseView> {
  const found = await caseOf(callId);
  if (found === undefined) throw new Error('the call is in no case');
  return found;
}

const idsOf = (view: CaseView | undefined) => view?.calls.map(({ id }) => id);
const typesOf = (view: CaseView | undefined) => view?.events.map(({ body }) => body.type);

async function deliveryOf(callId: string): Promise<string> {
  const { id } = await world.db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select('d.id')
    .where('r.call_id', '=', callId)
    .orderBy('d.id')
    .limit(1)
    .executeTakeFirstOrThrow();
  return id;
}

/** The words of a message to the Chatwork room, from 0. */
function textSent(index: number): string {
  const body = world.chatwork.sent[index]?.body;
  return body !== undefined && 'text' in body ? body.text : '';
}

async function act(view: CaseView, what: CaseAct, by = staff()) {
  return await world.cases.act(view.id, what, by);
}

describe('a harassment call', () => {
  it('opens a case, and later ones join it: by number, or without one by kind within 14 days', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const first = await call(acme, ONE);
    const again = await call(acme, ONE);
    const hidden = await call(acme, null);
    const other = await call(acme, TWO);
    const silent = await call(acme, null, { kind: 'silent' });
    expect(idsOf(await caseOf(first))).toEqual([first, again, hidden]);
    expect(idsOf(await caseOf(other))).toEqual([other]);
    expect(idsOf(await caseOf(silent))).toEqual([silent]);
    expect(await caseOf(first)).toMatchObject({
      number: 1001,
      clientCode: 'acme',
      state: 'open',
      kind: 'harassment',
      numberE164: '+81355500123',
      stands: null,
    });
    world.clock.advance(15 * 86_400_000);
    expect(idsOf(await caseOf(await call(acme, null)))).toHaveLength(1);
    expect(idsOf(await caseOf(await call(acme, ONE)))).toHaveLength(4);
  });

  it('P9 never joins a case of another client', async () => {
    const first = await call(await world.addClient({ code: 'acme' }), ONE);
    const second = await call(await world.addClient({ code: 'beta' }), ONE);
    expect([idsOf(await caseOf(first)), idsOf(await caseOf(second))]).toEqual([[first], [second]]);
  });

  it('of the client’s own or forwarding number counts as one without a number', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await world.db
      .updateTable('clients')
      .set({ own_numbers: ['+81355500123'], forwarding_numbers: ['+81355500124'] })
      .execute();
    const first = await call(acme, ONE);
    const second = await call(acme, TWO);
    expect(idsOf(await caseOf(second))).toEqual([first, second]);
    expect((await caseOf(first))?.numberE164).toBeNull();
  });

  it('P2 only of a flagged kind: sales and ordinary calls are in no case', async () => {
    const acme = await world.addClient({ code: 'acme' });
    for (const kind of ['sales', 'message', 'unsure']) await call(acme, ONE, { kind });
    expect(await world.db.selectFrom('cases').select('id').execute()).toEqual([]);
  });

  it('reopens a case that was closed, and the client is asked anew', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const first = await call(acme, ONE);
    await world.cases.answer({ deliveryId: await deliveryOf(first) }, PAUSE, link());
    await act(await mustCaseOf(first), { type: 'close', reason: '収束' });
    expect(await world.cases.openOf(acme)).toEqual([]);
    const again = await call(acme, ONE);
    const view = await mustCaseOf(again);
    expect(idsOf(view)).toEqual([first, again]);
    expect(view).toMatchObject({ state: 'open', stands: PAUSE });
    expect(typesOf(view)).toEqual(['opened', 'answered', 'closed', 'reopened', 'call_joined']);
    expect(await world.cases.openOf(acme)).toMatchObject([
      { number: 1001, calls: 2, kindLabel: '嫌がらせ電話', kind: 'harassment', state: 'open' },
    ]);
  });

  it('is told with how many there were of its case, not of the client', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await call(acme, ONE);
    await call(acme, TWO);
    await call(acme, ONE);
    await world.deliverOnce();
    expect(
      world.chatwork.sent.map(
        ({ body }) => /■これまでの件数: (.*)/.exec((body as { text: string }).text)?.[1],
      ),
    ).toEqual([
      '1件(2026年6月18日(木)以降、今回を含む)',
      '1件(2026年6月18日(木)以降、今回を含む)',
      '2件(2026年6月18日(木)以降、今回を含む。直近1時間で2件)',
    ]);
  });
});

describe('a call on record that changes', () => {
  it('leaves its case when it is taken back, and the case ends with its last call', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [first, second] = [await call(acme, ONE), await call(acme, ONE)];
    const { id } = await mustCaseOf(first);
    expect(await retract(world, first)).toMatchObject({ type: 'changed' });
    expect(idsOf(await world.cases.read(id))).toEqual([second]);
    await retract(world, second);
    const ended = await world.cases.read(id);
    expect(ended).toMatchObject({ state: 'closed', calls: [] });
    expect(typesOf(ended)).toEqual(['opened', 'call_joined', 'call_left', 'call_left', 'closed']);
    expect(idsOf(await caseOf(await call(acme, ONE)))).toHaveLength(1);
  });

  it('P2 leaves it as sales, and joins one when it turns out to be harassment', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const first = await call(acme, ONE);
    const message = await call(acme, ONE, { kind: 'message' });
    await reclassify(world, message, 'harassment');
    expect(idsOf(await caseOf(first))).toEqual([first, message]);
    await reclassify(world, message, 'sales');
    expect(await caseOf(message)).toBeUndefined();
    await reclassify(world, first, 'silent');
    expect(await caseOf(first)).toMatchObject({ kind: 'silent', calls: [{ id: first }] });
  });

  it('P2 takes a message about its case back that has not gone out, when it turns out to be sales', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const first = await call(acme, ONE);
    await world.deliverOnce();
    await act(await mustCaseOf(first), { type: 'ask_client', message: 'stop_forwarding' });
    await reclassify(world, first, 'sales');
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(1);
    const left = world.db.selectFrom('deliveries').select('id').where('state', 'in', ['due', 'queued']);
    expect(await left.execute()).toEqual([]);
  });

  it('moves with its answers to where it belongs when its number is put right', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [first, wrong] = [await call(acme, ONE), await call(acme, ONE)];
    const target = await call(acme, TWO);
    await world.cases.answer({ deliveryId: await deliveryOf(wrong) }, PAUSE, link());
    const renumber = async (raw: string) => {
      const caller = {
        ...(await shown(world, wrong)).caller,
        number: { state: 'given', raw, confirmed: true } as const,
      };
      return await correct(world, wrong, { caller });
    };
    expect(await renumber(TWO)).toMatchObject({ type: 'changed' });
    expect(idsOf(await caseOf(first))).toEqual([first]);
    const moved = await mustCaseOf(target);
    expect(idsOf(moved)).toEqual([wrong, target]);
    expect(moved).toMatchObject({ state: 'acting', stands: PAUSE });
    // The answer stays on record where it was given, too.
    expect(typesOf(await caseOf(first))).toContain('answered');
    // A number nobody called from before: a case of its own.
    await renumber('03-5550-0125');
    expect(idsOf(await caseOf(wrong))).toEqual([wrong]);
    expect(idsOf(await caseOf(target))).toEqual([target]);
    // Other words put right move nothing, whatever the rule would say of the call by now.
    const hidden = await call(acme, null, { kind: 'silent' });
    await call(acme, ONE, { kind: 'silent' });
    const { id } = await mustCaseOf(hidden);
    expect(await correct(world, hidden, { message: '無言' })).toMatchObject({ type: 'changed' });
    expect((await caseOf(hidden))?.id).toBe(id);
  });
});

describe('an answer', () => {
  it('is written once for one press, whoever sends it again, and marks nothing done', async () => {
    const first = await call(await world.addClient({ code: 'acme' }), ONE);
    const target = { deliveryId: await deliveryOf(first) };
    expect(await world.cases.readForDelivery(target.deliveryId)).toMatchObject({
      type: 'open',
      receiptNumber: '20260618-0001',
      clientName: '株式会社サンプル商事',
      kindLabel: '嫌がらせ電話',
      calls: 1,
      answers: [],
    });
    const results = await Promise.all(
      Array.from({ length: 6 }, () => world.cases.answer(target, PAUSE, link('page:same'))),
    );
    expect(results.map(({ type }) => type).toSorted()).toEqual([...Array(5).fill('already'), 'answered']);
    await world.cases.answer(target, KNOWN, { via: 'slack', person: 'U0CLIENT01', key: 'slack:1' });
    const view = await mustCaseOf(first);
    expect(view).toMatchObject({ state: 'acting', stands: PAUSE });
    expect(await world.cases.readForDelivery(target.deliveryId)).toMatchObject({
      answers: [
        { choice: 'known', via: 'slack' },
        { choice: 'pause', note: '来月まで', until: '2026-07-01', via: 'link' },
      ],
    });
    expect(view.events.at(-1)).toMatchObject({ actor: 'client', body: { person: 'U0CLIENT01' } });
    expect(await world.db.selectFrom('done_marks').select('call_id').execute()).toEqual([]);
  });

  it('is refused with what is wrong, and then nothing is written', async () => {
    const first = await call(await world.addClient({ code: 'acme' }), ONE);
    const given = { ...PAUSE, until: '2026-06-17' };
    const refused = await world.cases.answer({ deliveryId: await deliveryOf(first) }, given, link());
    expect(refused).toMatchObject({ type: 'refused', problems: [{ field: 'until' }] });
    expect(typesOf(await caseOf(first))).toEqual(['opened']);
  });

  it('P9 is revoked with the case, the contract, the delivery or the call', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [first, second] = [await call(acme, ONE), await call(acme, ONE)];
    const revoked = async (callId: string) => {
      const deliveryId = await deliveryOf(callId);
      const result = await world.cases.answer({ deliveryId }, KNOWN, link());
      const reading = await world.cases.readForDelivery(deliveryId);
      expect(reading.type === 'revoked').toBe(result.type === 'revoked');
      return result.type === 'revoked';
    };
    expect(await revoked(first)).toBe(false);
    const view = await mustCaseOf(first);
    await act(view, { type: 'close', reason: null });
    expect(await revoked(first)).toBe(true);
    await act(view, { type: 'reopen' });
    expect(await revoked(first)).toBe(false);
    await retract(world, first);
    expect(await revoked(first)).toBe(true);
    await world.db.updateTable('clients').set({ status: 'ended' }).where('id', '=', acme).execute();
    expect(await revoked(second)).toBe(true);
    await world.db.updateTable('clients').set({ status: 'active' }).where('id', '=', acme).execute();
    await world.db
      .updateTable('deliveries')
      .set({ state: 'failed', ended_at: world.clock.now(), lease_until: null })
      .execute();
    expect(await revoked(second)).toBe(true);
    expect(await world.cases.answer({ deliveryId: newId() }, KNOWN, link())).toEqual({ type: 'revoked' });
  });
});

describe('what staff does', () => {
  it('is on record, once a press, and refused in words where it cannot be', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const view = await mustCaseOf(await call(acme, ONE));
    const press = staff();
    const agree = { type: 'agree', text: '用件を伺わず切る', wording: '担当者よりご連絡いたします' } as const;
    expect(await act(view, agree, press)).toEqual({ type: 'done', caseId: view.id });
    expect(await act(view, agree, press)).toEqual({ type: 'already', caseId: view.id });
    expect(await act(view, { type: 'note', text: ' ' })).toMatchObject({ type: 'refused' });
    expect(await act(view, { type: 'note', text: 'あ'.repeat(1_001) })).toMatchObject({ type: 'refused' });
    expect(await act(view, { type: 'reopen' })).toMatchObject({ type: 'refused' });
    expect(await world.cases.act(newId(), { type: 'reopen' }, staff())).toEqual({ type: 'unknown' });
    expect(await act(view, { type: 'close', reason: '収束' })).toMatchObject({ type: 'done' });
    expect(await act(view, { type: 'close', reason: null })).toMatchObject({ type: 'refused' });
    expect(await world.cases.readByNumber(1001)).toMatchObject({
      state: 'closed',
      agreed: { text: '用件を伺わず切る', wording: '担当者よりご連絡いたします' },
    });
    expect(await world.cases.list({ states: ['open'], limit: 9 })).toEqual([]);
    expect(await world.cases.list({ clientId: acme, limit: 9 })).toHaveLength(1);
  });

  it('splits, moves and merges cases of one client; no call and no answer is lost', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const [a, b, c] = [await call(acme, ONE), await call(acme, ONE), await call(acme, ONE)];
    await world.cases.answer({ deliveryId: await deliveryOf(b) }, KNOWN, link());
    const view = await mustCaseOf(a);
    const all = { type: 'move_calls', callIds: [a, b, c], to: null } as const;
    expect(await act(view, all)).toMatchObject({ type: 'refused' });
    const split = await act(view, { type: 'move_calls', callIds: [c, b], to: null });
    if (split.type !== 'done') throw new Error(JSON.stringify(split));
    const other = await world.cases.read(split.caseId);
    expect(idsOf(other)).toEqual([b, c]);
    expect(other).toMatchObject({ state: 'answered', stands: KNOWN, number: 1002 });
    expect(idsOf(await world.cases.read(view.id))).toEqual([a]);

    const stranger = await mustCaseOf(await call(await world.addClient({ code: 'beta' }), ONE));
    expect(await act(view, { type: 'merge_into', caseId: stranger.id })).toMatchObject({ type: 'refused' });
    expect(await act(view, { type: 'move_calls', callIds: [b], to: stranger.id })).toMatchObject({
      type: 'refused',
    });
    expect(await act(view, { type: 'merge_into', caseId: view.id })).toMatchObject({ type: 'refused' });

    expect(await act(view, { type: 'merge_into', caseId: split.caseId })).toEqual({
      type: 'done',
      caseId: split.caseId,
    });
    expect(idsOf(await world.cases.read(split.caseId))).toEqual([a, b, c]);
    const merged = await world.cases.read(view.id);
    expect(merged).toMatchObject({ state: 'closed', calls: [] });
    expect(merged?.events.at(-1)?.body).toMatchObject({ type: 'closed', mergedInto: split.caseId });
    expect(await act(view, { type: 'reopen' })).toMatchObject({ type: 'refused' });
    // Where a caller's calls went, the next one goes.
    expect((await caseOf(await call(acme, ONE)))?.id).toBe(split.caseId);
  });

  it('P4 P5 sends a ready-made message once, where the report went, and counts nothing', async () => {
    const acme = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'email', address: 'soumu@acme.example' },
      ],
    });
    const view = await mustCaseOf(await call(acme, ONE));
    await world.deliverOnce();
    const usage = await world.db.selectFrom('usage_events').selectAll().execute();
    const press = staff();
    const ask = { type: 'ask_client', message: 'stop_forwarding' } as const;
    await Promise.all([act(view, ask, press), act(view, ask, press)]);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(2);
    const text = textSent(1);
    expect(text).toContain(
      '[title]【受電報告】[/title]【要対応】転送停止のお願い\n株式会社サンプル商事 御中',
    );
    expect(text).toContain('■これまでの件数: 1件(2026年6月18日(木)以降)');
    expect(world.email.sent[1]?.body).toMatchObject({ subject: '【受電報告】' });
    expect(await world.db.selectFrom('usage_events').selectAll().execute()).toEqual(usage);
    await act(view, { type: 'ask_client', message: 'propose_suspension' });
    await world.deliverOnce();
    expect(textSent(2)).toContain('【要対応】ご契約の休止のご相談');
    await world.db.updateTable('destinations').set({ active: false }).execute();
    expect(await act(view, ask)).toMatchObject({ type: 'refused' });
    expect(typesOf(await world.cases.read(view.id))).toEqual(['opened', 'asked_client', 'asked_client']);
  });
});

describe('the record of a case', () => {
  it('is sealed event by event, and the database lets nobody change it', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const first = await call(acme, ONE);
    await world.cases.answer(
      { deliveryId: await deliveryOf(first) },
      { ...PAUSE, note: '"\\ \u2028😀' },
      link(),
    );
    await call(acme, ONE);
    const { id } = await mustCaseOf(first);
    const events = await eventsOf(world.db, id);
    expect(events).toHaveLength(3);
    expect(checkSeal(id, events)).toEqual({ whole: true });
    const changed = world.db.updateTable('case_events').set({ actor: 'U0SOMEBODY' }).execute();
    await expect(changed).rejects.toThrow('append-only');
    await expect(world.db.deleteFrom('case_events').execute()).rejects.toThrow('append-only');
  });

  it('of calls that come at the same moment is one case with all of them', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await Promise.all(Array.from({ length: 5 }, () => call(acme, ONE)));
    const cases = await world.cases.list({ limit: 9 });
    expect(cases.map(({ calls }) => calls.length)).toEqual([5]);
    // The third of them raised an alarm.
    expect(cases[0]?.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
