import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinkedStatements } from '../../src/billing/linked-statement.ts';
import { approveRun } from '../../src/billing/runs/approve-run.ts';
import { runStanding } from '../../src/billing/runs/run-standing.ts';
import { createStatementRuns } from '../../src/billing/runs/statement-runs.ts';
import type { EmailBody } from '../../src/domain/body.ts';
import { createReplyLinks } from '../../src/domain/reply-link.ts';
import { createDone } from '../../src/followup/mark-done.ts';
import { createLogger } from '../../src/log.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let server: WebServer;
let logged = '';
/** Paths of the links that were sent, by the place they were sent to. */
const links = new Map<string, string>();
const ids = new Map<string, string>();
const receipts = new Map<string, string>();

async function enter(code: string, message: string, over: Parameters<World['entry']>[1] = {}): Promise<void> {
  const entry = world.entry(ids.get(code) ?? '', { message, ...over });
  const result = await world.recorder.record(entry);
  if (result.type !== 'recorded') throw new Error(result.type);
  receipts.set(message, result.receipt.receiptNumber);
}

beforeAll(async () => {
  world = await createWorld();
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
      perMinute: 1_000,
    },
  });
  for (const code of ['acme', 'other', 'ended']) {
    const destinations = [{ channel: 'email', address: `${code}@client.example` }] as const;
    ids.set(code, await world.addClient({ code, destinations }));
  }
  const acme = ids.get('acme') ?? '';
  await world.addMember({
    clientId: acme,
    name: '田中',
    responsible: true,
    destinations: [{ channel: 'email', address: 'tanaka@client.example' }],
  });
  const yamada = await world.addMember({
    clientId: acme,
    name: '山田',
    destinations: [{ channel: 'email', address: 'yamada@client.example' }],
  });
  await world.db.insertInto('agency').values({ profile: AGENCY, updated_at: world.clock.now() }).execute();
  await enter('acme', '<script>alert(1)</script>', { surcharge: 'shouting' });
  await enter('acme', '田中への話');
  await enter('acme', '山田への話', { addressee: { type: 'member', memberId: yamada } });
  await enter('acme', '取り消す話');
  await enter('other', 'よその話');
  await enter('ended', '終わる話');
  world.clock.set('2026-07-01T00:00:00Z');
  const deps = { clock: world.clock.now, newId };
  const runs = createStatementRuns({ db: world.db, ...world.delivery, ...deps, wake: () => {}, log });
  await runs.work();
  const events = (await runStanding(world.db, '2026-06'))?.figures.events ?? -1;
  await approveRun(world.db, deps, { month: '2026-06', events, by: 'U1' });
  await runs.work();
  for (let round = 0; round < 20; round += 1) await world.deliverOnce();
  for (const { address, body } of world.email.sent) {
    const { subject, text } = body as EmailBody;
    const link = /https:\/\/toritsugi\.example(\/r\/\S+)/.exec(text)?.[1];
    if (subject.includes('ご利用明細') && link !== undefined) links.set(address, link);
  }
});
afterAll(async () => {
  await server?.close(0);
  await world?.dispose();
});

const AGENCY = JSON.stringify({
  name: '電話代行サンプル',
  postalCode: '100-0000',
  address: '東京都サンプル区1-2-3',
  phone: '03-5550-0100',
  registrationNumber: 'T0000000000000',
  hours: { mon: { from: '09:00', to: '18:00' }, wed: { from: '09:00', to: '18:00' } },
  closedOnHolidays: true,
  closures: [],
});

const open = async (address: string, query = '', method = 'GET') => {
  const answer = await fetch(`${server.url}${links.get(address)}${query}`, { method });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
const callOf = (message: string) => `?call=${receipts.get(message)}`;

describe('the page of a statement', () => {
  it('shows every amount, every call and what a qualified invoice needs', async () => {
    const { status, headers, text } = await open('acme@client.example');
    expect(status).toBe(200);
    const parts = [
      '2026年6月分 ご利用明細',
      '株式会社サンプル商事 御中',
      '登録番号 T0000000000000',
      '基本料金 スモール',
      '割増料金(怒鳴り声)',
      '3,160円',
      '10%対象',
      '287円',
      'スモール(月20回まで)',
      'href="?csv"',
      ...['田中への話', '山田への話'].map((message) => `href="${callOf(message)}"`),
    ];
    for (const part of parts) expect(text).toContain(part);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(text).not.toContain('<script');
  });

  it('gives the same as a file', async () => {
    const { headers, text } = await open('acme@client.example', '?csv');
    expect(headers.get('content-disposition')).toBe('attachment; filename="acme-2026-06.csv"');
    expect(text).toContain('合計,,,,,ご請求額,3160,,287\r\n');
    expect(text.split('\r\n').filter((line) => line.startsWith('受電,'))).toHaveLength(4);
  });

  it('P6 leads from each call to its report, in which text stays text', async () => {
    const { status, text } = await open('acme@client.example', callOf('<script>alert(1)</script>'));
    expect(status).toBe(200);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('株式会社サンプル 佐藤(サトウ)様');
    expect(text).toContain('href="?"');
  });

  it("P9 shows nobody another client's call, nor a person a colleague's report", async () => {
    expect((await open('acme@client.example', callOf('よその話'))).status).toBe(404);
    expect((await open('acme@client.example', '?call=20260618-9999')).status).toBe(404);
    expect((await open('tanaka@client.example', callOf('田中への話'))).text).toContain('田中への話');
    const colleague = await open('tanaka@client.example', callOf('山田への話'));
    expect(colleague.status).toBe(200);
    expect(colleague.text).not.toContain('山田への話');
    expect((await open('acme@client.example', callOf('山田への話'))).text).toContain('山田への話');
    expect([...links.keys()].toSorted()).toEqual(
      ['acme', 'ended', 'other', 'tanaka'].map((name) => `${name}@client.example`),
    );
  });

  it('says nothing again of a call that was taken back after the month was closed', async () => {
    const call = await world.db
      .selectFrom('calls')
      .select(['id', 'revision'])
      .where('message', '=', '取り消す話')
      .executeTakeFirstOrThrow();
    await world.db
      .updateTable('calls')
      .set({ retracted_at: world.clock.now() })
      .where('id', '=', call.id)
      .execute();
    const { status, text } = await open('acme@client.example', callOf('取り消す話'));
    expect(status).toBe(200);
    expect(text).not.toContain('取り消す話');
    expect(text).toContain('ご覧いただけません');
  });
});

describe('a link of a statement', () => {
  it('P9 is refused when changed, of another purpose or secret, expired, or revoked', async () => {
    const path = links.get('other@client.example') ?? '';
    const token = path.slice('/r/'.length);
    const get = async (other: string) => (await fetch(`${server.url}/r/${other}`)).status;
    expect(await get(token)).toBe(200);
    expect(await get(`${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`)).toBe(404);
    const stranger = createReplyLinks({ publicUrl: 'https://a.example', linkSecret: 'x'.repeat(32) });
    const sent = await world.db
      .selectFrom('deliveries as d')
      .innerJoin('reports as r', 'r.id', 'd.report_id')
      .select(['d.id', 'd.created_at as createdAt', 'r.purpose'])
      .where('d.address', '=', 'other@client.example')
      .execute();
    const statement = sent.find(({ purpose }) => purpose === 'statement');
    const report = sent.find(({ purpose }) => purpose === 'initial');
    if (statement === undefined || report === undefined) throw new Error('nothing was sent');
    const tokenOf = (links: Pick<typeof stranger, 'url'>, ...of: Parameters<typeof stranger.url>) =>
      links.url(...of).split('/r/')[1] ?? '';
    expect(await get(tokenOf(stranger, 'statement', statement))).toBe(404);
    // The link of a call's report opens no statement, and the other way round.
    expect(await get(tokenOf(world.replyLinks, 'statement', report))).toBe(410);
    expect(await get(tokenOf(world.replyLinks, 'done', statement))).toBe(410);

    await world.db
      .updateTable('deliveries')
      .set({ state: 'failed' })
      .where('id', '=', statement.id)
      .execute();
    expect(await get(token)).toBe(410);
    await world.db
      .updateTable('deliveries')
      .set({ state: 'delivered' })
      .where('id', '=', statement.id)
      .execute();
    expect(await get(token)).toBe(200);

    const now = world.clock.now();
    world.clock.set(new Date(statement.createdAt.getTime() + 90 * 86_400_000 + 1_000));
    expect(await get(token)).toBe(410);
    world.clock.set(now);
  });

  it('P9 ends with the contract, but for the statement sent after its end', async () => {
    const id = ids.get('ended') ?? '';
    const end = async (until: string) => {
      const set = { status: 'ended', contract_from: '2024-01-01', contract_until: until } as const;
      await world.db.updateTable('clients').set(set).where('id', '=', id).execute();
      return (await open('ended@client.example')).status;
    };
    expect(await end('2026-07-31')).toBe(410);
    expect(await end('2026-06-30')).toBe(200);
  });

  it('changes nothing by POST, and P10 logs neither tokens nor what was read', async () => {
    expect((await open('acme@client.example', '', 'POST')).status).toBe(400);
    for (const path of links.values()) expect(logged).not.toContain(path.slice(3, 20));
    expect(logged).not.toContain('への話');
  });
});

describe('from a call of a statement', () => {
  it('its reader reaches the page where it can be disputed, long after the report’s own link has expired', async () => {
    world.clock.advance(20 * 86_400_000);
    const call = await open('acme@client.example', `?call=${receipts.get('田中への話')}`);
    const path = /https:\/\/toritsugi\.example(\/r\/[\w-]+)">報告の内容について連絡する/.exec(call.text)?.[1];
    const page = await (await fetch(`${server.url}${path}`)).text();
    expect(page).toContain(receipts.get('田中への話'));
    const key = /name="key" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const body = new URLSearchParams({ answer: 'dispute', key, claim: 'sales', note: '' });
    const sent = await fetch(`${server.url}${path}`, { method: 'POST', body, redirect: 'manual' });
    expect(sent.status).toBe(303);
    const said = await world.db
      .selectFrom('disputes as said')
      .innerJoin('calls as c', 'c.id', 'said.call_id')
      .innerJoin('deliveries as d', 'd.id', 'said.delivery_id')
      .select(['c.receipt_number', 'd.address'])
      .execute();
    // Answered where the statement was read, because the report had gone there, too.
    expect(said).toEqual([{ receipt_number: receipts.get('田中への話'), address: 'acme@client.example' }]);
  });

  it('P9 no page of another client’s call is ever named', async () => {
    const { id: foreign } = await world.db
      .selectFrom('calls')
      .select('id')
      .where('receipt_number', '=', receipts.get('よその話') ?? '')
      .executeTakeFirstOrThrow();
    const { id: statement } = await world.db
      .selectFrom('deliveries as d')
      .innerJoin('reports as r', 'r.id', 'd.report_id')
      .select('d.id')
      .where('r.purpose', '=', 'statement')
      .where('d.address', '=', 'acme@client.example')
      .executeTakeFirstOrThrow();
    expect(await world.disputes.reportOf(foreign, statement)).toBeUndefined();
  });
});
