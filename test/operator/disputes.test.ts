import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChannels } from '../../src/channels/index.ts';
import { asSlackMessage } from '../../src/delivery/notice-forms.ts';
import type { Body } from '../../src/domain/body.ts';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import { REASON_LIMIT } from '../../src/domain/change.ts';
import { DISPUTE_DECISIONS, DISPUTE_NOTE_AT_MOST } from '../../src/domain/dispute.ts';
import type { Receipt } from '../../src/domain/outcome.ts';
import { disputeNotice } from '../../src/followup/disputes/dispute-notice.ts';
import type { ShownDispute } from '../../src/followup/disputes/read-dispute.ts';
import { disputeView } from '../../src/operator/disputes/dispute-view.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { checkBlocks } from '../../src/sandbox/slack/blocks.ts';
import { createDesk, type Desk } from './desk.ts';

const ROOM = 'C0CLIENT01';
const STAFF_CHANNEL = 'C0STAFF001';
const CUSTOMER = 'U0CLIENT01';
let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
beforeEach(() => desk.clear());
afterAll(() => desk?.close());

interface At {
  readonly channelId: string;
  readonly ts: string;
}

/** A report delivered into the client's channel of the pretend Slack, its receipt on record. */
async function arrived(kind = 'unsure'): Promise<{ readonly id: string; readonly at: At }> {
  const { world, sandbox } = desk;
  sandbox.slack.addChannel({ id: ROOM, name: 'acme-電話' });
  sandbox.slack.addChannel({ id: STAFF_CHANNEL, name: '管理者' });
  const clientId = await world.addClient({
    code: 'acme',
    destinations: [{ channel: 'slack', address: ROOM }],
  });
  await world.recorder.record(
    world.entry(clientId, { kind, operator: { id: SANDBOX_OPERATORS[0].id, name: '鈴木' } }),
  );
  const { id, mark, body } = await world.db
    .selectFrom('deliveries')
    .select(['id', 'mark', 'body'])
    .executeTakeFirstOrThrow();
  const receipt = await post(id, mark, body);
  world.slack.answer({ type: 'delivered', receipt });
  await world.deliverOnce();
  return { id, at: { channelId: ROOM, ts: receipt.ts ?? '' } };
}

async function post(deliveryId: string, mark: string, body: Body, address = ROOM): Promise<Receipt> {
  const { world, sandbox } = desk;
  const { slack } = openChannels(
    { slack: { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url } },
    { clock: world.clock.now },
  );
  const outcome = await slack?.send(
    { deliveryId, mark, address, mention: null, body },
    AbortSignal.timeout(5_000),
  );
  await slack?.close();
  if (outcome?.type !== 'delivered')
    throw new Error(`the sandbox did not take it: ${JSON.stringify(outcome)}`);
  return outcome.receipt;
}

/** What a client said by the button, and the question about it in the supervisors' channel. */
async function asked(claim = 'これは営業電話でした', note = '求人広告でした'): Promise<At> {
  const { at } = await arrived();
  const form = await customer().pressToOpen(at, '内容について連絡');
  await form.choose('お知らせの内容', claim);
  await form.fill('note', note);
  expect(await form.submit()).toMatchObject({ type: 'cleared' });
  const { body } = await desk.world.db
    .selectFrom('notices')
    .select('body')
    .where('key', 'like', 'dispute:%')
    .executeTakeFirstOrThrow();
  return await desk.post(STAFF_CHANNEL, asSlackMessage(body));
}

const customer = () => desk.sandbox.slack.person(CUSTOMER, '山田');
const supervisor = () => desk.sandbox.slack.person(SANDBOX_SUPERVISOR.id);
const all = () => desk.world.db.selectFrom('disputes').selectAll().execute();
const told = () =>
  desk.sandbox
    .arrived()
    .filter((one) => one.channel === 'slack' && one.kind === 'response')
    .map(({ text }) => text)
    .join('\n');
const toClient = async () => {
  await desk.world.disputeWatch.watch();
  const rows = await desk.world.db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select(['r.purpose', 'd.address', 'd.body', 'd.answers'])
    .where('r.sequence', '>', 1)
    .execute();
  return rows.map(({ body, ...row }) => ({ ...row, text: 'text' in body ? body.text : '' }));
};

async function signed(payload: Readonly<Record<string, unknown>>): Promise<string> {
  const rawBody = Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  const timestamp = String(Math.floor(desk.world.clock.now().getTime() / 1000));
  const hmac = createHmac('sha256', desk.sandbox.slack.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(rawBody);
  const answer = await desk.app.handleSlackRequest({
    rawBody,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac.digest('hex')}`,
    },
  });
  return answer.body;
}

describe('内容について連絡 under a report in Slack', () => {
  it('is said once by anybody in the channel, and then shows that it is looked into', async () => {
    const { id, at } = await arrived();
    const form = await customer().pressToOpen(at, '内容について連絡');
    expect(form.text()).toContain('受付番号 20260618-0001');
    await form.choose('お知らせの内容', '内容が違います');
    expect(JSON.stringify(await form.submit())).toContain('どこが違うかを');
    await form.fill('note', '番号が違います');
    expect(await form.submit()).toMatchObject({ type: 'cleared' });
    const request = form.lastRequest();
    if (request === undefined) throw new Error('nothing was sent');
    await customer().replay(request);
    expect(await all()).toMatchObject([
      {
        delivery_id: id,
        via: 'slack',
        person: CUSTOMER,
        claim: 'wrong',
        note: '番号が違います',
        decision: null,
      },
    ]);
    await expect.poll(told).toContain('ご連絡を承りました');
    const again = await desk.sandbox.slack.person('U0CLIENT02').pressToOpen(at, '内容について連絡');
    expect(again.text()).toContain('「内容が違います」とのご連絡をいただきました。ただいま確認中です。');
    // P9, P10
    expect(again.text()).not.toContain('番号が違います');
    expect(JSON.stringify(desk.sandbox.slack.messages(ROOM))).not.toContain('番号が違います');
    expect(desk.logged()).not.toContain('番号が違います');
  });

  it('goes on working once the report is marked done', async () => {
    const { at } = await arrived();
    await customer().press(at, '対応済みにする');
    await expect
      .poll(() => JSON.stringify(desk.sandbox.slack.messages(ROOM)[0]?.blocks))
      .toContain('に対応済みにしました');
    const form = await customer().pressToOpen(at, '内容について連絡');
    await form.choose('お知らせの内容', 'これは営業電話でした');
    await form.submit();
    expect(await all()).toHaveLength(1);
  });

  it('P9 is taken only in the very message the report arrived as, and not of an ended client', async () => {
    const { id, at } = await arrived();
    desk.sandbox.slack.addChannel({ id: 'C0OTHER001', name: 'よそ' });
    const { body } = await desk.world.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow();
    const copy = await post(id, '000000000000', body, 'C0OTHER001');
    await customer().press({ channelId: 'C0OTHER001', ts: copy.ts ?? '' }, '内容について連絡');
    await expect.poll(told).toContain('この報告が届いたメッセージでだけ');
    const team = 'T0SANDBOX1';
    const own = { delivery: id, channel: at.channelId, ts: at.ts, team };
    for (const claim of [
      { ...own, channel: 'C0OTHER001' },
      { ...own, ts: '1750000000.000001' },
      { ...own, team: 'T0ANOTHER1' },
      { ...own, delivery: crypto.randomUUID() },
    ]) {
      const radio = { type: 'radio_buttons', selected_option: { value: 'sales' } };
      const answer = await signed({
        type: 'view_submission',
        user: { id: CUSTOMER, team_id: team },
        team: { id: team },
        view: {
          id: 'V0FORGED',
          type: 'modal',
          callback_id: 'report_dispute_form',
          private_metadata: JSON.stringify(claim),
          state: { values: { claim: { value: radio } } },
        },
      });
      expect(JSON.parse(answer), JSON.stringify(claim)).toMatchObject({ response_action: 'errors' });
    }
    const form = await customer().pressToOpen(at, '内容について連絡');
    await form.choose('お知らせの内容', 'これは営業電話でした');
    await desk.world.db.updateTable('clients').set({ status: 'ended' }).execute();
    expect(await form.submit()).toMatchObject({ type: 'errors' });
    expect(await all()).toEqual([]);
  });

  it('P1 is kept in the form while the database is away', async () => {
    const { at } = await arrived();
    const form = await customer().pressToOpen(at, '内容について連絡');
    await form.choose('お知らせの内容', 'これは営業電話でした');
    desk.database.set('away');
    expect(JSON.stringify(await form.submit())).toContain('記録できませんでした');
    desk.database.set('up');
    expect(await form.submit()).toMatchObject({ type: 'cleared' });
    expect(await all()).toHaveLength(1);
  });
});

describe('the decision of a supervisor', () => {
  it('P2 営業電話として取り消す: credited once with who and why, answered where it was asked, nothing else', async () => {
    const question = await asked();
    await Promise.all([
      supervisor().press(question, '営業電話として取り消す'),
      supervisor().press(question, '営業電話として取り消す'),
    ]);
    await expect.poll(all).toMatchObject([{ decision: 'credited', decided_by: SANDBOX_SUPERVISOR.id }]);
    await expect.poll(told).toContain('この連絡は判断済みです。');
    const credits = await desk.world.db
      .selectFrom('usage_events')
      .select(['actor', 'reason'])
      .where('type', '=', 'credit')
      .execute();
    expect(credits).toEqual([
      { actor: SANDBOX_SUPERVISOR.id, reason: 'お客様からのご連絡により、営業電話として取消' },
    ]);
    const { kind } = await desk.world.db.selectFrom('calls').select('kind').executeTakeFirstOrThrow();
    expect(kind).toBe('sales');
    const sent = await toClient();
    expect(sent).toMatchObject([{ purpose: 'dispute_answer', address: ROOM }]);
    expect(sent[0]?.answers).not.toBeNull();
    expect(sent[0]?.text).toContain('今月の受電回数から除きました。');
    await supervisor().press(question, 'そのまま(理由)');
    expect(await toClient()).toHaveLength(1);
    const notices = await desk.world.db.selectFrom('notices').select(['key', 'body']).execute();
    const decided = notices.filter(({ key }) => key.endsWith(':decided'));
    expect(decided).toHaveLength(1);
    expect(JSON.stringify(decided)).toContain('受電回数から取り消しました。');
  });

  it('そのまま: asks why, and tells the client', async () => {
    const question = await asked();
    const form = await supervisor().pressToOpen(question, 'そのまま(理由)');
    expect((await form.submit()).type).toBe('held_back');
    await form.fill('reason', 'お取引先からのお電話でした');
    expect(await form.submit()).toMatchObject({ type: 'cleared' });
    expect(await all()).toMatchObject([{ decision: 'kept', reason: 'お取引先からのお電話でした' }]);
    expect((await toClient())[0]?.text).toContain('理由: お取引先からのお電話でした');
  });

  it('訂正する: opens the form for corrections, and settles it when that is sent', async () => {
    const question = await asked('内容が違います', '見積書ではなく請求書の件');
    const form = await supervisor().pressToOpen(question, '訂正する');
    await form.fill('message', '請求書の件');
    expect(await form.submit()).toMatchObject({ type: 'cleared' });
    expect(await all()).toMatchObject([{ decision: 'corrected' }]);
    expect((await toClient()).map(({ purpose }) => purpose).toSorted()).toEqual([
      'correction',
      'dispute_answer',
    ]);
  });

  it('waits on the supervisors’ home, and on nobody else’s', async () => {
    await asked();
    const home = supervisor().home();
    await home.open();
    await expect.poll(() => home.text(), { timeout: 5_000 }).toContain('判断待ち 1件');
    expect(home.text()).toContain('今月 1件、うち受電回数から取り消し 0件');
    const shares = await (await home.press('オペレーター別の内訳')).modal();
    expect(shares?.text()).toMatch(/報告 1件、連絡 1件\(100\.0%\)、取り消し 0件\(0\.0%\)/);
    const own = desk.operator.home();
    await own.open();
    await expect.poll(() => own.text(), { timeout: 5_000 }).toContain('受電');
    expect(own.text()).not.toContain('判断待ち');
  });

  it('P9 is nobody’s but a supervisor’s', async () => {
    const question = await asked();
    const [one] = await all();
    for (const button of ['営業電話として取り消す', '訂正する', 'そのまま(理由)']) {
      await desk.operator.press(question, button);
    }
    await expect.poll(() => told().split('この判断は管理者だけができます。').length).toBe(4);
    const forged = await signed({
      type: 'view_submission',
      user: { id: SANDBOX_OPERATORS[0].id, team_id: 'T0SANDBOX1' },
      team: { id: 'T0SANDBOX1' },
      view: {
        id: 'V0FORGED',
        type: 'modal',
        callback_id: 'dispute_keep_form',
        private_metadata: one?.id,
        state: { values: { reason: { value: { type: 'plain_text_input', value: 'x' } } } },
      },
    });
    expect(forged).toContain('この判断は管理者だけができます');
    expect(await all()).toMatchObject([{ decision: null }]);
  });
});

describe('Slack’s limits, whatever is said', () => {
  const text = (most: number) =>
    fc
      .tuple(fc.constantFrom('あ', '𠮷', '&<>', '\n', '<!channel>', '"'), fc.nat(most))
      .map(([sign, count]) => sign.repeat(Math.floor(Math.min(count + 1, most) / sign.length)) || 'x');
  const checked = (blocks: unknown, surface: 'message' | 'modal') =>
    checkBlocks(JSON.parse(JSON.stringify(blocks)), surface, '/blocks');

  it('P6 holds the client’s form within them', () => {
    const at = new Date('2026-06-18T04:05:00Z');
    const metadata = {
      delivery: '01890000-0000-7000-8000-000000000001',
      channel: 'C'.repeat(255),
      ts: '1'.repeat(40),
      team: 'T'.repeat(255),
      url: `https://hooks.slack.example/${'a'.repeat(1_900)}`,
    };
    fc.assert(
      fc.property(
        fc.constantFrom('open' as const, 'waiting' as const, 'settled' as const),
        fc.constantFrom(...DISPUTE_DECISIONS),
        text(REASON_LIMIT),
        text(200),
        (type, decision, reason, clientName) => {
          const outcome =
            type === 'waiting'
              ? null
              : { decision, decidedAt: at, reason, creditMonth: '2026-07', creditYen: 999_999 };
          const last: ShownDispute = { claim: 'sales', at, outcome };
          const report = { receiptNumber: '20260618-0001', clientName, occurredAt: at };
          const view = disputeView({ type, report, last }, metadata);
          expect(checked(view.blocks, 'modal')).toEqual([]);
          expect(view.title.text.length).toBeLessThanOrEqual(24);
          expect((view.private_metadata ?? '').length).toBeLessThanOrEqual(3_000);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(['漢', '&', '<!channel>', '\n'])(
    'P6 holds the notice within them, buttons and all: %j',
    async (sign) => {
      const full = (limit: number) => sign.repeat(Math.floor(limit / sign.length));
      await asked('内容が違います', 'x');
      await desk.world.db
        .updateTable('calls')
        .set({
          message: full(FIELD_LIMITS.message),
          quote: full(FIELD_LIMITS.quote),
          caller_company: full(FIELD_LIMITS.company),
          caller_name: full(FIELD_LIMITS.name),
          addressee_name: full(FIELD_LIMITS.addressee),
          operator_name: full(200),
        })
        .execute();
      await desk.world.db
        .updateTable('clients')
        .set({ name: full(200) })
        .execute();
      const { id } = await desk.world.db
        .updateTable('disputes')
        .set({ note: full(DISPUTE_NOTE_AT_MOST) })
        .returning('id')
        .executeTakeFirstOrThrow();
      const { body } = await disputeNotice(desk.world.db, id, 1);
      const message = asSlackMessage(body);
      expect(checked(message.blocks, 'message')).toEqual([]);
      expect(JSON.stringify(message.blocks)).not.toContain('mrkdwn');
      expect(JSON.stringify(message.blocks)).toContain('dispute_credit');
      expect(message.text).not.toContain('<!channel>');
      // Slack itself takes it.
      await desk.post(STAFF_CHANNEL, message);
    },
  );
});
