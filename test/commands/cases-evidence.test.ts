import { Hono } from 'hono';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { casesShowCommand } from '../../src/commands/cases.ts';
import {
  casesExportCommand,
  casesVerifyCommand,
  casesVerifyHashCommand,
} from '../../src/commands/cases-evidence.ts';
import type { Command } from '../../src/commands/command.ts';
import type { CallEntry } from '../../src/domain/call.ts';
import { createEvidenceLinks, EVIDENCE_LINK_MINUTES } from '../../src/domain/evidence-link.ts';
import { exportEvidence } from '../../src/followup/cases/export-evidence.ts';
import { createOperatorNotes } from '../../src/followup/cases/operator-notes.ts';
import { evidenceHandler } from '../../src/web/evidence/handler.tsx';
import { correct, retract, SUPERVISOR, shown } from '../intake/changes.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';
import { type Ran, runOn } from './running.ts';

const SUZUKI = { id: 'U0OPERATOR', name: '鈴木一郎' };
const TANAKA = { id: 'U0SECOND', name: '田中花子' };
const HOSTILE = '=HYPERLINK("https://evil.example","x")\n<script>alert(1)</script>\u202e';

let world: World;
let acme: string;
let first: string;
let caseId: string;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world?.dispose());

const run = (command: Command, input: object): Promise<Ran> =>
  runOn(world.database, command, input, { clock: world.clock.now });
const exported = async (format: 'html' | 'csv' | 'json', withOperatorNotes = false) =>
  (await run(casesExportCommand, { number: 1001, format, withOperatorNotes })).out;
const verify = (text: string) => run(casesVerifyCommand, { file: 'case.json', text });

async function call(clientId: string, over: Partial<CallEntry>): Promise<string> {
  world.clock.advance(60_000);
  const result = await world.recorder.record(
    world.entry(clientId, { kind: 'harassment', operator: SUZUKI, message: null, ...over }),
  );
  if (result.type !== 'recorded') throw new Error(JSON.stringify(result));
  await world.deliverOnce();
  return result.receipt.callId;
}

const withheld = { company: null, name: null, kana: null, number: { state: 'withheld' } } as const;

beforeEach(async () => {
  await world.clear();
  acme = await world.addClient({
    code: 'acme',
    destinations: [
      { channel: 'chatwork', address: '1001' },
      { channel: 'email', address: 'yamada@acme.example' },
    ],
  });
  const beta = await world.addClient({
    code: 'beta',
    destinations: [{ channel: 'chatwork', address: '2002' }],
  });
  first = await call(acme, { quote: HOSTILE, surcharge: 'shouting' });
  caseId = (await world.db.selectFrom('cases').select('id').executeTakeFirstOrThrow()).id;
  await call(beta, { quote: 'ほかの顧客への言葉' });
  await call(acme, { quote: '出てこい', operator: TANAKA });
  const { id: other } = await world.db
    .selectFrom('cases')
    .select('id')
    .where('client_id', '=', beta)
    .executeTakeFirstOrThrow();
  const by = (key: string) => ({ via: 'staff', person: 'U0BOSS', key }) as const;
  const paused = { choice: 'pause', note: '棚卸しのため', until: '2026-07-01' } as const;
  await world.cases.answer({ caseId }, paused, { via: 'link', person: null, key: 'page:1' });
  await world.cases.answer({ caseId: other }, { ...paused, note: 'ベータの補足' }, by('b'));
  await world.cases.act(
    caseId,
    { type: 'agree', text: '社長へは取り次がない', wording: '不在です' },
    by('1'),
  );
  await world.cases.act(caseId, { type: 'note', text: 'ベータ社にも同じ人' }, by('2'));
  const notes = createOperatorNotes({ db: world.db, clock: world.clock.now, newId });
  await notes.hungUp({ callId: first, operatorId: SUZUKI.id });
  await notes.burden({ callId: first, operatorId: SUZUKI.id, burden: 5, note: '手が震えた' });
});

/** What only somebody with the database's password can do. */
async function behindTheGuard(change: () => Promise<unknown>): Promise<void> {
  await sql`alter table case_events disable trigger case_events_append_only`.execute(world.db);
  await change();
  await sql`alter table case_events enable trigger case_events_append_only`.execute(world.db);
}

describe('cases export', () => {
  it('P6 P9 proves what happened, names nobody of the agency, and holds nothing of another client or of operators', async () => {
    const { chatwork_id: messageId, mail_id: mailId } = await receipts();
    for (const format of ['html', 'csv', 'json'] as const) {
      const text = await exported(format);
      for (const there of [
        '20260618-0001',
        '20260618-0003',
        '03-5550-0123',
        '出てこい',
        'オペレーターA',
        'オペレーターB',
        '管理者A',
        'yamada@acme.example',
        messageId,
        '転送を停止する(転送を再開する日: 2026年7月1日(水))',
        '棚卸しのため',
        '社長へは取り次がない',
        '不在です',
      ])
        expect(text, `${format}: ${there}`).toContain(there);
      expect(format === 'html' ? text.replaceAll('&lt;', '<').replaceAll('&gt;', '>') : text).toContain(
        mailId,
      );
      for (const not of [
        '鈴木',
        '田中',
        'U0OPERATOR',
        'U0SECOND',
        'U0BOSS',
        'cli:',
        'beta',
        'ほかの顧客への言葉',
        'ベータ',
        '20260618-0002',
        '2002',
        '手が震えた',
        'きつさ',
        '切電',
      ])
        expect(text, `${format}: ${not}`).not.toContain(not);
    }
    const csv = await exported('csv');
    expect(csv.startsWith('\ufeff区分,日時,')).toBe(true);
    // The words begin with 「, so that no cell of theirs is a formula; what a client writes as a note is guarded, too.
    expect(csv).toContain('「=HYPERLINK(""https://evil.example"",""x"")');
    expect(csv).not.toMatch(/(^|,)"?[=+@-]/m);
    expect(csv).not.toContain('\u202e');
    const html = await exported('html');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('\u202e');
    expect(html).toContain('割増料金 200円(理由: 怒鳴り声)');
  });

  it('says when each destination took which message, and what came back', async () => {
    await world.db
      .updateTable('deliveries')
      .set({
        state: 'failed',
        reason: 'email.bounced',
        said: '550 no such user',
        ended_at: world.clock.now(),
      })
      .where('channel', '=', 'email')
      .execute();
    const { record } = JSON.parse(await exported('json'));
    expect(record.deliveries).toHaveLength(4);
    const mail = record.deliveries.find(({ channel }: { channel: string }) => channel === 'email');
    expect(mail).toMatchObject({
      receiptNumber: '20260618-0001',
      what: '報告',
      state: 'failed',
      acceptedAt: '2026-06-18T04:06:00.000Z',
      attempts: 1,
      reason: 'email.bounced',
    });
    expect(mail.messageId).toBeTruthy();
    expect(await exported('html')).toContain('不達(メールが戻りました) email.bounced: 550 no such user');
  });

  it('names withheld numbers, guards formulas in notes, and notes who took it out', async () => {
    await call(acme, { caller: withheld, quote: '…', message: '無言のあと切れた' });
    await world.cases.answer(
      { caseId },
      { choice: 'known', note: '=1+1', until: null },
      { via: 'link', person: null, key: 'page:2' },
    );
    const csv = await exported('csv');
    expect(csv).toContain('非通知');
    expect(csv).toContain("'=1+1");
    const rows = await world.db.selectFrom('audit_log').select(['actor', 'action', 'detail']).execute();
    const took = rows.filter(({ action }) => action === 'case.exported');
    expect(took).toMatchObject([{ actor: 'cli:test', detail: { format: 'csv', internal: false } }]);
    expect(JSON.stringify(took)).not.toContain('1+1');
  });

  it('gives what operators wrote only when asked for, clearly marked as internal', async () => {
    for (const format of ['html', 'csv', 'json'] as const) {
      const { code, out, err } = await run(casesExportCommand, {
        number: 1001,
        format,
        withOperatorNotes: true,
      });
      expect(code).toBe(0);
      expect(out).toContain('手が震えた');
      expect(out).toContain('ベータ社にも同じ人');
      expect(out).not.toContain('鈴木');
      expect(err).toContain('not to leave the agency');
      if (format !== 'json') expect(out).toContain('社内限り');
    }
    expect(
      await run(casesExportCommand, { number: 7, format: 'csv', withOperatorNotes: false }),
    ).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('no case #7'),
    });
  });
});

describe('cases verify', () => {
  it('bears out an export, and what is added or corrected afterwards in the proper way', async () => {
    const file = await exported('json');
    expect(await verify(file)).toMatchObject({ code: 0, out: expect.stringContaining('Nothing it proves') });
    await call(acme, { quote: 'またかけるぞ' });
    expect((await verify(file)).code).toBe(0);
    const { lastHash } = JSON.parse(file).record.seal;
    expect(await run(casesVerifyHashCommand, { number: 1001, hash: lastHash })).toMatchObject({
      code: 0,
      out: expect.stringContaining('event 5 of #1001'),
    });
    expect((await run(casesVerifyHashCommand, { number: 1001, hash: 'f'.repeat(64) })).code).toBe(1);
    expect((await verify(await exported('json', true))).code).toBe(0);
  });

  it('shows an event changed around the guard, where it is, and in the export itself, too', async () => {
    const file = await exported('json');
    await behindTheGuard(() =>
      sql`update case_events set body = jsonb_set(body, '{until}', '"2026-07-31"') where seq = 3 and case_id = ${caseId}`.execute(
        world.db,
      ),
    );
    const { code, out } = await verify(file);
    expect(code).toBe(1);
    expect(out).toContain('The record of #1001 is BROKEN from event 3 on.');
    const after = await run(casesExportCommand, { number: 1001, format: 'html', withOperatorNotes: false });
    expect(after.err).toContain('from event 3 on');
    expect(after.out).toContain('経過 3 以降が書かれた時のままではありません');
    const { lastHash } = JSON.parse(file).record.seal;
    expect(await run(casesVerifyHashCommand, { number: 1001, hash: lastHash })).toMatchObject({
      code: 1,
      out: expect.stringContaining('BROKEN from event 3'),
    });
  });

  it('bears out an export whose words the program would put differently today', async () => {
    const file = JSON.parse(await exported('json'));
    await world.db.updateTable('kinds').set({ label: '迷惑電話' }).where('code', '=', 'harassment').execute();
    const { code, out } = await verify(JSON.stringify(file));
    await world.db
      .updateTable('kinds')
      .set({ label: '嫌がらせ電話' })
      .where('code', '=', 'harassment')
      .execute();
    expect(out).toContain('Nothing it proves');
    expect(code).toBe(0);
  });

  it('shows a chain that was written anew, an event taken away, other words, and another proof of delivery', async () => {
    const file = await exported('json');
    await behindTheGuard(() =>
      sql`delete from case_events where seq = 5 and case_id = ${caseId}`.execute(world.db),
    );
    await behindTheGuard(() =>
      sql`update case_events set hash = repeat('0', 64) where seq = 4 and case_id = ${caseId}`.execute(
        world.db,
      ),
    );
    // Intake alone writes calls: this is not the program.
    await sql`update calls set quote = 'ありがとう' where receipt_number = '20260618-0003'`.execute(world.db);
    await sql`update deliveries set receipt = '{"message_id":"9"}' where channel = 'chatwork'`.execute(
      world.db,
    );
    const { code, out } = await verify(file);
    expect(code).toBe(1);
    expect(out).toContain('event 4 is CHANGED since the export: hash');
    expect(out).toContain('event 5 is MISSING since the export');
    expect(out).toContain('call 20260618-0003 is CHANGED since the export: quote');
    expect(out).toContain('The words of call 20260618-0003 are NOT as they were recorded.');
    expect(out).toMatch(/delivery \S+ is CHANGED since the export: messageId/);
  });

  it('tells a correction of a call from a change around the program, and a file that was edited', async () => {
    const file = await exported('json');
    const second = await world.db
      .selectFrom('calls')
      .select('id')
      .where('receipt_number', '=', '20260618-0003')
      .executeTakeFirstOrThrow();
    const correction = await shown(world, second.id);
    await correct(world, second.id, { ...correction, quote: '出てきてください' }, SUPERVISOR);
    const corrected = await verify(file);
    expect(corrected.out).toContain('call 20260618-0003 was corrected since, which is on record: ');
    expect(corrected.code).toBe(0);
    expect(corrected.out).not.toContain('NOT as they were recorded');
    // A number in the row is no record of a correction.
    await sql`update calls set quote = 'ありがとう', revision = 2 where receipt_number = '20260618-0001'`.execute(
      world.db,
    );
    const unsealed = await run(casesShowCommand, { number: 1001, json: false });
    expect(unsealed.code).toBe(1);
    expect(unsealed.out).toContain('words NOT as they were recorded: 20260618-0001');
    expect(await exported('html')).toContain(
      '受付番号 20260618-0001 の内容は、記録された時のままではありません',
    );
    const forged = await verify(file);
    expect(forged.out).toContain('call 20260618-0001 is CHANGED since the export: quote');
    expect(forged.code).toBe(1);
    await retract(world, second.id, SUPERVISOR);
    const taken = await verify(file);
    expect(taken.out).toContain('call 20260618-0003 left the case since, which is on record');
    expect(taken.out).not.toContain('MISSING');
    expect(await verify(file.replace('棚卸しのため', '冗談です'))).toMatchObject({
      code: 1,
      out: expect.stringContaining('NOT as it was exported: its SHA-256 is another'),
    });
    for (const text of ['', '[]', '{"sha256":"","record":{}}'])
      expect(await verify(text)).toMatchObject({ code: 1, err: expect.stringContaining('is not a record') });
  });
});

describe('the page a supervisor is led to', () => {
  const links = createEvidenceLinks({
    publicUrl: 'https://toritsugi.example',
    linkSecret: '0123456789abcdef0123456789abcdef',
  });
  const supervisors = new Set(['U0BOSS']);
  let lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const server = () => {
    lines = [];
    return new Hono().all(
      '/evidence/:token',
      evidenceHandler({
        links,
        isSupervisor: async (id) => supervisors.has(id),
        evidence: (o) =>
          exportEvidence(world.db, o.caseId, {
            now: world.clock.now(),
            newId,
            internal: false,
            format: o.format,
            actor: o.userId,
          }),
        clock: world.clock.now,
        log,
        perMinute: 5,
      }),
    );
  };
  const path = (userId = 'U0BOSS', id = caseId) =>
    new URL(links.url({ caseId: id, userId, now: world.clock.now() })).pathname;
  const press = (format: string, headers: Record<string, string> = {}) => ({
    method: 'POST',
    body: `format=${format}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

  it('P9 shows nothing before the press, then the page or the table, and notes who took it', async () => {
    const app = server();
    const shown = await app.request(path());
    expect(shown.status).toBe(200);
    const asked = await shown.text();
    expect(asked).toContain('印刷用のページを開く');
    expect(asked).not.toContain('acme');
    expect(asked).not.toContain('出てこい');
    const page = await app.request(path(), press('html'));
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const words = await page.text();
    expect(words).toContain('出てこい');
    expect(words).not.toContain('手が震えた');
    const csv = await app.request(path(), press('csv'));
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="case-1001.csv"');
    expect(Buffer.from(await csv.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const took = await world.db
      .selectFrom('audit_log')
      .select('actor')
      .where('action', '=', 'case.exported')
      .execute();
    expect(took).toEqual([{ actor: 'U0BOSS' }, { actor: 'U0BOSS' }]);
    expect(lines).toEqual([]);
  });

  it('P9 opens for nobody else: forged, expired, another’s, a client’s, from elsewhere, too often', async () => {
    const app = server();
    const good = path();
    const flipped = `${good.slice(0, -3)}${good.at(-3) === 'A' ? 'B' : 'A'}${good.slice(-2)}`;
    for (const wrong of [flipped, `${good}A`, '/evidence/x', good.replace(/.{8}$/, '')])
      expect((await app.request(wrong, press('html'))).status, wrong).toBe(404);
    const clients = world.replyLinks.url('answer', { id: caseId, createdAt: world.clock.now() });
    expect(
      (await app.request(new URL(clients).pathname.replace('/r/', '/evidence/'), press('csv'))).status,
    ).toBe(404);
    expect((await app.request(path('U0OPERATOR'), press('html'))).status).toBe(403);
    expect((await app.request(good, press('html', { 'sec-fetch-site': 'cross-site' }))).status).toBe(403);
    expect((await app.request(good, press('json'))).status).toBe(400);
    expect((await app.request(good, { method: 'PUT' })).status).toBe(405);
    expect((await app.request(path('U0BOSS', newId()), press('html'))).status).toBe(404);
    supervisors.delete('U0BOSS');
    expect((await app.request(good, press('html'))).status).toBe(403);
    supervisors.add('U0BOSS');
    world.clock.advance(EVIDENCE_LINK_MINUTES * 60_000 + 1_000);
    expect((await app.request(good, press('html'))).status).toBe(410);
    const again = path();
    const answers = await Promise.all(Array.from({ length: 6 }, () => app.request(again)));
    expect(answers.map(({ status }) => status)).toContain(429);
    expect(
      await world.db.selectFrom('audit_log').select('id').where('action', '=', 'case.exported').execute(),
    ).toEqual([]);
  });
});

async function receipts(): Promise<{ readonly chatwork_id: string; readonly mail_id: string }> {
  const rows = await world.db
    .selectFrom('deliveries')
    .select(['channel', 'receipt'])
    .where('client_id', '=', acme)
    .orderBy('created_at')
    .execute();
  const of = (channel: string) =>
    Object.values(rows.find((row) => row.channel === channel)?.receipt ?? {})[0] ?? '?';
  return { chatwork_id: of('chatwork'), mail_id: of('email') };
}
