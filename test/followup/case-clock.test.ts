import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { atJst, jstMinute } from '../../src/domain/calendar.ts';
import type { CallEntry } from '../../src/domain/call.ts';
import { foldCase } from '../../src/domain/cases/case-state.ts';
import { checkSeal } from '../../src/domain/cases/seal.ts';
import { eventsOf } from '../../src/followup/cases/held-case.ts';
import { type CaseWatch, createCaseWatch } from '../../src/followup/cases/watch-cases.ts';
import { correct, retract, SUPERVISOR, shown } from '../intake/changes.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let cases: CaseWatch;
beforeAll(async () => {
  world = await createWorld();
  cases = createCaseWatch({
    db: world.db,
    addReport: world.delivery.addReport,
    clock: world.clock.now,
    newId,
    wake: () => undefined,
    log: pino({ level: 'silent' }),
  });
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const ONE = '03-5550-0123';
let keys = 0;
function link() {
  keys += 1;
  return { via: 'link', person: null, key: `page:${keys}` } as const;
}

async function call(clientId: string, over: Partial<CallEntry> = {}, number = ONE): Promise<string> {
  const caller = {
    company: null,
    name: null,
    kana: null,
    number: { state: 'given', raw: number, confirmed: true },
  } as const;
  const result = await world.recorder.record(
    world.entry(clientId, { kind: 'harassment', caller, quote: '出てこい', ...over }),
  );
  if (result.type !== 'recorded') throw new Error(JSON.stringify(result));
  await world.deliverOnce();
  return result.receipt.callId;
}

/** The clock as it would run: at each moment the case asks for. When it looked, and what each look wrote. */
async function untilItRests(): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let looks = 0; looks < 40; looks += 1) {
    const next = await world.db
      .selectFrom('cases')
      .select('next_at')
      .where('next_at', 'is not', null)
      .orderBy('next_at')
      .limit(1)
      .executeTakeFirst();
    if (!next?.next_at) return seen;
    if (next.next_at > world.clock.now()) world.clock.set(next.next_at);
    await cases.watch();
    await world.deliverOnce();
    const newest = await world.db
      .selectFrom('case_events')
      .select('body')
      .orderBy('at', 'desc')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    seen.push(`${newest.body.type} ${jstMinute(world.clock.now())}`);
  }
  throw new Error('it never comes to rest');
}

const sentTo = (channel: 'chatwork' | 'email') =>
  world[channel].sent.map(({ address, body }) => ({ address, text: 'text' in body ? body.text : '' }));
const reminders = () =>
  [...sentTo('chatwork'), ...sentTo('email')]
    .filter(({ text }) => text.includes('ご回答のお願い'))
    .map(({ address, text }) => `${/\((\d回目)\)/.exec(text)?.[1]} ${address}`)
    .toSorted();

async function notices(): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom('notices')
    .select(['target', 'body'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(({ target, body }) => `${target} ${body.text}\n${JSON.stringify(body.blocks)}`);
}

async function office(): Promise<string> {
  const acme = await world.addClient({
    code: 'acme',
    destinations: [
      { channel: 'chatwork', address: '1001' },
      { channel: 'email', address: 'standby@acme.example', fallback: true },
    ],
  });
  const asked = await world.addMember({
    clientId: acme,
    name: '山田',
    destinations: [{ channel: 'email', address: 'yamada@acme.example' }],
  });
  await world.addMember({
    clientId: acme,
    name: '佐藤',
    responsible: true,
    destinations: [{ channel: 'email', address: 'sato@acme.example' }],
  });
  await world.addMember({
    clientId: acme,
    name: '鈴木',
    destinations: [{ channel: 'email', address: 'suzuki@acme.example' }],
  });
  await world.db
    .updateTable('clients')
    .set({ own_numbers: ['+81355500150'] })
    .execute();
  await call(acme, { addressee: { type: 'member', memberId: asked } });
  return acme;
}

describe('a case nobody answers', () => {
  it('P3 P5 is asked about three times, of more people each time, then a supervisor has it; nothing is counted', async () => {
    await office();
    const usage = await world.db.selectFrom('usage_events').selectAll().execute();
    expect(await untilItRests()).toEqual([
      'reminded 2026-06-19 09:30',
      'reminded 2026-06-23 09:30',
      'reminded 2026-06-25 09:30',
      'escalated 2026-06-29 09:30',
      'went_quiet 2026-07-02 13:05',
    ]);
    expect(reminders()).toEqual([
      '1回目 1001',
      '1回目 yamada@acme.example',
      '2回目 1001',
      '2回目 sato@acme.example',
      '2回目 yamada@acme.example',
      '3回目 1001',
      '3回目 sato@acme.example',
      '3回目 standby@acme.example',
      '3回目 suzuki@acme.example',
      '3回目 yamada@acme.example',
    ]);
    // More people read these than the report: they say nothing of what was said.
    for (const { text } of sentTo('email').slice(1)) expect(text).not.toContain('出てこい');
    const told = await notices();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(
      'staff 【要対応】嫌がらせ案件 #1001 は、顧客に3回お願いしても回答がありません。',
    );
    expect(told[0]).toContain('顧客の電話番号: 03-5550-0150');
    expect(await world.db.selectFrom('usage_events').selectAll().execute()).toEqual(usage);
    const counts = await world.db.selectFrom('reports').select(['purpose', 'month_count']).execute();
    for (const { purpose, month_count: count } of counts)
      expect(count).toBe(purpose === 'initial' ? 1 : null);
  });

  it('P4 is reminded once by two clocks at the same moment, and not at all once it is answered', async () => {
    await office();
    world.clock.set(atJst('2026-06-19', '09:30'));
    await Promise.all([cases.watch(), cases.watch(), cases.watch()]);
    expect(
      await world.db.selectFrom('reports').select('id').where('purpose', '=', 'case_reminder').execute(),
    ).toHaveLength(1);
    // Not sent yet: the answer takes it back.
    const { id } = await world.db.selectFrom('cases').select('id').executeTakeFirstOrThrow();
    await world.cases.answer({ caseId: id }, { choice: 'unknown', note: null, until: null }, link());
    await world.deliverOnce();
    expect(await untilItRests()).toEqual(['went_quiet 2026-07-02 13:05']);
    expect(reminders()).toEqual([]);
    expect(await notices()).toEqual([]);
  });

  it('goes to a supervisor at once where there is nobody to ask, and says that no telephone number is known', async () => {
    const acme = await world.addClient({ code: 'acme' });
    await call(acme);
    await world.db.updateTable('destinations').set({ active: false }).execute();
    expect((await untilItRests())[0]).toBe('escalated 2026-06-19 09:30');
    const [told] = await notices();
    expect(told).toContain('使える宛先がなく、嫌がらせ案件 #1001 の回答をお願いできません');
    expect(told).toContain('顧客の電話番号: 登録がありません');
  });

  it('P3 waits while a supervisor still has the newest report, and asks the morning after it was sent', async () => {
    const acme = await office();
    const look = async (day: string, time = '09:30') => {
      world.clock.set(atJst(day, time));
      await cases.watch();
      await world.deliverOnce();
      return reminders().length;
    };
    // Another call of the case, entered on the evening of the first by somebody in training.
    world.clock.set(atJst('2026-06-18', '20:00'));
    await world.db.updateTable('clients').set({ review: true }).where('id', '=', acme).execute();
    const callId = await call(acme);
    expect(await look('2026-06-19')).toBe(0);
    const { next_at: next } = await world.db.selectFrom('cases').select('next_at').executeTakeFirstOrThrow();
    expect(next).toEqual(atJst('2026-06-19', '10:00'));
    const verdict = async () => {
      const { round } = await world.db.selectFrom('reviews').select('round').executeTakeFirstOrThrow();
      return { callId, round, by: { id: 'U0SUPERVIS1', name: '高橋' } };
    };
    await world.delivery.reviews.giveBack({
      ...(await verdict()),
      reason: '聞き取りの確認',
      notice: (round) => ({ key: `returned:${round}`, target: 'U0OPERATOR', body: { text: '', blocks: [] } }),
    });
    expect(await look('2026-06-22')).toBe(0);
    expect(await look('2026-06-22', '16:00')).toBe(0);
    expect((await world.delivery.reviews.send(await verdict())).type).toBe('done');
    expect(await look('2026-06-22', '16:30')).toBe(0);
    expect(await look('2026-06-23', '09:00')).toBe(0);
    expect(await look('2026-06-23')).toBe(2);
    expect(reminders()).toEqual(['1回目 1001', '1回目 sato@acme.example']);
    expect(await untilItRests()).toContain('escalated 2026-07-01 09:30');
  });

  it('P9 ends with the contract: a client who left is asked nothing', async () => {
    await office();
    await world.db.updateTable('clients').set({ status: 'ended' }).execute();
    expect(await untilItRests()).toEqual(['closed 2026-06-19 09:30']);
    expect(reminders()).toEqual([]);
  });
});

describe('what a client promised', () => {
  it('is told to staff the business day before and on the day', async () => {
    await office();
    const { id } = await world.db.selectFrom('cases').select('id').executeTakeFirstOrThrow();
    await world.cases.answer(
      { caseId: id },
      { choice: 'pause', note: '棚卸しのため', until: '2026-06-29' },
      link(),
    );
    expect(await untilItRests()).toEqual([
      'promise_reminded 2026-06-26 09:30',
      'promise_reminded 2026-06-29 09:30',
      'went_quiet 2026-07-02 13:05',
    ]);
    const told = await notices();
    expect(told.map((text) => text.split('\n')[0])).toEqual([
      'U0OPERATOR 【転送停止】acme 株式会社サンプル商事 が、2026年6月29日(月)まで、電話の転送を停止します(案件 #1001)。',
      'staff 【予告】2026年6月29日(月)は、嫌がらせ案件 #1001 で顧客が約束した日です。',
      'staff 【期日】2026年6月29日(月)は、嫌がらせ案件 #1001 で顧客が約束した日です。',
    ]);
    expect(told[1]).toContain('約束: 転送を再開する予定の日(補足: 棚卸しのため)');
    expect(reminders()).toEqual([]);
  });

  it('is not kept when calls still come: staff hears of it and the report says so, until the day of return', async () => {
    const acme = await office();
    const { id } = await world.db.selectFrom('cases').select('id').executeTakeFirstOrThrow();
    world.clock.advance(3_600_000);
    await world.cases.answer({ caseId: id }, { choice: 'pause', note: null, until: '2026-06-29' }, link());
    // Entered late: it came before the answer.
    await call(acme, { occurredAt: new Date(world.clock.now().getTime() - 60_000) });
    world.clock.advance(3_600_000);
    const late = await call(acme);
    world.clock.set(atJst('2026-06-29', '08:00'));
    await call(acme);
    const still = '転送がまだ続いているようです';
    expect(sentTo('chatwork').map(({ text }) => text.includes(still))).toEqual([false, false, true, false]);
    const told = (await notices()).filter((text) => text.includes(still));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('再開の予定日: 2026年6月29日(月)');
    const view = await world.cases.read(id);
    expect(
      view?.events.flatMap(({ body }) => (body.type === 'still_forwarding' ? [body.callId] : [])),
    ).toEqual([late]);
  });
});

describe('protecting operators', () => {
  it('alarms supervisors at three calls in an hour and at ten in a day, once each', async () => {
    const acme = await world.addClient({ code: 'acme' });
    const alarms = async () => (await notices()).filter((text) => text.includes('【警報】')).length;
    const after: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      await call(acme, {}, i % 2 === 0 ? ONE : '03-5550-0124');
      after.push(await alarms());
      world.clock.advance(i < 4 ? 10 * 60_000 : 90 * 60_000);
    }
    expect(after).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
    expect((await notices())[0]).toContain(
      'acme 株式会社サンプル商事 に、嫌がらせ電話が1時間で3件ありました。',
    );
    // What was entered long afterwards alarms nobody.
    const beta = await world.addClient({
      code: 'beta',
      destinations: [{ channel: 'chatwork', address: '2001' }],
    });
    const then = new Date(world.clock.now().getTime() - 3 * 86_400_000);
    for (let i = 0; i < 3; i += 1) await call(beta, { occurredAt: then }, '03-5550-0125');
    expect(await alarms()).toBe(2);
  });

  it('P9 tells supervisors alone that one number calls several clients', async () => {
    await call(await world.addClient({ code: 'acme' }));
    const beta = await world.addClient({
      code: 'beta',
      destinations: [{ channel: 'chatwork', address: '2001' }],
    });
    await call(beta);
    await call(beta);
    const told = await notices();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('staff 【管理者限り】嫌がらせ案件 #1002 と同じ番号から');
    expect(told[0]).toContain('ほかの案件: #1001 acme');
    for (const { address, text } of sentTo('chatwork')) {
      if (address === '2001') expect(text).not.toMatch(/acme|#1001|ほかの顧客/);
    }
    expect(JSON.stringify(await world.cases.openOf(beta))).not.toContain('1001');
  });
});

describe('everything at once', () => {
  it('P1 P4 loses no call and no answer, writes nothing twice, and leaves every record whole', async () => {
    const acme = await office();
    const first = await world.db.selectFrom('calls').select('id').executeTakeFirstOrThrow();
    const second = await call(acme);
    const { id } = await world.db.selectFrom('cases').select('id').executeTakeFirstOrThrow();
    world.clock.set(atJst('2026-06-19', '09:30'));
    const staff = (key: string) => ({ via: 'staff', person: 'U0SUPERVIS1', key }) as const;
    const known = { choice: 'known', note: null, until: null } as const;
    const moved = {
      ...(await shown(world, second)).caller,
      number: { state: 'given', raw: '03-5550-0199', confirmed: true } as const,
    };
    const entry = () => world.entry(acme, { kind: 'harassment', quote: '出てこい' });
    const results = await Promise.allSettled([
      cases.watch(),
      world.cases.answer({ caseId: id }, known, link()),
      world.recorder.record(entry()),
      correct(world, second, { caller: moved }, SUPERVISOR),
      world.cases.act(id, { type: 'note', text: '一' }, staff('note:1')),
      cases.watch(),
      world.cases.answer({ caseId: id }, known, staff('answer:1')),
      world.cases.answer({ caseId: id }, known, staff('answer:1')),
      retract(world, first.id, SUPERVISOR),
      world.recorder.record(entry()),
      world.cases.act(id, { type: 'ask_client', message: 'stop_forwarding' }, staff('ask:1')),
      world.cases.act(id, { type: 'ask_client', message: 'stop_forwarding' }, staff('ask:1')),
      world.cases.act(id, { type: 'move_calls', callIds: [first.id, second], to: null }, staff('move:1')),
    ]);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    const rows = await world.db.selectFrom('cases').select(['id', 'last_seq']).execute();
    const all = await Promise.all(
      rows.map(async (row) => ({ ...row, events: await eventsOf(world.db, row.id) })),
    );
    for (const one of all) {
      expect(checkSeal(one.id, one.events)).toEqual({ whole: true });
      expect(one.events).toHaveLength(one.last_seq);
      const members = await world.db
        .selectFrom('case_calls')
        .select('call_id')
        .where('case_id', '=', one.id)
        .execute();
      expect(members.map(({ call_id: callId }) => callId).toSorted()).toEqual(
        foldCase(one.events)?.calls.toSorted(),
      );
    }
    const bodies = all.flatMap(({ events }) => events.map(({ body }) => body));
    const given = bodies.filter((body) => body.type === 'answered' && body.fromCase === null);
    expect(given).toHaveLength(2);
    expect(bodies.filter(({ type }) => type === 'asked_client')).toHaveLength(1);
    expect(bodies.filter(({ type }) => type === 'reminded').length).toBeLessThanOrEqual(1);
    // Four were recorded, one was taken back.
    expect(await world.db.selectFrom('case_calls').select('call_id').execute()).toHaveLength(3);
  });
});
