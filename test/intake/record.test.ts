import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const tables = ['calls', 'usage_events', 'reports', 'deliveries', 'notices'] as const;

async function rows(): Promise<Record<(typeof tables)[number], number>> {
  const counted = await Promise.all(
    tables.map(async (table) => {
      const { n } = await world.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return [table, Number(n)] as const;
    }),
  );
  return Object.fromEntries(counted) as Record<(typeof tables)[number], number>;
}

describe('recording a call', () => {
  it('P1 commits the call, its count, its report, its delivery and the note to the operator together', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const result = await world.recorder.record(world.entry(clientId), {
      notice: (receipt) => ({
        key: `entry:${receipt.callId}`,
        target: 'U0OPERATOR',
        body: { text: receipt.receiptNumber, blocks: [] },
      }),
    });
    expect(result).toMatchObject({
      type: 'recorded',
      receipt: { receiptNumber: '20260618-0001', client: { code: 'acme' }, destinations: 1 },
    });
    expect(await rows()).toEqual({ calls: 1, usage_events: 1, reports: 1, deliveries: 1, notices: 1 });
    expect(world.wakes()).toBe(1);
    const body = (await world.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow()).body;
    expect(body).toMatchObject({ text: expect.stringContaining('1/20回') });
  });

  it('P2 keeps a sales call on record and makes nothing else of it, whatever was typed', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const result = await world.recorder.record(
      world.entry(clientId, { kind: 'sales', urgent: true, surcharge: 'shouting', wish: 'call_back' }),
    );
    expect(result).toMatchObject({
      type: 'recorded',
      receipt: { destinations: 0, rule: { reported: false } },
    });
    expect(await rows()).toEqual({ calls: 1, usage_events: 0, reports: 0, deliveries: 0, notices: 0 });
  });

  it('P1 records the same entry once, one after the other or at the same moment', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const entry = world.entry(clientId);
    const results = await Promise.all(Array.from({ length: 8 }, () => world.recorder.record(entry)));
    results.push(await world.recorder.record(entry));
    expect(results.filter(({ type }) => type === 'recorded')).toHaveLength(1);
    expect(results.filter(({ type }) => type === 'already')).toHaveLength(8);
    expect(new Set(results.map((result) => 'receipt' in result && result.receipt.receiptNumber)).size).toBe(
      1,
    );
    expect(await rows()).toMatchObject({ calls: 1, usage_events: 1, deliveries: 1 });
  });

  it('P1 leaves nothing behind when the note to the operator cannot be written', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const broken = world.recorder.record(world.entry(clientId), {
      notice: () => {
        throw new Error('no words');
      },
    });
    await expect(broken).rejects.toThrow('no words');
    expect(await rows()).toEqual({ calls: 0, usage_events: 0, reports: 0, deliveries: 0, notices: 0 });
  });

  it('P3 tells staff of a reported call that has nowhere to go', async () => {
    const clientId = await world.addClient({ code: 'acme', destinations: [] });
    const result = await world.recorder.record(world.entry(clientId));
    expect(result).toMatchObject({ type: 'recorded', receipt: { destinations: 0 } });
    const notice = await world.db.selectFrom('notices').selectAll().executeTakeFirstOrThrow();
    expect(notice.target).toBe('staff');
    expect(JSON.stringify(notice.body)).toContain('20260618-0001');
  });

  it('P5 gives each call of a month its ordinal, also when many are entered at once', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await Promise.all(Array.from({ length: 12 }, () => world.recorder.record(world.entry(clientId))));
    await world.recorder.record(world.entry(clientId, { kind: 'sales' }));
    const reports = await world.db.selectFrom('reports').select(['month_count', 'month_included']).execute();
    expect(reports.map((report) => report.month_count).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    expect(new Set(reports.map((report) => report.month_included))).toEqual(new Set([20]));
  });

  it('P5 counts a call in the JST month it came in, entered after midnight or not', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    world.clock.set('2026-06-30T15:05:00Z');
    await world.recorder.record(world.entry(clientId, { occurredAt: new Date('2026-06-30T14:59:59Z') }));
    await world.recorder.record(world.entry(clientId, { occurredAt: new Date('2026-06-30T15:00:00Z') }));
    const months = await world.db.selectFrom('usage_events').select('month').orderBy('month').execute();
    expect(months.map(({ month }) => month)).toEqual(['2026-06-01', '2026-07-01']);
    const receipts = await world.db.selectFrom('calls').select('receipt_number').execute();
    expect(receipts.map((call) => call.receipt_number.slice(0, 8))).toEqual(['20260701', '20260701']);
  });

  it('books a surcharge as an event of its own and keeps its reason and amount with the call', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    await world.recorder.record(world.entry(clientId, { kind: 'harassment', surcharge: 'shouting' }));
    const events = await world.db
      .selectFrom('usage_events')
      .select(['type', 'amount_yen', 'reason'])
      .orderBy('type')
      .execute();
    expect(events).toEqual([
      { type: 'count', amount_yen: 0, reason: null },
      { type: 'surcharge', amount_yen: 200, reason: '怒鳴り声' },
    ]);
    const body = JSON.stringify((await world.db.selectFrom('deliveries').select('body').execute())[0]);
    expect(body).toContain('割増料金 200円(理由: 怒鳴り声)');
  });

  it('sends to the person asked for and to the client, else to the responsible person', async () => {
    const clientId = await world.addClient({
      code: 'acme',
      destinations: [{ channel: 'slack', address: 'C0ROOM' }],
    });
    const yamada = await world.addMember({
      clientId,
      name: '山田',
      destinations: [{ channel: 'email', address: 'yamada@acme.example' }],
    });
    await world.addMember({
      clientId,
      name: '田中',
      responsible: true,
      destinations: [{ channel: 'email', address: 'tanaka@acme.example' }],
    });
    await world.recorder.record(world.entry(clientId, { addressee: { type: 'member', memberId: yamada } }));
    await world.recorder.record(world.entry(clientId, { addressee: { type: 'heard', name: '渡辺' } }));
    const deliveries = await world.db
      .selectFrom('deliveries')
      .innerJoin('reports', 'reports.id', 'deliveries.report_id')
      .innerJoin('calls', 'calls.id', 'reports.call_id')
      .select(['calls.addressee_name', 'deliveries.address'])
      .orderBy('calls.receipt_number')
      .orderBy('deliveries.address')
      .execute();
    expect(deliveries.map((row) => `${row.addressee_name} ${row.address}`)).toEqual([
      '山田 C0ROOM',
      '山田 yamada@acme.example',
      '渡辺 C0ROOM',
      '渡辺 tanaka@acme.example',
    ]);
  });
});

describe('an entry that cannot be recorded', () => {
  it('is told every problem at its field, and leaves nothing behind', async () => {
    const clientId = await world.addClient({ code: 'acme' });
    const result = await world.recorder.record(
      world.entry(clientId, {
        occurredAt: new Date('2026-06-19T04:05:00Z'),
        message: 'あ'.repeat(2001),
        caller: {
          company: null,
          name: '佐'.repeat(61),
          kana: null,
          number: { state: 'given', raw: '03-12', confirmed: false },
        },
      }),
    );
    expect(result.type).toBe('refused');
    const problems = result.type === 'refused' ? result.problems : [];
    expect(problems.map(({ field }) => field).sort()).toEqual(['message', 'name', 'number', 'occurredAt']);
    for (const { message } of problems) expect(message).toMatch(/ください|なっています/);
    expect(await rows()).toMatchObject({ calls: 0, deliveries: 0 });
  });

  it.each([
    ['a client that is gone', 'ended', { kind: 'message' }, 'client'],
    ['an unknown kind', 'active', { kind: 'nonsense' }, 'kind'],
    [
      'a person of another client',
      'active',
      { addressee: { type: 'member', memberId: crypto.randomUUID() } },
      'addressee',
    ],
    ['an unknown surcharge', 'active', { surcharge: 'nonsense' }, 'surcharge'],
  ] as const)('is refused for %s', async (_name, status, over, field) => {
    const clientId = await world.addClient({ code: 'acme', status });
    const result = await world.recorder.record(world.entry(clientId, over));
    expect(result).toMatchObject({ type: 'refused', problems: [{ field }] });
    expect(await rows()).toMatchObject({ calls: 0 });
  });
});
