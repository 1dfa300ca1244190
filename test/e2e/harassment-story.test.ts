import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { statementOf } from '../../src/billing/statements.ts';
import { casesAnswerCommand, casesCloseCommand } from '../../src/commands/cases.ts';
import { casesExportCommand, casesVerifyCommand } from '../../src/commands/cases-evidence.ts';
import { type DemoCall, enter } from '../../src/demo/enter.ts';
import { atJst, jstMinute } from '../../src/domain/calendar.ts';
import { createLogger } from '../../src/log.ts';
import { CHATWORK_WEBHOOK_TOKEN } from '../../src/sandbox/credentials.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { runOn } from '../commands/running.ts';
import { handClock } from '../support/hand-clock.ts';
import { type Agency, ALERT_MAIL, createAgency, SUPERVISOR_CHANNEL } from './agency.ts';

const CHANNEL = 'C0CLIENT01';
const ROOM = '200000111';
const CUSTOMER = 'U0CLIENT01';
const PERSON = { accountId: 77, name: '山田' };
const CALLER = '090-0000-1201';
const CLIENTS = `clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    plans: [{ from: 2026-04, plan: small }]
    destinations: [{ channel: slack, address: ${CHANNEL} }]
  - code: beta
    name: 有限会社ベータサンプル
    kana: ベータサンプル
    plans: [{ from: 2026-04, plan: small }]
    destinations: [{ channel: email, address: beta@beta.example }]
  - code: gamma
    name: ガンマ見本工業株式会社
    kana: ガンマミホンコウギョウ
    plans: [{ from: 2026-04, plan: small }]
    destinations: [{ channel: chatwork, address: ${ROOM} }]
  - code: delta
    name: デルタ見本法律事務所
    kana: デルタミホンホウリツジムショ
    own_numbers: [03-5550-0150]
    plans: [{ from: 2026-04, plan: small }]
    roster:
      - { name: 高橋美咲, kana: タカハシミサキ }
      - { name: 佐藤花子, kana: サトウハナコ, responsible: true }
      - { name: 鈴木一郎, kana: スズキイチロウ }
    destinations:
      - { member: 高橋美咲, channel: email, address: takahashi@delta.example }
      - { member: 佐藤花子, channel: email, address: sato@delta.example }
      - { member: 鈴木一郎, channel: email, address: suzuki@delta.example }
`;
/** The clock here runs ahead of the machine: what is in hand must not be taken for lost because of that. */
const PATIENT = {
  queuedLeaseMs: 600_000,
  sendTimeoutMs: 30_000,
  sendingLeaseMs: 600_000,
  mailTimeoutMs: 30_000,
  mailLeaseMs: 600_000,
  cardPollMs: 50,
};
const PATIENCE = { timeout: 60_000, interval: 25 };

let agency: Agency;
let lines = '';
const heard = new Set<string>();
const clock = handClock('2026-06-18T04:05:00Z');
beforeAll(async () => {
  agency = await createAgency({
    clock: clock.now,
    log: createLogger('trace', {
      write(line: string) {
        lines += line;
      },
    }),
    config: (config) => ({
      ...config,
      ...(config.chatwork && { chatwork: { ...config.chatwork, webhookToken: CHATWORK_WEBHOOK_TOKEN } }),
    }),
    app: { allowances: {} },
    delivery: PATIENT,
  });
  agency.sandbox.slack.addChannel({ id: CHANNEL, name: 'アクメ-電話' });
  await agency.start('all');
  await agency.importPlans(await readFile(new URL('../../examples/plans.yaml', import.meta.url), 'utf8'));
  await agency.importClients(CLIENTS);
  agency.sandbox.chatwork.webhooksTo(`${app().url}/webhooks/chatwork`);
}, 120_000);
afterAll(() => agency?.close());

const app = () => {
  const [found] = agency.apps;
  if (found === undefined) throw new Error('no process is running');
  return found;
};
const db = () => app().database.db;

/** Nothing is on its way any more, and nothing is due. */
async function settled(): Promise<void> {
  await vi.waitFor(async () => {
    const now = clock.now();
    const open = await db()
      .selectFrom('deliveries')
      .select(['channel', 'state', 'reason'])
      .where('state', 'in', ['held', 'due', 'queued', 'sending', 'uncertain'])
      .execute();
    const notices = await db()
      .selectFrom('notices')
      .select(['key', 'state', 'reason'])
      .where('state', 'in', ['due', 'sending'])
      .execute();
    const cases = await db()
      .selectFrom('cases')
      .select('number')
      .where((eb) => eb.or([eb('next_at', '<=', now), eb('card_seq', '<', eb.ref('last_seq'))]))
      .execute();
    // Cards and second looks come a few seconds after what they are about; what is in somebody's hands keeps its lease.
    const inHand = [...open, ...notices].some(({ state }) => state === 'queued' || state === 'sending');
    if (!inHand && open.length + notices.length + cases.length > 0) clock.advance(500);
    expect([...open, ...notices, ...cases]).toEqual([]);
  }, PATIENCE);
}

/** Lets the clock run to a moment of Japan, and everything come about that is due until then. */
async function itIs(day: string, time: string): Promise<void> {
  await settled();
  clock.set(atJst(day, time));
  await settled();
}

async function call(over: Omit<DemoCall, 'at'>): Promise<void> {
  const operator = agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id);
  const at = jstMinute(clock.now()).slice(-5);
  await enter(operator, '/juden', { at, ...over }, clock.now, heard);
  await settled();
}
const harassed = (client: string, quote: string, over: Partial<DemoCall> = {}) =>
  call({ client, kind: '嫌がらせ電話', number: CALLER, confirmed: true, quote, ...over });

const caseOf = async (code: string) => {
  const row = await db()
    .selectFrom('cases as k')
    .innerJoin('clients as c', 'c.id', 'k.client_id')
    .select(['k.id', 'k.number', 'k.state'])
    .where('c.code', '=', code)
    .executeTakeFirstOrThrow();
  const events = await db()
    .selectFrom('case_events')
    .select(['body', 'at'])
    .where('case_id', '=', row.id)
    .orderBy('seq')
    .execute();
  return {
    ...row,
    /** To the hour: the clock goes on a little while things happen. */
    told: events.map(({ body, at }) => `${jstMinute(at).slice(5, 13)}h ${body.type}`),
    answers: events.flatMap(({ body }) => (body.type === 'answered' ? [body] : [])),
  };
};

/** What clients received, by where, in the order it came. */
function received(): Readonly<Record<string, readonly string[]>> {
  const byPlace: Record<string, string[]> = {};
  for (const one of agency.sandbox.arrived()) {
    if (one.channel === 'slack' && (one.audience === 'staff' || one.kind !== 'message')) continue;
    if (one.target === ALERT_MAIL) continue;
    byPlace[one.target] = [...(byPlace[one.target] ?? []), one.text];
  }
  return byPlace;
}
const at = (place: string) => received()[place] ?? [];
const counts = () =>
  Object.fromEntries(Object.entries(received()).map(([place, texts]) => [place, texts.length]));

/** What supervisors were told in their channel: their cards, and the month's statements, are another story. */
const staff = () =>
  agency.sandbox.slack
    .messages(SUPERVISOR_CHANNEL)
    .map(({ text }) => text)
    .filter((text) => !/^(【[^】]+】案件 #|【ご利用明細】)/.test(text));
const headings = () => staff().map((text) => /^【[^】]+】/.exec(text)?.[0] ?? text);
const cards = () =>
  agency.sandbox.slack
    .messages(SUPERVISOR_CHANNEL)
    .map(({ text }) => text)
    .filter((text) => /^【[^】]+】案件 #/.test(text));
const cardOf = (code: string) => {
  const found = agency.sandbox.slack
    .messages(SUPERVISOR_CHANNEL)
    .find(({ text }) => new RegExp(`^【[^】]+】案件 #\\d+ ${code} `).test(text));
  return { channelId: SUPERVISOR_CHANNEL, ts: found?.ts ?? '' };
};
const run = (command: typeof casesCloseCommand, input: object) =>
  runOn(app().database, command, input, { clock: clock.now });

it('three weeks of harassment: told, answered over every channel, ignored, escalated, quiet, closed, reopened', async () => {
  // Thursday. Four clients are harassed, two of them by the same person; a sales call and an ordinary one besides.
  await harassed('acme', '社長を出せ', { surcharge: '暴言・大声' });
  await call({ client: 'beta', kind: 'いたずら電話', noNumber: '非通知', message: '笑い声だけで切れた' });
  await harassed('gamma', 'ふざけるな');
  await call({
    client: 'delta',
    kind: '無言',
    noNumber: '非通知',
    addressee: '高橋美咲',
    message: '三十秒の無言',
  });
  await call({ client: 'acme', kind: '営業', line: true, message: '光回線の切り替え' });
  await call({
    client: 'beta',
    kind: '用件',
    number: '03-5550-0123',
    confirmed: true,
    message: '見積書の件',
    wish: '折り返し希望',
  });
  expect(counts()).toEqual({
    [CHANNEL]: 1,
    'beta@beta.example': 2,
    [ROOM]: 1,
    'takahashi@delta.example': 1,
  });
  expect(at(CHANNEL)[0]).toContain('割増料金 300円(理由: 暴言・大声への対応)');
  // Known to supervisors, and to nobody else.
  expect(headings()).toEqual(['【管理者限り】']);
  expect(cards()).toHaveLength(4);

  // He goes on, and the third call within the hour is one too many.
  await itIs('2026-06-18', '13:25');
  await harassed('acme', '逃げるな');
  await itIs('2026-06-18', '13:45');
  await harassed('acme', '何度でもかける');
  expect(headings()).toEqual(['【管理者限り】', '【管理者限り】', '【警報】']);
  expect(at(CHANNEL)).toHaveLength(3);
  expect(at(CHANNEL)[1]).toContain('2件');
  expect(at(CHANNEL)[2]).toContain('3件');

  // A supervisor finds the third call worth a surcharge, within the range of its reason: the client is told.
  const supervisor = agency.sandbox.slack.person(SANDBOX_SUPERVISOR.id);
  const price = await supervisor.pressToOpen(cardOf('acme'), '割増料金を変更');
  await price.choose('main', '20260618-0008');
  await price.choose('code', '執拗な問い合わせへの対応 200〜300円(通常200円)');
  await price.fill('yen', '250');
  expect(await price.submit()).toMatchObject({ type: 'cleared' });
  await settled();
  expect(at(CHANNEL)).toHaveLength(4);
  expect(at(CHANNEL)[3]).toContain('訂正');
  expect(at(CHANNEL)[3]).toContain('250円(理由: 執拗な問い合わせへの対応)');

  // Answered by a button in Slack, by the link in the mail, by a reply in Chatwork. The fourth says nothing.
  await itIs('2026-06-18', '14:30');
  const [first] = agency.sandbox.slack.messages(CHANNEL);
  const form = await agency.sandbox.slack
    .person(CUSTOMER, '山田')
    .pressToOpen({ channelId: CHANNEL, ts: first?.ts ?? '' }, '転送を停止する');
  await form.fill('until', '2026-06-29');
  await form.fill('note', '社内で確認中です');
  expect(JSON.stringify(await form.submit())).toContain('"type":"cleared"');
  await settled();
  const direct = () => agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id).waitForDirectMessages(1);
  await vi.waitFor(async () => expect(JSON.stringify(await direct())).toContain('【転送停止】'), PATIENCE);
  for (const { text } of await direct()) heard.add(text);

  const link = /https:\/\/toritsugi\.example(\/r\/\S+)/.exec(at('beta@beta.example')[0] ?? '')?.[1] ?? '';
  const page = `${app().url}${link}`;
  const key = /name="key" value="([^"]+)"/.exec(await (await fetch(page)).text())?.[1] ?? '';
  const fields = { key, choice: 'unknown', until: '', note: '覚えがありません' };
  expect((await fetch(page, { method: 'POST', body: new URLSearchParams(fields) })).status).toBe(200);

  const report = agency.sandbox.chatwork.messages(ROOM)[0]?.messageId ?? '';
  const { accountId } = agency.sandbox.chatwork.account;
  await agency.sandbox.chatwork.say({
    roomId: ROOM,
    account: PERSON,
    body: `[rp aid=${accountId} to=${ROOM}-${report}]電話代行さん\n当社で対応します。`,
  });
  await vi.waitFor(async () => expect((await caseOf('gamma')).state).toBe('acting'), PATIENCE);
  await vi.waitFor(() => expect(at(ROOM)).toHaveLength(2), PATIENCE);
  expect((await caseOf('acme')).answers).toMatchObject([
    { via: 'slack', person: CUSTOMER, choice: 'pause', until: '2026-06-29', note: '社内で確認中です' },
  ]);
  expect((await caseOf('beta')).answers).toMatchObject([
    { via: 'link', person: null, choice: 'unknown', note: '覚えがありません' },
  ]);
  expect((await caseOf('gamma')).answers).toMatchObject([{ via: 'chatwork', person: '77', choice: 'self' }]);

  // Friday: only who did not answer is asked again. Monday: a call in spite of the stopped forwarding.
  await itIs('2026-06-19', '09:30');
  expect(at('takahashi@delta.example')).toHaveLength(2);
  await itIs('2026-06-22', '10:00');
  await harassed('acme', 'まだ終わらない');
  expect(at(CHANNEL)[4]).toContain('転送がまだ続いているようです');
  expect(at(CHANNEL)[4]).toContain('4件');
  expect(headings().slice(3)).toEqual(['【要確認】']);

  // Asked twice more, of more people each time.
  await itIs('2026-06-23', '09:30');
  await itIs('2026-06-25', '09:30');
  expect(counts()).toEqual({
    [CHANNEL]: 5,
    'beta@beta.example': 2,
    [ROOM]: 2,
    'takahashi@delta.example': 4,
    'sato@delta.example': 2,
    'suzuki@delta.example': 1,
  });
  // The day before, and the day, that was promised; and a supervisor has what nobody answered.
  await itIs('2026-06-26', '09:30');
  expect(headings().slice(4)).toEqual(['【予告】']);
  await itIs('2026-06-29', '09:30');
  expect(headings().slice(5).toSorted()).toEqual(['【期日】', '【要対応】']);
  const escalation = staff().find((text) => text.startsWith('【要対応】')) ?? '';
  expect(escalation).toContain('3回お願いしても回答がありません');
  expect(JSON.stringify(agency.sandbox.slack.messages(SUPERVISOR_CHANNEL))).toContain(
    '顧客の電話番号: 03-5550-0150',
  );
  expect((await caseOf('delta')).told).toEqual([
    '06-18 13h opened',
    '06-19 09h reminded',
    '06-23 09h reminded',
    '06-25 09h reminded',
    '06-29 09h escalated',
  ]);
  const { number: deltas } = await caseOf('delta');
  expect(
    await run(casesAnswerCommand, { number: deltas, choice: 'contract', note: 'お電話にて' }),
  ).toMatchObject({
    code: 0,
  });

  // The month ends: reports were counted, and nothing else.
  await itIs('2026-07-01', '09:00');
  expect(await statement('acme', '2026-06')).toEqual({
    counted: 4,
    total: 2960 + 300 + 250,
    surcharges: [300, 250],
  });
  expect(await statement('beta', '2026-06')).toEqual({ counted: 2, total: 2960, surcharges: [] });
  expect(await statement('gamma', '2026-06')).toEqual({ counted: 1, total: 2960, surcharges: [] });
  expect(await statement('delta', '2026-06')).toEqual({ counted: 1, total: 2960, surcharges: [] });

  // Two weeks without a call: quiet. One is closed, and a new call opens it again: the client is asked anew.
  await itIs('2026-07-02', '14:00');
  for (const code of ['beta', 'gamma', 'delta']) expect((await caseOf(code)).state).toBe('quiet');
  expect((await caseOf('acme')).state).toBe('acting');
  await itIs('2026-07-06', '10:30');
  const { number, state } = await caseOf('acme');
  expect(state).toBe('quiet');
  expect((await run(casesCloseCommand, { number, reason: '収束したため' })).code).toBe(0);
  await itIs('2026-07-07', '11:00');
  await harassed('acme', 'また来たぞ');
  const again = await caseOf('acme');
  expect(again).toMatchObject({ number, state: 'open' });
  expect(at(CHANNEL)[5]).toContain('5件');
  await itIs('2026-07-08', '09:30');
  expect(at(CHANNEL)).toHaveLength(7);
  expect((await caseOf('acme')).told).toEqual([
    '06-18 13h opened',
    '06-18 13h call_joined',
    '06-18 13h call_joined',
    '06-18 13h alarmed',
    '06-18 13h noted',
    '06-18 14h answered',
    '06-22 10h call_joined',
    '06-22 10h still_forwarding',
    '06-26 09h promise_reminded',
    '06-29 09h promise_reminded',
    '07-06 10h went_quiet',
    '07-06 10h closed',
    '07-07 11h reopened',
    '07-07 11h call_joined',
    '07-08 09h reminded',
  ]);
  expect(await statement('acme', '2026-07')).toEqual({ counted: 1, total: 2960, surcharges: [] });

  // Every message there ever was, each at its place and nowhere else.
  expect(counts()).toEqual({
    [CHANNEL]: 7,
    'beta@beta.example': 2,
    [ROOM]: 2,
    'takahashi@delta.example': 4,
    'sato@delta.example': 2,
    'suzuki@delta.example': 1,
  });
  expect(agency.sandbox.arrived().filter(({ target }) => target === ALERT_MAIL)).toEqual([]);
  expect(headings()).toHaveLength(7);
  expect(cards()).toHaveLength(4);
  const names: Readonly<Record<string, string>> = {
    [CHANNEL]: 'アクメ',
    'beta@beta.example': 'ベータ',
    [ROOM]: 'ガンマ',
  };
  for (const [place, texts] of Object.entries(received())) {
    const own = names[place] ?? 'デルタ';
    for (const other of ['アクメ', 'ベータ', 'ガンマ', 'デルタ'].filter((name) => name !== own))
      expect(texts.join('\n'), place).not.toContain(other);
  }
  const spoken = Object.values(received()).flat().join('\n');
  for (const unsaid of ['光回線', '社内で確認中', '管理者限り', '警報']) expect(spoken).not.toContain(unsaid);

  // What the agency can hand to the police bears it all out.
  const file = await run(casesExportCommand, { number, format: 'json', withOperatorNotes: false });
  expect(file.code).toBe(0);
  const { record } = JSON.parse(file.out);
  expect(record.calls.map(({ corrections }: { corrections: number }) => corrections)).toEqual([
    0, 0, 1, 0, 0,
  ]);
  expect(
    record.deliveries.map(({ what, state: was }: { what: string; state: string }) => `${what} ${was}`),
  ).toEqual([
    '報告 delivered',
    '報告 delivered',
    '報告 delivered',
    '訂正報告 delivered',
    '報告 delivered',
    '報告 delivered',
    'ご回答のお願い delivered',
  ]);
  expect(record.deliveries.every(({ messageId }: { messageId: string | null }) => messageId !== null)).toBe(
    true,
  );
  for (const other of ['ベータ', 'ガンマ', 'デルタ', '収束']) expect(file.out).not.toContain(other);
  expect((await run(casesVerifyCommand, { file: 'case.json', text: file.out })).code).toBe(0);

  const evidence = await supervisor.pressToOpen(cardOf('acme'), '証跡');
  const token = /https:\/\/toritsugi\.example(\/evidence\/[\w-]+)/.exec(evidence.text())?.[1] ?? '';
  const door = `${app().url}${token}`;
  expect(await (await fetch(door)).text()).not.toContain('アクメ');
  const printed = await fetch(door, { method: 'POST', body: new URLSearchParams({ format: 'html' }) });
  expect(printed.status).toBe(200);
  expect(await printed.text()).toContain('また来たぞ');
  // A client's link leads nowhere there.
  expect((await fetch(`${app().url}${link.replace('/r/', '/evidence/')}`)).status).toBe(404);

  // P10: nothing of it is in the logs.
  for (const word of ['社長', '1201', 'アクメ', '山田', '見積', '確認中', token.slice(10)])
    expect(lines).not.toContain(word);
}, 400_000);

async function statement(code: string, month: string) {
  const { id } = await db()
    .selectFrom('clients')
    .select('id')
    .where('code', '=', code)
    .executeTakeFirstOrThrow();
  const found = await statementOf(db(), id, month);
  return (
    found && {
      counted: found.counted,
      total: found.totalYen,
      surcharges: found.lines.flatMap((line) => (line.type === 'surcharge' ? [line.yen] : [])),
    }
  );
}
