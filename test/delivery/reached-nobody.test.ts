import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChannels } from '../../src/channels/index.ts';
import { createConsequences } from '../../src/delivery/consequences.ts';
import { createNoticePump, type StaffTargets } from '../../src/delivery/notices.ts';
import { unobserved } from '../../src/delivery/observer.ts';
import { createReportText } from '../../src/delivery/report-text.ts';
import { DELIVERY_DEFAULTS } from '../../src/delivery/settings.ts';
import type { EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { CallEntry } from '../../src/domain/call.ts';
import type { ChannelName, Outcome } from '../../src/domain/outcome.ts';
import { slackFault } from '../../src/reports/limits.ts';
import { createRenderer, type Renderer } from '../../src/reports/render.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { NoticeBody } from '../../src/storage/schema.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const CHATWORK = { channel: 'chatwork', address: '1001' } as const;
const MAIL = { channel: 'email', address: 'soumu@acme.example' } as const;
const HOUR_MS = 3_600_000;
const bad = (channel: ChannelName): Outcome => ({
  type: 'rejected',
  scope: 'destination',
  reason: { code: `${channel}.test` },
});

async function record(
  destinations: Parameters<World['addClient']>[0]['destinations'],
  over: Partial<CallEntry> = {},
): Promise<void> {
  const clientId = await world.addClient({ code: 'acme', ...(destinations && { destinations }) });
  await world.recorder.record(world.entry(clientId, over));
}

async function staffNotices(about: string): Promise<readonly NoticeBody[]> {
  const rows = await world.db
    .selectFrom('notices')
    .select('body')
    .where('target', '=', 'staff')
    .where('key', 'like', `${about}:%`)
    .execute();
  return rows.map(({ body }) => body);
}

async function theNotice(about: string): Promise<NoticeBody> {
  const [notice, ...more] = await staffNotices(about);
  expect(more).toEqual([]);
  return notice ?? expect.fail(`no notice ${about}`);
}

const textOf = (block: SlackBody['blocks'][number]): string =>
  (block.text as { readonly text?: string } | undefined)?.text ?? '';

/** What the supervisors' channel was sent about it: its facts, and the report's words under their heading. */
function inSlack(sign: string): {
  readonly body: SlackBody;
  readonly facts: string;
  readonly report: string;
} {
  const body = world.slack.sent
    .filter(({ address }) => address === 'C0STAFF')
    .map((message) => message.body as SlackBody)
    .findLast(({ blocks }) => textOf(blocks[0] ?? {}).includes(sign));
  if (body === undefined) return expect.fail(`nothing about ${sign} in Slack`);
  const at = body.blocks.findIndex(({ type }) => type === 'header');
  const words = at < 0 ? [] : body.blocks.slice(at + 1);
  return { body, facts: textOf(body.blocks[0] ?? {}), report: words.map(textOf).join('\n') };
}

/** Every text object of a message that is not plain. */
function marked(body: SlackBody): readonly unknown[] {
  return body.blocks.filter(
    ({ text }) => text !== undefined && (text as { type: string }).type !== 'plain_text',
  );
}

describe('a report that reached nobody is told to supervisors in its own words', () => {
  it('P3 when every destination refused it: as the mail would have said it', async () => {
    await record([CHATWORK, MAIL]);
    world.chatwork.answer(bad('chatwork'));
    world.email.answer(bad('email'));
    await world.deliverOnce();
    await world.deliverOnce();
    const { report } = await theNotice('undeliverable');
    expect(world.email.sent[0]?.body).toMatchObject({ text: report });
    await world.delivery.notices.pump();
    const shown = inSlack('どの宛先にも届けられませんでした');
    expect(shown.facts).toContain('報告の内容を下に添えます');
    expect(shown.facts).not.toContain('見積書の件');
    expect(shown.report).toBe(report);
    expect(shown.report).toMatch(/■お相手: 株式会社サンプル 佐藤\(サトウ\)様\n■電話番号: 03-5550-0123/);
    expect(shown.body.text).not.toContain('佐藤');
    expect(slackFault(shown.body)).toBeNull();
    expect(marked(shown.body)).toEqual([]);
  });

  it('P3 also when the one that failed last is no mail, and for harassment', async () => {
    const over = { kind: 'harassment', message: '怒鳴り声の電話', quote: 'ただではおかない' } as const;
    await record([CHATWORK], over);
    world.chatwork.answer(bad('chatwork'));
    await world.deliverOnce();
    const { report } = await theNotice('undeliverable');
    const { mark } = await world.db.selectFrom('deliveries').select('mark').executeTakeFirstOrThrow();
    expect(report).toMatch(/^【要対応】\n/);
    expect(report).toContain('「ただではおかない」');
    expect(report).toContain(`配信番号: ${mark}`);
    expect(report).not.toContain('[info]');
  });

  it('P3 when two destinations refuse it at the same moment', async () => {
    const calls = 20;
    const refused: Outcome = { type: 'rejected', scope: 'payload', reason: { code: 'x.refused' } };
    const clientId = await world.addClient({ code: 'acme', destinations: [CHATWORK, MAIL] });
    for (let call = 0; call < calls; call += 1) await world.recorder.record(world.entry(clientId));
    await world.db.updateTable('deliveries').set({ plainest: true }).execute();
    for (const channel of [world.chatwork, world.email])
      channel.answer(...Array<Outcome>(calls).fill(refused));
    for (let round = 0; round < calls; round += 1) {
      await world.delivery.relay.handOut();
      await Promise.all(
        world.jobs
          .splice(0)
          .map(({ data }) => world.delivery.attempt.run({ id: data.id, generation: data.generation ?? 0 })),
      );
    }
    expect(await staffNotices('undeliverable')).toHaveLength(calls);
  });

  it('P3 when it was given up after a day, but not while it is only late', async () => {
    await record([CHATWORK]);
    world.clock.advance(HOUR_MS);
    await world.delivery.sweeper.sweep();
    expect((await theNotice('late')).report).toBeUndefined();
    world.clock.advance(23 * HOUR_MS);
    await world.delivery.sweeper.sweep();
    expect((await theNotice('given-up')).report).toContain('■ご用件: 見積書の件');
    for (const notice of await staffNotices('stalled')) expect(notice.report).toBeUndefined();
  });

  it('P3 when its client has no destination at all', async () => {
    await record([]);
    await world.delivery.notices.pump();
    const { facts, report } = inSlack('使える宛先のない受電');
    expect(facts).toContain('npm run toritsugi -- clients import');
    expect(report).toContain('■ご用件: 見積書の件');
    expect(report).toMatch(/配信番号: -$/);
  });

  it('P2 never a sales call', async () => {
    await record([], { kind: 'sales', message: '回線のご案内' });
    await world.delivery.notices.pump();
    expect(JSON.stringify(world.slack.sent)).not.toContain('回線');
    expect(await staffNotices('no-destination')).toEqual([]);
  });

  it('but the word about a bad destination is no report of a call', async () => {
    await record([CHATWORK, { ...MAIL, fallback: true }]);
    world.chatwork.answer(bad('chatwork'));
    await world.deliverOnce();
    const away: Outcome = { type: 'retry', reason: { code: 'email.away' } };
    world.email.answer(away, away);
    await world.deliverOnce();
    world.clock.advance(25 * HOUR_MS);
    await world.delivery.sweeper.sweep();
    const notices = await staffNotices('given-up');
    expect(notices).toHaveLength(2);
    const isWord = (notice: NoticeBody) => JSON.stringify(notice).includes('受電の報告ではありません');
    const [word, report] = notices.toSorted((one, other) => Number(isWord(other)) - Number(isWord(one)));
    expect(word?.report).toBeUndefined();
    expect(JSON.stringify(word)).not.toContain('報告の内容');
    expect(report?.report).toContain('見積書の件');
  });
});

describe('on its way to supervisors', () => {
  const MAILED = '──── 報告の内容';
  const mails = () =>
    world.email.sent
      .filter(({ address }) => address === 'staff@agency.example')
      .map(({ body }) => body as EmailBody);

  it('P3 it goes by mail while Slack is away', async () => {
    await record([]);
    const away: Outcome = { type: 'retry', reason: { code: 'slack.no_connection' } };
    for (let time = 0; time < 4; time += 1) {
      world.slack.answer(away, away);
      await world.delivery.notices.pump();
      world.clock.advance(HOUR_MS);
    }
    const [mail, ...more] = mails();
    expect(more).toEqual([]);
    const { report } = await theNotice('no-destination');
    expect(mail?.text).toMatch(/^【至急】使える宛先のない受電があります。\n/);
    expect(mail?.text.endsWith(`${MAILED}(お電話などでお伝えください) ────\n\n${report}`)).toBe(true);
  });

  it('P6 hostile text stays text, in Slack and by mail', async () => {
    const hostile =
      '<!channel> <@U0123ABCD> <https://x.example|押す> *b* :boom: &lt;!here&gt; <b>太</b>\r\nBcc: a@x.example';
    await record([], { message: hostile, quote: '</pre><script>alert(1)</script>' });
    await world.delivery.notices.pump();
    const { body, report } = inSlack('使える宛先のない受電');
    expect(report).toContain('<!channel> <@U0123ABCD> <https://x.example|押す> *b* :boom: &lt;!here&gt;');
    expect(marked(body)).toEqual([]);
    expect(body.blocks.flatMap(({ text }) => (text === undefined ? [] : [text]))).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ emoji: true })]),
    );
    expect(body.text).not.toContain('channel');

    await world.db.updateTable('notices').set({ state: 'due' }).where('target', '=', 'staff').execute();
    world.slack.answer(bad('slack'));
    await world.delivery.notices.pump();
    const [mail] = mails();
    expect(mail?.subject).toBe('【取次】要確認');
    expect(mail?.html).not.toMatch(/<(?!\/?pre\b)/);
    expect(mail?.html).toContain('&lt;!channel&gt;');
  });

  it.each([
    ['3,000 characters in many lines', 'お'.repeat(79).concat('\n').repeat(25), 'あ'.repeat(1000), false],
    ['3,000 characters in one line', '長'.repeat(2000), '"'.repeat(1000), false],
    ['nothing but signs that are escaped', '&'.repeat(2000), '<'.repeat(1000), true],
  ])('a report of %s stays within what Slack takes', async (_, message, quote, cut) => {
    await record([], { message, quote });
    await world.delivery.notices.pump();
    const { body, report } = inSlack('使える宛先のない受電');
    expect(slackFault(body)).toBeNull();
    const words = (await theNotice('no-destination')).report ?? '';
    expect(report.includes('ここから先は')).toBe(cut);
    const squeezed = (text: string) => text.replaceAll('\n', '');
    if (!cut) expect(squeezed(report)).toBe(squeezed(words));
    else expect(report).toContain('&'.repeat(500));

    await world.db.updateTable('notices').set({ state: 'due' }).where('target', '=', 'staff').execute();
    world.slack.answer(bad('slack'));
    await world.delivery.notices.pump();
    expect(mails()[0]?.text).toContain(words);
  });

  it('P6 is taken and shown by Slack as it is', async () => {
    const message = `<!channel> ${'長い文章。'.repeat(380)}`;
    await record([], { message, quote: '*太字* :boom: <@U0123ABCD>' });
    await world.delivery.notices.pump();
    const { body } = inSlack('使える宛先のない受電');
    const sandbox = await startSandbox({ slack: { channels: [{ id: 'C0STAFF01', name: 'staff' }] } });
    const { slack } = openChannels(
      { slack: { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url } },
      { clock: () => new Date() },
    );
    const outcome = await slack?.send(
      { deliveryId: newId(), mark: '000000000000', address: 'C0STAFF01', mention: null, body },
      AbortSignal.timeout(5_000),
    );
    await slack?.close();
    const [arrived] = sandbox.slack.messages('C0STAFF01');
    await sandbox.close();
    expect(outcome).toMatchObject({ type: 'delivered' });
    expect(JSON.stringify(arrived?.blocks)).toContain('<!channel> 長い文章。');
    expect(arrived?.text).toBe('【至急】使える宛先のない受電があります。');
  });

  it('P3 the alert goes out without the words when Slack refuses them and no mail is to be had', async () => {
    await record([]);
    await world.db.deleteFrom('notices').where('target', '!=', 'staff').execute();
    world.slack.answer({ type: 'rejected', scope: 'payload', reason: { code: 'slack.msg_blocks_too_long' } });
    world.email.answer({ type: 'retry', reason: { code: 'email.away' } });
    await world.delivery.notices.pump();
    const { body, report } = inSlack('使える宛先のない受電');
    expect(report).toBe('');
    expect(JSON.stringify(body)).toContain('Slackに受け付けられませんでした');
    const { state } = await world.db.selectFrom('notices').select('state').executeTakeFirstOrThrow();
    expect(state).toBe('sent');
  });
});

describe('a report whose words cannot be had', () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const failing: Renderer = {
    render: () => {
      throw new Error('the template says 見積書の件');
    },
    renderPlainest: () => expect.fail('not asked for'),
  };
  beforeEach(() => {
    lines.length = 0;
  });

  it('P3 P10 is told without them, and logged by its id', async () => {
    await record([CHATWORK]);
    const delivery = await world.db
      .selectFrom('deliveries')
      .select(['id', 'report_id', 'client_id', 'destination_id', 'channel', 'credential', 'address'])
      .executeTakeFirstOrThrow();
    await world.db.updateTable('destinations').set({ active: false }).execute();
    const deps = { renderer: failing, replyLinks: undefined, clock: world.clock.now, newId, log };
    await world.db
      .transaction()
      .execute((trx) =>
        createConsequences(deps).apply(
          trx,
          delivery,
          { type: 'fall-back' },
          { code: 'x' },
          world.clock.now(),
        ),
      );
    const notice = await theNotice('undeliverable');
    expect(notice.report).toBeUndefined();
    expect(JSON.stringify(notice)).toContain('報告の内容は添えられませんでした');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(delivery.report_id);
    expect(lines[0]).not.toContain('見積書');
  });

  it('P3 leaves the transaction whole when the database refuses the question', async () => {
    const renderer = await createRenderer({ templatesDir: new URL('../../templates/ja/', import.meta.url) });
    const reportText = createReportText({ renderer, log });
    const seen = await world.db.transaction().execute(async (trx) => {
      const text = await reportText(trx, { reportId: 'no uuid', deliveryId: null });
      const after = await trx.selectFrom('kinds').select('code').where('code', '=', 'sales').execute();
      return { text, after };
    });
    expect(seen).toEqual({ text: undefined, after: [{ code: 'sales' }] });
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ report: 'no uuid', code: '22P02' });
  });
});

describe('who is told', () => {
  async function pump(staff: StaffTargets): Promise<readonly string[]> {
    await record([]);
    await world.db.deleteFrom('notices').where('target', '!=', 'staff').execute();
    const notices = createNoticePump({
      db: world.db,
      slack: world.slack,
      email: world.email,
      staff,
      clock: world.clock.now,
      random: () => 0.5,
      settings: DELIVERY_DEFAULTS,
      observer: unobserved(),
      log: pino({ level: 'silent' }),
    });
    await notices.pump();
    return [...world.slack.sent, ...world.email.sent].map(({ address }) => address);
  }

  it('P3 never a user group, to which Slack posts nothing', async () => {
    const supervisors = ['S0GROUP01', 'U0SUPERV01', 'U0SUPERV02'];
    expect(await pump({ supervisors, alertMail: [] })).toEqual(['U0SUPERV01']);
  });

  it('P3 the mail at once when there are only user groups', async () => {
    const told = await pump({ supervisors: ['S0GROUP01'], alertMail: ['staff@agency.example'] });
    expect(told).toEqual(['staff@agency.example']);
  });
});
