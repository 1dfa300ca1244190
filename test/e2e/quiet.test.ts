import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { bearerToken } from '../../src/web/bearer.ts';
import { BOUNCE_PURPOSE } from '../../src/web/bounces.ts';
import { type Agency, ALERT_MAIL, createAgency, LINK_SECRET, SUPERVISOR_CHANNEL } from './agency.ts';
import { type QueueWitness, witnessQueues } from './queue-witness.ts';
import { BOB, CALLER, CLIENTS, FAILURES, MORE_FAILURES, NEVER } from './quiet-cast.ts';

/*
 * P10 over a whole run: entries by line and form, every channel, every kind of failure, alerts, decisions, wrong
 * input and hostile requests, with everything logged that can be. None of the people in it may be seen in a log
 * line, a metric, or anything the queue and the budgets ever held.
 */

const PATIENCE = { timeout: 30_000, interval: 50 };

let agency: Agency;
let witness: QueueWitness;
const lines: string[] = [];
const stray: string[] = [];
const scrapes: string[] = [];

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    vi.spyOn(stream, 'write').mockImplementation((...args) => {
      stray.push(String(args[0]));
      return Reflect.apply(write, undefined, args) as boolean;
    });
  }
  agency = await createAgency({
    clock: () => new Date(),
    log: createLogger('trace', { write: (line) => void lines.push(line) }),
    delivery: { looksBeforeAsking: 2, askAgainMs: 60_000 },
  });
  await agency.start('all');
  const database = agency.apps[0]?.database;
  if (database === undefined) throw new Error('no process is running');
  witness = await witnessQueues(agency.storage, database);
  await agency.importClients(CLIENTS);
}, 60_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await witness?.close();
  await agency?.close();
});

function operator() {
  return agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id);
}
async function line(text: string): Promise<string> {
  const reply = await operator().command(text);
  return reply.message?.text ?? reply.failed ?? '';
}
async function form(client: string, o: { kind?: string; urgent?: true } = {}): Promise<void> {
  const modal = await operator().openModal(client);
  await modal.choose('kind', o.kind ?? '用件');
  for (const field of ['company', 'name', 'kana', 'number', 'message', 'quote'] as const) {
    if (modal.has(field)) await modal.fill(field, CALLER[field]);
  }
  if (modal.has('number_state')) await modal.choose('number_state', '番号あり');
  if (o.urgent) await modal.check('urgent', 'urgent');
  let submitted = await modal.submit();
  if (modal.isOpen() && modal.has('同じ電話ですか')) {
    await modal.choose('同じ電話ですか', '別の電話です');
    submitted = await modal.submit();
  }
  expect(['closed', 'cleared']).toContain(submitted.type);
}
function database() {
  const app = agency.apps[0];
  if (app === undefined) throw new Error('no process is running');
  return app.database.db;
}
async function scrape(): Promise<void> {
  for (const app of agency.apps) {
    scrapes.push(await agency.metrics(app), JSON.stringify(await agency.readyz(app)));
  }
}
/** Until every delivery has ended, waits for a person, or rests for minutes as a greylisted mail does. */
async function settled(): Promise<void> {
  await vi.waitFor(async () => {
    const open = await database()
      .selectFrom('deliveries')
      .select('id')
      .where('state', 'in', ['held', 'due', 'queued', 'sending'])
      .where('next_attempt_at', '<', new Date(Date.now() + 60_000))
      .execute();
    const undecided = await database()
      .selectFrom('deliveries')
      .select('id')
      .where('state', '=', 'uncertain')
      .where('looks', '=', 0)
      .execute();
    expect([...open, ...undecided]).toEqual([]);
  }, PATIENCE);
}

async function play(): Promise<void> {
  const { sandbox } = agency;
  // Everything as it should be.
  expect(await line(`kakushiya 用件 ${CALLER.message}`)).toContain('受付番号');
  expect(await line('kakushiya 営業 090-0000-4242')).toContain('受付番号');
  await form('kakushiya');
  await form('kakushiya', { kind: '嫌がらせ', urgent: true });
  await settled();
  await scrape();

  // Supervisors get a card of the harassment case, and write on it.
  const onCards = () =>
    sandbox.slack.messages(SUPERVISOR_CHANNEL).filter(({ text }) => text.includes('案件 #'));
  await vi.waitFor(() => expect(onCards()).toHaveLength(1), PATIENCE);
  const note = await sandbox.slack
    .person(SANDBOX_SUPERVISOR.id)
    .pressToOpen({ channelId: SUPERVISOR_CHANNEL, ts: onCards()[0]?.ts ?? '' }, 'メモ');
  await note.fill('main', CALLER.message);
  expect(await note.submit()).toMatchObject({ type: 'cleared' });
  await vi.waitFor(() => expect(JSON.stringify(onCards())).toContain(`メモ: ${CALLER.message}`), PATIENCE);

  // Far sides in every kind of trouble.
  for (const rule of FAILURES) sandbox.fail(rule);
  await form('kowareya');
  await form('mayoiya');
  await settled();
  await scrape();
  for (const rule of MORE_FAILURES) sandbox.fail(rule);
  await form('mayoiya', { urgent: true });
  await settled();
  sandbox.fail({ service: 'email', failure: { how: 'close', phase: 'mail' } });
  await form('kakushiya');
  await scrape();
  await settled();

  // A supervisor decides about the mail nobody can look up, and a mail comes back.
  const alert = await vi.waitFor(() => {
    const found = sandbox
      .arrived()
      .find(
        (message) =>
          message.target === SUPERVISOR_CHANNEL && message.text.includes('届いたかどうか分かりません'),
      );
    expect(found).toBeDefined();
    return found;
  }, PATIENCE);
  if (alert === undefined) throw new Error('no alert');
  const supervisor = sandbox.slack.person(SANDBOX_SUPERVISOR.id);
  await supervisor.press({ channelId: SUPERVISOR_CHANNEL, ts: alert.id }, '届いている');
  await operator().press({ channelId: SUPERVISOR_CHANNEL, ts: alert.id }, '届いている');
  const app = agency.apps[0];
  const mail = sandbox.arrived().find((message) => message.channel === 'email');
  const bounce = async (token: string, body: string) =>
    await fetch(`${app?.url}/webhooks/bounce`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'message/rfc822' },
      body,
    });
  await bounce('wrong', 'x');
  await bounce(bearerToken(LINK_SECRET, BOUNCE_PURPOSE), `Subject: ${BOB}\r\n\r\n${CALLER.message}`);
  await bounce(bearerToken(LINK_SECRET, BOUNCE_PURPOSE), mail?.channel === 'email' ? mail.source : 'x');

  // Wrong input, strangers, and requests nobody should send.
  await line(`${BOB} 用件 ${CALLER.message}`);
  await line(`kakushiya ${CALLER.quote} 090-0000-4242`);
  await sandbox.slack.person('U0STRANGER', BOB).command(`kakushiya 用件 ${CALLER.message}`);
  const reply = await operator().command(`kakushiya 営業 ${CALLER.message}`);
  await operator().replay(reply.request);
  const modal = await operator().openModal('kakushiya');
  await modal.fill('number', CALLER.message);
  await modal.submit();
  for (const body of [
    'null',
    `payload=${encodeURIComponent(JSON.stringify({ type: 'view_submission', user: BOB, note: CALLER.message }))}`,
    `payload=${encodeURIComponent(JSON.stringify({ type: CALLER.quote, view: { state: CALLER } }))}`,
    `command=%2Fjuden&text=${encodeURIComponent(CALLER.message)}&user_id[]=${encodeURIComponent(BOB)}`,
    `{"text":"${CALLER.message}"`,
  ]) {
    await sandbox.slack.raw({ body });
    await sandbox.slack.raw({ body, timestamp: '1' });
  }

  // An alert that Slack will not take goes by mail; then a restart.
  sandbox.fail({
    service: 'slack',
    target: SUPERVISOR_CHANNEL,
    times: 'always',
    failure: { how: 'error', error: 'is_archived' },
  });
  sandbox.fail({ service: 'slack', target: 'C0MAYOIYA1', failure: { how: 'error', error: 'is_archived' } });
  sandbox.fail({
    service: 'email',
    target: 'annai@mayoiya.example',
    failure: { how: 'reply', phase: 'rcpt', code: 451, message: `4.7.1 greylisted ${CALLER.message}` },
  });
  await form('mayoiya');
  await settled();
  await vi.waitFor(
    () => expect(sandbox.arrived().map(({ target }) => target)).toContain(ALERT_MAIL),
    PATIENCE,
  );
  await scrape();
}

/** Which of the words that must never be seen are in these texts, each with where. */
function seenIn(texts: readonly string[]): readonly string[] {
  const secrets = [
    ...NEVER,
    agency.sandbox.slack.botToken,
    agency.sandbox.slack.signingSecret,
    agency.sandbox.chatwork.apiToken,
    new URL(agency.sandbox.email.smtpUrl).password,
  ];
  return texts.flatMap((text) =>
    secrets.filter((secret) => shows(text, secret)).map((secret) => `${secret} in ${text.slice(0, 2_000)}`),
  );
}

/** Ids and fractions of seconds are full of digits: a number counts when it stands by itself. */
function shows(text: string, secret: string): boolean {
  if (!/^\d+$/.test(secret)) return text.includes(secret);
  return new RegExp(`(?<![\\w.])${secret}(?!\\w)`).test(text);
}

describe('a whole run, with everything logged', () => {
  it('P10 shows nobody’s name, number, word, address or token to logs, metrics, readiness or the queue', async () => {
    await play();
    const queued = await witness.seen();
    await agency.stop();

    // The run was what it was meant to be.
    const log = lines.join('');
    for (const outcome of ['delivered', 'retry', 'wait', 'rejected', 'uncertain']) {
      expect(log).toContain(`"outcome":"${outcome}"`);
    }
    const metrics = scrapes.join('\n');
    for (const label of [
      'outcome="rejected_destination"',
      'outcome="rejected_credential"',
      'outcome="rejected_payload"',
      'outcome="uncertain"',
      'seen="found"',
      'seen="inconclusive"',
      'toritsugi_deliveries{state=',
    ]) {
      expect(metrics).toContain(label);
    }
    expect(lines.length).toBeGreaterThan(40);
    expect(queued.length).toBeGreaterThan(20);
    expect(queued.join('\n')).toMatch(/dlv-[0-9a-f-]{36}-\d/);

    expect(seenIn(lines)).toEqual([]);
    expect(seenIn(scrapes)).toEqual([]);
    expect(seenIn(queued)).toEqual([]);
    expect(seenIn(stray)).toEqual([]);
    // Nothing of ours is in Japanese but what people read and write.
    const japanese = /[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]/;
    expect([...lines, ...scrapes, ...queued].filter((text) => japanese.test(text))).toEqual([]);
  }, 120_000);
});
