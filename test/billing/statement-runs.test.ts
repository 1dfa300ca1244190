import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approveRun } from '../../src/billing/runs/approve-run.ts';
import { prepareRun } from '../../src/billing/runs/prepare-run.ts';
import { approveValue, readApproveValue, runMessage } from '../../src/billing/runs/run-message.ts';
import { runStanding } from '../../src/billing/runs/run-standing.ts';
import { createStatementRuns, type StatementRuns } from '../../src/billing/runs/statement-runs.ts';
import { statementOf } from '../../src/billing/statements.ts';
import type { AddStatement } from '../../src/delivery/add-statement.ts';
import { asSlackMessage } from '../../src/delivery/notice-forms.ts';
import type { RunFigures } from '../../src/domain/billing/run.ts';
import type { EmailBody } from '../../src/domain/body.ts';
import { slackFault } from '../../src/reports/limits.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

const JUNE = '2026-06';
/** Wednesday, 9:00 in Japan. */
const FIRST_MORNING = '2026-07-01T00:00:00Z';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world?.dispose());
beforeEach(() => world.clear());

const deps = () => ({ clock: world.clock.now, newId });
function runs(addStatement: AddStatement = world.delivery.addStatement): StatementRuns {
  return createStatementRuns({
    db: world.db,
    addStatement,
    ...deps(),
    wake: () => {},
    log: pino({ level: 'silent' }),
  });
}
const runNotices = () =>
  world.db.selectFrom('notices').selectAll().where('key', 'like', 'statement-run:%').orderBy('key').execute();
const closings = () => world.db.selectFrom('billing_months').selectAll().execute();

/** A client with its own room and mailbox, and so many calls in June. */
async function client(code: string, calls: number): Promise<string> {
  const id = await world.addClient({
    code,
    destinations: [
      { channel: 'chatwork', address: `room-${code}` },
      { channel: 'email', address: `${code}@client.example` },
    ],
  });
  for (let n = 0; n < calls; n += 1) {
    await world.recorder.record(world.entry(id, { occurredAt: new Date(`2026-06-18T0${n % 4}:05:00Z`) }));
  }
  return id;
}

async function deliverAll(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await world.deliverOnce();
}

/** What arrived of statements, each as channel, place and how often. */
function statementsSent(): ReadonlyMap<string, number> {
  const places = [
    ...world.chatwork.sent.filter(({ body }) => JSON.stringify(body).includes('ご利用明細')),
    ...world.email.sent.filter(({ body }) => (body as EmailBody).subject === '【ご利用明細】2026年6月'),
  ].map(({ address }) => address);
  return new Map(places.map((place) => [place, places.filter((other) => other === place).length]));
}

async function approved(): Promise<void> {
  const run = await runStanding(world.db, JUNE);
  const result = await approveRun(world.db, deps(), {
    month: JUNE,
    events: run?.figures.events ?? -1,
    by: 'U0SUPERVISOR',
  });
  expect(result).toEqual({ type: 'approved' });
}

describe('preparing', () => {
  it('waits for the first business morning in Japan, and three processes at once make one run', async () => {
    await client('acme', 2);
    world.clock.set('2026-06-30T23:59:59Z');
    await runs().work();
    expect(await runNotices()).toEqual([]);
    world.clock.set(FIRST_MORNING);
    await Promise.all([runs().work(), runs().work(), runs().work()]);
    const [notice, ...others] = await runNotices();
    expect(others).toEqual([]);
    const text = JSON.stringify(notice?.body);
    for (const part of [
      '2026年6月分の承認',
      '顧客: 1件',
      '計上した受電: 2回',
      '2,960円',
      '適格請求書になりません',
    ]) {
      expect(text).toContain(part);
    }
    expect(await closings()).toEqual([]);
    expect(
      await world.db.selectFrom('reports').select('id').where('purpose', '=', 'statement').execute(),
    ).toEqual([]);
  });

  it('names clients over twice the mean of their last months, and those whose calls cost nothing', async () => {
    const dear = await client('dear', 0);
    await client('usual', 0);
    // May: both 2,960 yen, closed.
    world.clock.set('2026-06-01T00:00:00Z');
    await runs().work();
    // Nothing was ever counted: no month before the first is asked about by itself.
    expect(await runNotices()).toEqual([]);
    await prepareRun(world.db, deps(), '2026-05');
    const may = await runStanding(world.db, '2026-05');
    await approveRun(world.db, deps(), { month: '2026-05', events: may?.figures.events ?? -1, by: 'U1' });
    await runs().work();
    world.clock.set('2026-06-18T04:05:00Z');
    for (let n = 0; n < 45; n += 1) await world.recorder.record(world.entry(dear));
    const free = await client('free', 1);
    await world.db.deleteFrom('client_plans').where('client_id', '=', free).execute();
    world.clock.set(FIRST_MORNING);
    await runs().work();
    const figures = (await runStanding(world.db, JUNE))?.figures;
    // 2,960 + 25 × 148.
    expect(figures?.outliers).toEqual([
      { code: 'dear', name: '株式会社サンプル商事', totalYen: 6_660, usualYen: 2_960 },
    ]);
    expect(figures?.withoutPlan).toEqual(['free']);
  });
});

describe('approving', () => {
  it('closes the month and starts the run once, however often and by whom it is pressed', async () => {
    await client('acme', 21);
    world.clock.set(FIRST_MORNING);
    await runs().work();
    const events = (await runStanding(world.db, JUNE))?.figures.events ?? -1;
    const press = (by: string) => approveRun(world.db, deps(), { month: JUNE, events, by });
    const results = await Promise.all([press('U1'), press('U2'), press('U1')]);
    expect(results.map(({ type }) => type).toSorted()).toEqual(['already', 'already', 'approved']);
    expect(await closings()).toHaveLength(1);
    expect(await press('U3')).toEqual({ type: 'already' });
  });

  it('refuses figures that are old by now, shows the new ones and takes those', async () => {
    const id = await client('acme', 1);
    world.clock.set(FIRST_MORNING);
    await runs().work();
    const seen = (await runStanding(world.db, JUNE))?.figures.events ?? -1;
    await world.recorder.record(world.entry(id, { occurredAt: new Date('2026-06-30T14:59:59Z') }));
    const result = await approveRun(world.db, deps(), { month: JUNE, events: seen, by: 'U1' });
    expect(result).toEqual({ type: 'refused', why: { type: 'changed' } });
    expect(await closings()).toEqual([]);
    expect((await runStanding(world.db, JUNE))?.figures.counted).toBe(2);
    await approved();
  });

  it('P5 books what is entered after it in the open month; the statement that went out stays', async () => {
    const id = await client('acme', 20);
    world.clock.set(FIRST_MORNING);
    await runs().work();
    await approved();
    const late = new Date('2026-06-30T14:59:59Z');
    await world.recorder.record(world.entry(id, { occurredAt: late }));
    await runs().work();
    await deliverAll();
    const june = await statementOf(world.db, id, JUNE);
    const july = await statementOf(world.db, id, '2026-07');
    expect(june).toMatchObject({ counted: 20, totalYen: 2_960 });
    expect(july?.lines.find(({ type }) => type === 'late-call')).toMatchObject({ yen: 148, ofMonth: JUNE });
    const mail = world.email.sent.at(-1)?.body as EmailBody;
    expect(mail.text).toContain('■ご請求額(税込): 2,960円');
  });
});

const TWO = [
  { channel: 'chatwork', address: 'room' },
  { channel: 'email', address: 'keiri@client.example' },
] as const;

describe('the message to supervisors', () => {
  it('stays within Slack’s limits with the longest names there are', () => {
    const long = { code: 'c'.repeat(64), name: '漢'.repeat(200), totalYen: 9_999_999, usualYen: 1_000_000 };
    const figures: RunFigures = {
      clients: 99_999,
      counted: 9_999_999,
      totalYen: 2_147_483_647,
      taxYen: 195_225_786,
      events: 99_999_999,
      outliers: Array.from({ length: 50 }, () => long),
      withoutPlan: Array.from({ length: 5_000 }, () => long.code),
      registered: false,
    };
    const standing = {
      month: JUNE,
      figures,
      preparedAt: new Date(FIRST_MORNING),
      clients: 99_999,
      sent: 99_998,
      arrived: 99_999,
      underWay: 99_999,
      failed: 99_999,
    };
    const asked = { ...standing, approvedAt: null, approvedBy: null, finishedAt: null };
    const at = { approvedAt: new Date(FIRST_MORNING), approvedBy: 'cli:somebody', finishedAt: null };
    for (const one of [asked, { ...standing, ...at }]) {
      const message = asSlackMessage(runMessage(one));
      expect(slackFault(message)).toBeNull();
      // A button's texts have limits of their own: 75 for the label, 100 and 300 in its question.
      for (const [, text] of JSON.stringify(message.blocks).matchAll(
        /"confirm":\{"title".*?"text":"([^"]*)"/g,
      )) {
        expect(text?.length).toBeLessThanOrEqual(100);
      }
    }
    expect(readApproveValue(approveValue(asked))).toEqual({ month: JUNE, events: 99_999_999 });
    for (const other of ['2026-13:1', '2026-06', '2026-06:-1', 7, undefined]) {
      expect(readApproveValue(other)).toBeUndefined();
    }
  });
});

describe('sending', () => {
  it('P4 gives each destination one statement, to the yen, wherever the run is stopped', async () => {
    const ids = new Map<string, string>();
    for (const [index, code] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      ids.set(code, await client(code, index * 6));
    }
    await deliverAll();
    world.clock.set(FIRST_MORNING);
    await runs().work();
    await approved();

    // Ended between two writes of the third client's: its transaction is undone, as by kill −9.
    let begun = 0;
    const dying = runs(async (trx, statement) => {
      begun += 1;
      if (begun >= 3) {
        await world.delivery.addStatement(trx, statement);
        throw new Error('killed');
      }
      return await world.delivery.addStatement(trx, statement);
    });
    await dying.work();
    expect(await runStanding(world.db, JUNE)).toMatchObject({ sent: 2, clients: 5, finishedAt: null });
    await deliverAll();

    // Two others go on at once.
    const [one, other] = [runs(), runs()];
    for (let turn = 0; turn < 4; turn += 1) await Promise.all([one.work(), other.work()]);
    await deliverAll();
    await one.work();
    const standing = await runStanding(world.db, JUNE);
    expect(standing).toMatchObject({ sent: 5, arrived: 10, underWay: 0, failed: 0 });
    expect(standing?.finishedAt).not.toBeNull();
    const expected = [...ids.keys()].flatMap((code) => [`room-${code}`, `${code}@client.example`]);
    expect(Object.fromEntries(statementsSent())).toEqual(
      Object.fromEntries(expected.map((place) => [place, 1])),
    );
    for (const [code, id] of ids) {
      const statement = await statementOf(world.db, id, JUNE);
      const mail = world.email.sent.findLast(({ address }) => address === `${code}@client.example`)
        ?.body as EmailBody;
      const total = `${statement?.totalYen.toLocaleString('en-US')}円`;
      expect(mail.text).toContain(`■ご請求額(税込): ${total}`);
      const [file] = mail.attachments ?? [];
      expect(file?.filename).toBe(`${code}-${JUNE}.csv`);
      expect(file?.text.split('\r\n').filter((line) => line.startsWith('受電,'))).toHaveLength(
        statement?.counted ?? -1,
      );
    }
    // Whose statement could not be made was told.
    expect((await runNotices()).map(({ key }) => key).filter((key) => key.includes('stuck'))).toHaveLength(3);
  });

  it('P8 has a bounded number on their way, so that no report of a call waits for a month’s end', async () => {
    for (let n = 0; n < 15; n += 1) await world.addClient({ code: `c${n}`, destinations: TWO });
    world.clock.set(FIRST_MORNING);
    await prepareRun(world.db, deps(), JUNE);
    await approved();
    const run = runs();
    while (await run.work());
    expect(await runStanding(world.db, JUNE)).toMatchObject({ sent: 10, underWay: 20, finishedAt: null });
    await deliverAll();
    while (await run.work());
    expect(await runStanding(world.db, JUNE)).toMatchObject({ sent: 15, arrived: 20, underWay: 10 });
  });

  it('P2 never says more of refused sales calls than their number, and only to who chose it', async () => {
    const told = await client('told', 1);
    const silent = await client('silent', 1);
    await world.db.updateTable('clients').set({ tell_refused_sales: true }).where('id', '=', told).execute();
    for (const id of [told, silent]) {
      const caller = world.entry(id).caller;
      await world.recorder.record(
        world.entry(id, { kind: 'sales', message: '営業の話', caller: { ...caller, company: '営業の会社' } }),
      );
    }
    world.clock.set(FIRST_MORNING);
    await runs().work();
    await approved();
    await runs().work();
    await deliverAll();
    const bodies = [...world.chatwork.sent, ...world.email.sent].filter(({ body }) =>
      JSON.stringify(body).includes('ご利用明細'),
    );
    expect(bodies).toHaveLength(4);
    for (const { address, body } of bodies) {
      const text = JSON.stringify(body);
      expect(text).not.toMatch(/営業の会社|営業の話/);
      expect(text.includes('お断りした営業電話')).toBe(address.includes('told'));
    }
  });

  it('P3 goes to the fallback when a destination is gone, and tells staff of a client without any', async () => {
    await world.addClient({
      code: 'moved',
      destinations: [
        { channel: 'chatwork', address: 'room-gone' },
        { channel: 'email', address: 'moved@client.example', fallback: true },
      ],
    });
    await world.addClient({ code: 'nowhere', destinations: [] });
    world.clock.set(FIRST_MORNING);
    await prepareRun(world.db, deps(), JUNE);
    await approved();
    await runs().work();
    world.chatwork.answer({ type: 'rejected', scope: 'destination', reason: { code: 'chatwork.not_found' } });
    await deliverAll();
    expect(Object.fromEntries(statementsSent())).toEqual({ 'room-gone': 1, 'moved@client.example': 1 });
    const notices = await world.db.selectFrom('notices').select(['key', 'body']).execute();
    const text = JSON.stringify(notices);
    expect(text).toContain('ご利用明細を送る宛先がありません');
    expect(text).toContain('【宛先停止】');
    expect(text).toContain('2026年6月分のご利用明細');
  });
});
