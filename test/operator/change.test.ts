import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openChannels } from '../../src/channels/index.ts';
import {
  type OpenModal,
  type Person,
  SANDBOX_OPERATORS,
  SANDBOX_SUPERVISOR,
} from '../../src/sandbox/index.ts';
import { createDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
beforeEach(() => desk.clear());
afterAll(() => desk?.close());

const db = () => desk.world.db;
const call = async () => await db().selectFrom('calls').selectAll().executeTakeFirstOrThrow();
const changes = () => db().selectFrom('call_changes').selectAll().orderBy('revision').execute();
const supervisor = () => desk.sandbox.slack.person(SANDBOX_SUPERVISOR.id);

/** Sends what the bot has to say to the pretend Slack, as the pump would; the pressable messages, oldest first. */
async function pump(): Promise<readonly { readonly channelId: string; readonly ts: string }[]> {
  const { sandbox, world } = desk;
  const { slack } = openChannels(
    { slack: { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url } },
    { clock: world.clock.now },
  );
  const due = await db().selectFrom('notices').selectAll().where('state', '=', 'due').orderBy('id').execute();
  const sent = [];
  for (const { id, target, body } of due) {
    world.clock.advance(2_000);
    const outcome = await slack?.send(
      { deliveryId: id, mark: id.slice(-12), address: target, mention: null, body },
      AbortSignal.timeout(5_000),
    );
    if (outcome?.type !== 'delivered') throw new Error(JSON.stringify(outcome));
    sent.push({ channelId: outcome.receipt.channel ?? '', ts: outcome.receipt.ts ?? '' });
    await db()
      .updateTable('notices')
      .set({ state: 'sent', ended_at: world.clock.now() })
      .where('id', '=', id)
      .execute();
  }
  await slack?.close();
  return sent;
}

/** An entry made in the form, its report sent unless told otherwise, and the bot's message about it. */
async function entered(o: { readonly line?: string; readonly unsent?: boolean } = {}) {
  const clientId = await desk.addClient({ code: 'acme', rooms: ['1001'] });
  if (o.line !== undefined) {
    await desk.operator.command(o.line);
  } else {
    await desk.addRoster(clientId, [{ name: '山田', kana: 'ヤマダ' }]);
    const modal = await desk.operator.openModal('acme');
    await modal.choose('kind', '用件');
    await modal.until((m) => m.value('kind') === 'message');
    await modal.choose('お名指し(名簿)', '山田(ヤマダ)');
    await modal.fill('company', '株式会社見本');
    await modal.fill('name', '佐藤');
    await modal.fill('number', '03−5550−0123');
    await modal.check('number_confirmed', '復唱確認済');
    await modal.fill('message', '見積書の件\n至急ではない');
    await modal.choose('wish', '折り返し希望');
    await modal.choose('surcharge', '怒鳴り声 200円');
    await modal.submit();
  }
  if (o.unsent !== true) await desk.world.deliverOnce();
  const [message] = await pump();
  if (message === undefined) throw new Error('the bot said nothing');
  return message;
}

async function pressed(
  message: { readonly channelId: string; readonly ts: string },
  button: string,
  person: Person = desk.operator,
): Promise<OpenModal> {
  return await person.pressToOpen(message, button);
}

describe('訂正', () => {
  it('shows everything as recorded, and saves what was changed: once, told to the client, in the audit log', async () => {
    const message = await entered();
    const modal = await pressed(message, '訂正');
    expect(modal.title()).toBe('訂正 acme');
    expect(modal.text()).toContain('受付番号 20260618-0001');
    expect(modal.value('company')).toBe('株式会社見本');
    expect(modal.value('number')).toBe('03−5550−0123');
    expect(modal.value('number_confirmed')).toEqual(['confirmed']);
    expect(modal.value('message')).toBe('見積書の件\n至急ではない');
    expect(modal.value('wish')).toBe('call_back');
    expect(modal.value('surcharge')).toBe('shouting');
    expect(modal.value('お名指し(名簿)')).toBe((await call()).addressee_id);

    // Nothing changed: the form says so, and nothing happens.
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { reason: expect.stringContaining('変わったところがありません') },
    });
    await modal.fill('number', '03-12');
    await modal.fill('reason', '聞き間違い');
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { number: expect.stringContaining('桁が足りません') },
    });
    expect(modal.value('reason')).toBe('聞き間違い');
    await modal.fill('number', '03-5550-0124');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });

    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent.map(({ body }) => body.text.includes('【訂正】'))).toEqual([false, true]);
    expect(await changes()).toMatchObject([
      { type: 'corrected', revision: 2, actor: desk.operator.id, reason: '聞き間違い' },
    ]);
    const audit = await db().selectFrom('audit_log').selectAll().execute();
    expect(audit).toMatchObject([{ action: 'call.corrected', detail: { reason: '聞き間違い' } }]);
    await pump();
    const [, note] = desk.operator.directMessages();
    expect(note?.text).toContain('受付番号 20260618-0001 を訂正しました。');
    expect(note?.text).toContain('1か所へ訂正報告を送ります。');
    expect(JSON.stringify(note?.blocks)).toContain('call_retract');
    expect(desk.logged()).not.toMatch(/佐藤|5550|聞き間違い/);
  });

  it('sent twice changes once', async () => {
    const modal = await pressed(await entered(), '訂正');
    await modal.fill('message', '請求書の件');
    await modal.submit();
    const request = modal.lastRequest();
    if (request === undefined) throw new Error('nothing was sent');
    const again = await desk.operator.replay(request);
    expect(again.type === 'answered' ? again.body : '').toContain('変更は登録済みです');
    expect(await changes()).toHaveLength(1);
  });

  it('two people at once: the first is kept, the other is told and keeps what was typed', async () => {
    const message = await entered();
    const mine = await pressed(message, '訂正');
    const theirs = await pressed(message, '訂正', supervisor());
    await mine.fill('message', '請求書の件');
    await theirs.fill('message', '納品書の件');
    expect(await theirs.submit()).toMatchObject({ type: 'cleared' });
    expect(await mine.submit()).toMatchObject({
      type: 'errors',
      errors: { reason: expect.stringContaining('ほかの変更が登録されました') },
    });
    expect(mine.value('message')).toBe('請求書の件');
    expect((await call()).message).toBe('納品書の件');
    await pump();
    expect(desk.operator.directMessages().at(-1)?.text).toContain('あなたの登録を変更しました');
  });

  it('stays open with everything in it while the database is away, and changes once afterwards', async () => {
    const modal = await pressed(await entered(), '訂正');
    await modal.fill('message', '請求書の件');
    desk.database.set('away');
    for (let i = 0; i < 2; i += 1) {
      expect(await modal.submit()).toMatchObject({
        type: 'errors',
        errors: { reason: expect.stringContaining('この画面は開いたままで大丈夫です') },
      });
    }
    desk.database.set('up');
    expect(modal.value('message')).toBe('請求書の件');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect(await changes()).toHaveLength(1);
  });

  it('of a line adds what the line could not say, and leaves the second it came in alone', async () => {
    desk.world.clock.advance(456);
    const message = await entered({ line: 'acme 用件 見積書の件' });
    const before = await call();
    const modal = await pressed(message, '訂正');
    await modal.choose('number_state', '番号あり');
    await modal.fill('number', '03-5550-0123');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    const after = await call();
    expect(after.number_display).toBe('03-5550-0123');
    expect(after.occurred_at).toEqual(before.occurred_at);
    const [change] = await db().selectFrom('audit_log').select('detail').execute();
    expect(change?.detail).toMatchObject({ fields: expect.not.arrayContaining(['occurred_at']) });
  });
});

describe('the form as Slack takes it', () => {
  it('opens with a long name, 200 people on the roster and the longest texts', async () => {
    const message = await entered({ line: 'acme 用件 見積書の件' });
    const { client_id: clientId } = await call();
    await desk.addRoster(
      clientId,
      Array.from({ length: 200 }, (_, n) => ({ name: `社員${n}`.padEnd(200, '名'), kana: 'シャイン' })),
    );
    await db()
      .updateTable('clients')
      .set({ code: 'a'.repeat(60), name: '𠮷'.repeat(200) })
      .execute();
    await db()
      .updateTable('calls')
      .set({ message: '😀'.repeat(1000), quote: '言'.repeat(1000), addressee_name: '名'.repeat(60) })
      .execute();
    for (const button of ['訂正', '取消', '種別を変更']) {
      const modal = await pressed(message, button);
      expect(modal.title().length).toBeLessThanOrEqual(24);
    }
    const modal = await pressed(message, '訂正');
    expect(modal.value('message')).toBe('😀'.repeat(1000));
    expect(await modal.search('お名指し(名簿)', '社員19')).toHaveLength(11);
  });
});

describe('取消', () => {
  it('asks for a reason, tells the client where the report arrived, and leaves no more buttons', async () => {
    const message = await entered();
    const modal = await pressed(message, '取消');
    expect(modal.title()).toBe('取消 acme');
    expect(modal.text()).toContain('取り消すと元に戻せません');
    await modal.fill('reason', '別の顧客の電話');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent.at(-1)?.body.text).toContain('【取消】');
    expect(desk.world.chatwork.sent.at(-1)?.body.text).not.toContain('別の顧客');
    await pump();
    const note = desk.operator.directMessages().at(-1);
    expect(note?.text).toContain('取り消しました');
    expect(note?.text).toContain('1か所へ取消のお知らせを送ります。\n受電回数から差し引きました。');
    expect(JSON.stringify(note?.blocks)).not.toContain('call_');
    const again = await pressed(message, '訂正');
    expect(again.text()).toContain('取消済み');
  });

  it('is silent when nothing was sent', async () => {
    const modal = await pressed(await entered({ unsent: true }), '取消');
    await modal.fill('reason', '二重登録');
    await modal.submit();
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent).toEqual([]);
    await pump();
    expect(desk.operator.directMessages().at(-1)?.text).toContain('顧客には何も送りません。');
  });
});

describe('種別を変更', () => {
  it('P2 makes a reported call a sales call without a word to the client, and back again', async () => {
    const message = await entered();
    const modal = await pressed(message, '種別を変更');
    expect(modal.title()).toBe('種別を変更 acme');
    await modal.choose('new_kind', '営業電話(報告しない)');
    await modal.fill('reason', '営業だった');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent).toHaveLength(1);
    await pump();
    expect(desk.operator.directMessages().at(-1)?.text).toContain(
      '種別を「用件」から「営業電話」に変更しました。',
    );
    const back = await pressed(message, '種別を変更');
    await back.choose('new_kind', 'harassment');
    await back.fill('reason', '嫌がらせだった');
    expect(await back.submit()).toMatchObject({ type: 'cleared' });
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent.at(-1)?.body.text).toContain('【訂正】【要対応】');
  });

  it('counts and reports a sales call entered by a line', async () => {
    const modal = await pressed(await entered({ line: 'acme 営業電話 光回線の件' }), '種別を変更');
    await modal.choose('new_kind', '用件(報告する)');
    await modal.fill('reason', 'お客様だった');
    await modal.submit();
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent).toHaveLength(1);
    await pump();
    expect(desk.operator.directMessages().at(-1)?.text).toContain(
      '1か所へ、いまの内容で報告します。\n受電回数に入れました。',
    );
  });
});

describe('who may', () => {
  it('P9 shows nothing of a call to a colleague, after a day, or to a stranger; a supervisor may', async () => {
    const message = await entered();
    const colleague = desk.sandbox.slack.person(SANDBOX_OPERATORS[1].id);
    const theirs = await pressed(message, '訂正', colleague);
    expect(theirs.text()).toBe('ほかの方の登録は、管理者だけが変更できます。');
    desk.world.clock.advance(25 * 3_600_000);
    const late = await pressed(message, '訂正');
    expect(late.text()).toContain('24時間を過ぎています');
    expect((await pressed(message, '訂正', supervisor())).value('name')).toBe('佐藤');
  });

  it('P9 takes no form from somebody who may not, whatever it says', async () => {
    const modal = await pressed(await entered(), '取消');
    await modal.fill('reason', 'x');
    await modal.submit();
    const request = modal.lastRequest();
    const payload = JSON.parse(new URLSearchParams(request?.rawBody).get('payload') ?? '{}');
    await db().deleteFrom('call_changes').execute();
    await db().updateTable('calls').set({ retracted_at: null, revision: 1 }).execute();
    const send = async (over: object) =>
      (
        await desk.sandbox.slack.raw({
          body: new URLSearchParams({ payload: JSON.stringify({ ...payload, ...over }) }).toString(),
        })
      ).body;
    expect(await send({ user: { id: 'U0STRANGER1', name: 'x' } })).toContain('オペレーターだけ');
    expect(await send({ user: { id: SANDBOX_OPERATORS[1].id, name: 'x' } })).toContain('管理者だけ');
    for (const metadata of ['', 'null', '{"call":"x","revision":1}', '{"call":1}']) {
      const view = { ...payload.view, private_metadata: metadata };
      expect(await send({ view })).toContain('見つかりません');
    }
    expect(await changes()).toEqual([]);
    await vi.waitFor(async () => expect((await call()).retracted_at).toBeNull());
  });
});
