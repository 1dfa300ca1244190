import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANSWER_CHOICES, ANSWER_LABELS } from '../../src/domain/cases/answers.ts';
import { createDone } from '../../src/followup/mark-done.ts';
import { createLogger } from '../../src/log.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import type { ReplyDoor } from '../../src/web/reply/handler.tsx';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let server: WebServer | undefined;
/** `/r/<token>` of a mail delivery of the first client, and of another client. */
let path: string;
let otherPath: string;
let logged: string;

beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await world.clear();
  logged = '';
  path = await harassed('acme');
  otherPath = await harassed('beta');
  await start();
});
afterEach(() => server?.close(0));
afterAll(() => world?.dispose());

/** A client with a call of harassment, delivered by mail; the link in it. */
async function harassed(code: string): Promise<string> {
  const clientId = await world.addClient({
    code,
    destinations: [{ channel: 'email', address: `soumu@${code}.example` }],
  });
  await world.recorder.record(
    world.entry(clientId, { kind: 'harassment', quote: '社長を出せ', message: '大声でどなる', wish: null }),
  );
  await world.deliverOnce();
  const links = await linksOf(clientId);
  expect(links).toHaveLength(1);
  return links[0] ?? '';
}

/** The paths of all links in the client's mails. */
async function linksOf(clientId: string): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom('deliveries')
    .select('body')
    .where('client_id', '=', clientId)
    .execute();
  return rows.flatMap(({ body }) =>
    [...(body as { text: string }).text.matchAll(/https:\/\/toritsugi\.example(\/r\/\S+)/g)].map(
      ([, link]) => link ?? '',
    ),
  );
}

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
      statements: { read: async () => undefined, readCall: async () => undefined },
      clock: world.clock.now,
      newId,
      log,
      ...o,
    },
  });
}

type Fields = Readonly<Record<string, string>>;
const ask = (init: RequestInit = {}, at = path) =>
  fetch(`${server?.url}${at}`, { redirect: 'manual', ...init });
const post = (fields: Fields | string, headers: Fields = {}, at = path) =>
  ask(
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    },
    at,
  );
/** The key of a form as a browser would send it back. */
async function keyOf(at = path): Promise<string> {
  return /name="key" value="([^"]+)"/.exec(await (await ask({}, at)).text())?.[1] ?? '';
}
async function answers(): Promise<readonly Fields[]> {
  const events = await world.db.selectFrom('case_events').select('body').orderBy('at').execute();
  return events.flatMap(({ body }) => (body.type === 'answered' ? [body as unknown as Fields] : []));
}

describe('GET of an answer link', () => {
  it('P9 P10 shows what the report shows and no more, and the six answers with nothing chosen', async () => {
    const answer = await ask();
    const page = await answer.text();
    expect(answer.status).toBe(200);
    for (const part of [
      '20260618-0001',
      '株式会社サンプル商事',
      '嫌がらせ電話',
      '2026年6月18日(木) 13:05',
      '1件(2026年6月18日(木)以降)',
    ]) {
      expect(page).toContain(part);
    }
    for (const choice of ANSWER_CHOICES) expect(page).toContain(ANSWER_LABELS[choice]);
    expect(page).not.toMatch(/<input[^>]* checked/);
    for (const word of ['佐藤', 'どなる', '社長を出せ', '03-5550-0123', 'soumu@', '鈴木', 'acme'])
      expect(page).not.toContain(word);
    expect(page).not.toContain('<script');
  });

  it('never acts, however often a scanner opens it', async () => {
    const before = await world.db.selectFrom('case_events').selectAll().execute();
    for (const method of ['GET', 'HEAD', 'GET']) expect((await ask({ method })).status).toBe(200);
    await ask({}, `${path}?choice=unknown&key=${newId()}`);
    expect(await world.db.selectFrom('case_events').selectAll().execute()).toEqual(before);
  });

  it('is not kept, passed on, framed or indexed, whatever is answered', async () => {
    for (const answer of [await ask(), await post({}), await post({ key: newId() })]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('x-robots-tag')).toContain('noindex');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });
});

describe('POST of an answer', () => {
  it('records it and leads back to the page, which says what was recorded, without the note', async () => {
    const note = '<b>元取引先</b>と思われます\r\n担当は総務です';
    const sent = await post(
      { key: await keyOf(), choice: 'pause', until: '2026-07-01', note },
      { 'sec-fetch-site': 'same-origin' },
    );
    expect(sent.status).toBe(303);
    const back = new URL(sent.headers.get('location') ?? '', `https://proxy.example/base${path}`);
    expect(back.pathname).toBe(`/base${path}`);
    expect(await answers()).toMatchObject([
      {
        choice: 'pause',
        until: '2026-07-01',
        note: '<b>元取引先</b>と思われます\n担当は総務です',
        via: 'link',
        person: null,
      },
    ]);
    const page = await (await ask()).text();
    expect(page).toContain(
      '2026年6月18日(木) 13:05 に「転送を停止する(転送を再開する日: 2026年7月1日(水))」とのご回答を補足とともに承りました',
    );
    expect(page).not.toContain('元取引先');
    // Another report's reader sees nothing of it (P9).
    expect(await (await ask({}, otherPath)).text()).not.toContain('転送を再開する日: ');
  });

  it('asks anew when a call came after the answer, and shows what was said before', async () => {
    await post({ key: await keyOf(), choice: 'pause', until: '', note: '' });
    world.clock.advance(3 * 86_400_000);
    const { id } = await world.db
      .selectFrom('clients')
      .select('id')
      .where('code', '=', 'acme')
      .executeTakeFirstOrThrow();
    const earlier = await linksOf(id);
    await world.recorder.record(world.entry(id, { kind: 'harassment' }));
    const [fresh = ''] = (await linksOf(id)).filter((link) => !earlier.includes(link));
    const page = await (await ask({}, fresh)).text();
    expect(page).toContain('<h1>お電話の報告へのご回答</h1>');
    expect(page).toContain('2件(2026年6月18日(木)以降)');
    expect(page).toContain('<b>転送を停止する</b>');
    expect(page).not.toContain('<details>');
    expect(await (await ask()).text()).toContain('<h1>ご回答を承りました</h1>');
  });

  it('answers once when pressed twice, sent again, or opened in two tabs and replayed', async () => {
    const form = { key: await keyOf(), choice: 'unknown', until: '', note: '' };
    const [one, two] = await Promise.all([post(form), post(form)]);
    expect([one.status, two.status]).toEqual([303, 303]);
    await post({ key: await keyOf(), choice: 'contact', until: '', note: '' });
    // The first one comes in once more, after the second: it neither counts nor stands again.
    expect((await post(form)).status).toBe(303);
    expect((await answers()).map(({ choice }) => choice)).toEqual(['unknown', 'contact']);
    expect(await (await ask()).text()).toContain('に「当社から相手に連絡する」とのご回答を承りました');
  });

  it('takes other words in the same form as another answer: none is lost', async () => {
    const key = await keyOf();
    await post({ key, choice: 'known', until: '', note: '' });
    world.clock.advance(1000);
    await post({ key, choice: 'known', until: '', note: '名前を思い出しました' });
    expect((await answers()).map(({ note }) => note)).toEqual([null, '名前を思い出しました']);
  });

  it.each([
    ['nothing chosen', { until: '', note: '覚えがありません' }, 'choice-error', 'ご回答を一つお選びください'],
    ['too long a note', { choice: 'self', until: '', note: '漢'.repeat(1001) }, 'note-error', '1001文字'],
    ['a day gone by', { choice: 'pause', until: '2026-06-17', note: '短く' }, 'until-error', '過ぎた日付'],
    ['no day at all', { choice: 'pause', until: '<&">', note: '短く' }, 'until-error', '日付を正しく'],
  ] as const)('refuses %s beside its field and keeps what was typed', async (_, fields, id, words) => {
    const key = await keyOf();
    const refused = await post({ key, ...fields });
    const page = await refused.text();
    expect(refused.status).toBe(422);
    const error = new RegExp(`id="${id}">([^<]*)<`).exec(page)?.[1];
    expect(error).toContain(words);
    expect(page).toMatch(new RegExp(`aria-describedby="[^"]*\\b${id}"`));
    expect(page).toContain(' autofocus');
    expect(page).toContain(`>\n${fields.note}</textarea>`);
    expect(page).toContain(`name="key" value="${key}"`);
    if ('choice' in fields) expect(page).toMatch(new RegExp(`value="${fields.choice}"[^>]* checked`));
    expect(page).not.toContain('<&">');
    expect(await answers()).toEqual([]);
    // Put right, the same form is taken.
    expect((await post({ key, choice: 'self', until: '', note: '短く' })).status).toBe(303);
    expect(await answers()).toHaveLength(1);
  });

  it.each([
    ['no key', 'choice=self', {}, 400],
    ['a made-up key', 'key=1&choice=self', {}, 400],
    ['a made-up answer', `key=${newId()}&choice=close`, {}, 400],
    ['a field twice', `key=${newId()}&choice=self&choice=known`, {}, 400],
    ['another field', `key=${newId()}&choice=self&state=closed`, {}, 400],
    ['the other link’s form', 'answer=done', {}, 400],
    ['no form', '{}', { 'content-type': 'application/json' }, 400],
    ['another site', `key=${newId()}&choice=self`, { 'sec-fetch-site': 'cross-site' }, 403],
    ['far too much', `key=${newId()}&choice=self&note=${'a'.repeat(1_000_001)}`, {}, 413],
  ] as const)('refuses %s and records nothing', async (_, body, headers, status) => {
    const answer = await ask({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(/[ぁ-ん]/);
    expect(await answers()).toEqual([]);
  });
});

describe('P9 an answer link that is not good', () => {
  const form = () => ({ key: newId(), choice: 'contract', until: '', note: '相談したい' });

  it('forged or made of two, opens and does nothing', async () => {
    const last = path.endsWith('A') ? 'B' : 'A';
    // The other client's delivery with this one's signature.
    const mixed = Buffer.concat([
      Buffer.from(otherPath.slice(3), 'base64url').subarray(0, 20),
      Buffer.from(path.slice(3), 'base64url').subarray(20),
    ]);
    for (const at of [`${path.slice(0, -1)}${last}`, `/r/${mixed.toString('base64url')}`]) {
      expect((await ask({}, at)).status).toBe(404);
      expect((await post(form(), {}, at)).status).toBe(404);
    }
    expect(await answers()).toEqual([]);
  });

  it('is for its own purpose: the done link of the same delivery answers nothing, and the other way round', async () => {
    const delivery = await world.db
      .selectFrom('deliveries')
      .select(['id', 'created_at as createdAt'])
      .orderBy('id')
      .executeTakeFirstOrThrow();
    const doneLink = new URL(world.replyLinks.url('done', delivery)).pathname;
    expect((await post(form(), {}, doneLink)).status).toBe(400);
    expect((await post('answer=done')).status).toBe(400);
    expect(await answers()).toEqual([]);
    expect(await world.db.selectFrom('done_marks').selectAll().execute()).toEqual([]);
  });

  it('P9 writes to its own client’s case, whatever key another client’s page had', async () => {
    const fields = { ...form(), key: await keyOf(otherPath) };
    await post(fields, {}, otherPath);
    await post(fields);
    const cases = await world.db.selectFrom('cases').select(['id', 'client_id', 'state']).execute();
    expect(cases.map(({ state }) => state)).toEqual(['acting', 'acting']);
    expect(new Set(cases.map((one) => one.client_id)).size).toBe(2);
  });

  it('expired, with the contract ended, or the case closed: says so and gives back what was typed', async () => {
    const refusedWords = async () => {
      const refused = await post(form());
      const page = await refused.text();
      expect(refused.status).toBe(410);
      expect(page).toContain('このリンクは使えなくなりました');
      expect(page).toContain('>\n相談したい</textarea>');
      expect(page).not.toContain('株式会社サンプル商事');
      expect((await ask()).status).toBe(410);
    };
    await world.db.updateTable('clients').set({ status: 'ended' }).execute();
    await refusedWords();
    await world.db.updateTable('clients').set({ status: 'active' }).execute();
    await world.db.updateTable('cases').set({ state: 'closed' }).execute();
    await refusedWords();
    await world.db.updateTable('cases').set({ state: 'open' }).execute();
    expect((await ask()).status).toBe(200);
    world.clock.advance(31 * 86_400_000);
    await refusedWords();
    expect(await answers()).toEqual([]);
  });
});

describe('pressure and trouble', () => {
  it('slows one link down without losing what was typed', async () => {
    await start({ perMinute: 2 });
    const key = await keyOf();
    await ask();
    const late = await post({ key, choice: 'known', until: '', note: '元社員です' });
    const page = await late.text();
    expect(late.status).toBe(429);
    expect(late.headers.get('retry-after')).toBe('60');
    expect(page).toContain('>\n元社員です</textarea>');
    expect((await ask({}, otherPath)).status).toBe(200);
    expect(await answers()).toEqual([]);
  });

  it('P1 P10 says that nothing is recorded, keeps what was typed, and logs none of it, when the database is away', async () => {
    const key = await keyOf();
    const form = { key, choice: 'known', until: '', note: '元社員です' };
    const away = async () => {
      throw new Error(`no connection for ${path} 元社員です`);
    };
    await start({ cases: { readForDelivery: away, answer: away } });
    const refused = await post(form);
    const page = await refused.text();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(page).toContain('ただいまお受けできません');
    expect(page).toContain('まだ送信されていません。');
    expect(page).toContain('>\n元社員です</textarea>');
    expect(page).toMatch(/value="known"[^>]* checked/);
    expect((await ask()).status).toBe(503);
    expect(logged).toContain('a reply page failed');
    expect(logged).not.toContain(path.slice('/r/'.length));
    expect(logged).not.toContain('元社員');
    await start();
    expect((await post(form)).status).toBe(303);
    expect(await answers()).toHaveLength(1);
  });
});
