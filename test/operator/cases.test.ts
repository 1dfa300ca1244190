import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSlackChannel } from '../../src/channels/slack/channel.ts';
import { createSlackUpdater } from '../../src/channels/slack/update.ts';
import { createOperatorNotes } from '../../src/followup/cases/operator-notes.ts';
import { type CardPump, createCardPump } from '../../src/operator/cases/card-pump.ts';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { newId } from '../support/ids.ts';
import { createDesk, type Desk } from './desk.ts';

const STAFF = 'C0STAFF001';
const QUOTE = '社長を出せと言っている';
let desk: Desk;
let pump: CardPump;
let newPump: (meanwhile?: () => Promise<unknown>) => CardPump;
let close: () => Promise<void>;
beforeAll(async () => {
  desk = await createDesk();
  const { sandbox, world } = desk;
  const far = { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url, clock: world.clock.now };
  const slack = createSlackChannel(far);
  const updater = createSlackUpdater({ ...far, timeouts: { connectMs: 1_000, totalMs: 1_000 } });
  newPump = (meanwhile) =>
    createCardPump({
      db: world.db,
      cases: world.cases,
      slack,
      updater: {
        ...updater,
        async update(...args) {
          await meanwhile?.();
          return await updater.update(...args);
        },
      },
      channel: STAFF,
      clock: world.clock.now,
      newId,
      log: desk.log,
    });
  close = async () => void (await Promise.all([slack.close(), updater.close()]));
});
beforeEach(async () => {
  await desk.clear();
  pump = newPump();
  desk.sandbox.slack.addChannel({ id: STAFF, name: '管理者', staff: true });
});
afterAll(async () => {
  await close?.();
  await desk?.close();
});

const db = () => desk.world.db;
const supervisor = () => desk.sandbox.slack.person(SANDBOX_SUPERVISOR.id);
const cards = () => desk.sandbox.slack.messages(STAFF).filter(({ botId }) => botId !== null);
const textOf = (message: { readonly blocks: unknown } | undefined) => JSON.stringify(message?.blocks ?? []);
const card = () => ({ channelId: STAFF, ts: cards()[0]?.ts ?? '' });
const theCase = async () => {
  const [first] = await desk.world.cases.list({ limit: 1 });
  if (first === undefined) throw new Error('there is no case');
  return first;
};
const types = async () => (await theCase()).events.map(({ body }) => body.type);
const said = () =>
  desk.sandbox
    .arrived()
    .filter((one) => one.channel === 'slack' && one.kind === 'response')
    .map(({ text }) => text)
    .join('\n');

/** A harassment call of acme, entered in a line. */
async function harassed(number = '090-0000-1234'): Promise<void> {
  desk.world.clock.advance(20 * 60_000);
  await desk.operator.command(`acme 嫌がらせ電話 ${number} ${QUOTE}`);
}

/** Time enough for a card to be sent again, and the pump's turn. */
async function turn(ms = 5_000): Promise<void> {
  desk.world.clock.advance(ms);
  await pump.pump();
}

async function withCard(): Promise<void> {
  await desk.addClient({ code: 'acme', rooms: ['1001'] });
  await harassed();
  await turn();
  expect(cards()).toHaveLength(1);
}

/** The form of a note as Slack would sign it, sent by whoever is claimed. */
async function submittedBy(userId: string, caseId: string) {
  const payload = {
    type: 'view_submission',
    user: { id: userId, team_id: 'T0SANDBOX1' },
    team: { id: 'T0SANDBOX1' },
    view: {
      id: 'V0CLAIMED1',
      type: 'modal',
      callback_id: 'case_note_form',
      private_metadata: caseId,
      state: { values: { main: { value: { type: 'plain_text_input', value: '確認' } } } },
    },
  };
  const rawBody = Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  const timestamp = String(Math.floor(desk.world.clock.now().getTime() / 1000));
  const hmac = createHmac('sha256', desk.sandbox.slack.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(rawBody);
  return await desk.app.handleSlackRequest({
    rawBody,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac.digest('hex')}`,
    },
  });
}

describe('what an operator sees of a client’s open case', () => {
  it('P9 stands in the form and in a line’s answer, for that client alone', async () => {
    await desk.addClient({ code: 'acme', rooms: ['1001'] });
    await desk.addClient({ code: 'beta', name: '株式会社見本工業', rooms: ['1002'] });
    await harassed();
    const fresh = await desk.operator.openModal('acme');
    expect(fresh.text()).toContain('嫌がらせ電話の案件 #');
    expect(fresh.text()).toContain('回答待ち・これまで1件');
    expect(fresh.text()).toContain('最初 2026年6月18日(木)');
    expect(fresh.text()).toContain('「恐れ入りますが、こちらではお答えいたしかねます。失礼いたします。」');
    expect(fresh.text().indexOf('acme')).toBeLessThan(fresh.text().indexOf('案件'));

    const { id } = await theCase();
    const by = (key: string) => ({ via: 'staff' as const, person: SANDBOX_SUPERVISOR.id, key });
    await desk.world.cases.answer(
      { caseId: id },
      { choice: 'pause', note: null, until: '2026-07-05' },
      by('1'),
    );
    await desk.world.cases.act(
      id,
      { type: 'agree', text: '社長へは取り次がない', wording: '担当が不在です' },
      by('2'),
    );
    await desk.world.cases.answer({ caseId: id }, { choice: 'contact', note: null, until: null }, by('3'));
    const form = await desk.operator.openModal('acme');
    expect(form.text()).toContain('・顧客から相手に連絡・');
    expect(form.text()).toContain('転送停止中(2026年7月5日(日)まで)');
    expect(form.text()).toContain('合意内容: 社長へは取り次がない');
    expect(form.text()).toContain('お伝えする言葉: 「担当が不在です」');
    expect(form.text()).toContain('090-0000-1234');

    desk.world.clock.advance(60 * 60_000);
    const line = await desk.operator.command('acme 用件 見積書の件');
    expect(line.message?.text).toContain('転送停止中(2026年7月5日(日)まで)');
    expect(line.message?.text).toContain('お伝えする言葉: 「担当が不在です」');

    // The same caller rings another client: nothing of acme's case is told.
    const other = await desk.operator.openModal('beta');
    await other.choose('kind', '嫌がらせ電話');
    await other.until((m) => m.has('number'));
    await other.fill('number', '090-0000-1234');
    expect(other.text()).not.toMatch(/案件|転送停止|担当が不在/);
    const quiet = await desk.operator.command('beta 用件 090-0000-1234 見積書の件');
    expect(quiet.message?.text).not.toMatch(/案件|転送停止/);
  });

  it('is told to the operators who took its calls when the client stops forwarding', async () => {
    await desk.addClient({ code: 'acme', rooms: ['1001'] });
    await harassed();
    desk.world.clock.advance(20 * 60_000);
    await desk.sandbox.slack
      .person(SANDBOX_OPERATORS[1].id)
      .command('acme 嫌がらせ電話 090-0000-1234 また同じ人');
    const { id } = await theCase();
    const by = { via: 'slack' as const, person: 'U0CLIENT01', key: 'press' };
    const answer = { choice: 'pause', note: null, until: '2026-07-05' } as const;
    await desk.world.cases.answer({ caseId: id }, answer, by);
    await desk.world.cases.answer({ caseId: id }, answer, by);
    const told = await db()
      .selectFrom('notices')
      .select(['target', 'body'])
      .where('key', 'like', 'case-pause:%')
      .orderBy('target')
      .execute();
    expect(told.map(({ target }) => target)).toEqual(SANDBOX_OPERATORS.slice(0, 2).map((one) => one.id));
    expect(JSON.stringify(told[0]?.body)).toContain('2026年7月5日(日)まで、電話の転送を停止します');
  });
});

describe('切電した and きつさを残す', () => {
  const notes = () =>
    db().selectFrom('operator_notes').select(['operator_id', 'hung_up', 'burden', 'note']).execute();

  /** The bot's direct message about the call, posted as the notice pump would. */
  async function note(): Promise<{ readonly channelId: string; readonly ts: string }> {
    const { body } = await db()
      .selectFrom('notices')
      .select('body')
      .where('key', 'like', 'entry:%')
      .executeTakeFirstOrThrow();
    return await desk.post(desk.operator.id, body);
  }

  it('are kept for whoever took the call, shown to supervisors, and never to a client', async () => {
    await withCard();
    const at = await note();
    await desk.operator.press(at, '切電した');
    await expect.poll(said).toContain('切電したことを記録しました');
    const modal = await desk.operator.pressToOpen(at, 'きつさを残す');
    expect(modal.text()).toContain('顧客には一切表示されません');
    await modal.choose('burden', '4 かなりきつい');
    await modal.fill('note', '十五分どなられた');
    desk.database.set('away');
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { burden: expect.stringContaining('開いたまま') },
    });
    desk.database.set('up');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    const kept = { operator_id: desk.operator.id, hung_up: true, burden: 4, note: '十五分どなられた' };
    expect(await notes()).toEqual([kept]);
    // Twice is once.
    await desk.operator.press(at, '切電した');
    expect(await notes()).toEqual([kept]);

    // The second press may still be under way, and a case that somebody writes about waits for the next turn.
    await vi.waitFor(async () => {
      await turn();
      expect(textOf(cards()[0])).toContain('切電1件・きつさ 最大4(1件)');
    }, 10_000);
    expect(textOf(cards()[0])).toContain('十五分どなられた');
    await desk.world.deliverOnce();
    for (const { body } of desk.world.chatwork.sent) expect(body.text).not.toMatch(/切電|きつさ|どなられた/);
    expect(desk.logged()).not.toContain('どなられた');
  });

  it('P9 are not for others, and not offered for an ordinary call', async () => {
    await withCard();
    const at = await note();
    const other = desk.sandbox.slack.person(SANDBOX_OPERATORS[1].id);
    await other.press(at, '切電した');
    await expect.poll(said).toContain('ほかの方がお受けした電話');
    const stranger = desk.sandbox.slack.person('U0STRANGER', '通りすがり');
    await stranger.press(at, '切電した');
    await expect.poll(said).toContain('オペレーターだけ');
    expect(await notes()).toEqual([]);
    const ordinary = await desk.operator.command('acme 用件 見積書の件');
    expect(JSON.stringify(ordinary.message?.blocks)).not.toContain('call_hung_up');
    const hard = await desk.operator.command('acme 嫌がらせ電話 非通知 笑い声');
    expect(JSON.stringify(hard.message?.blocks)).toContain('call_hung_up');
  });

  it('P9 may be in the wrong case: the call is moved to one of its own by whoever took it, once, and by no other operator', async () => {
    await withCard();
    await harassed();
    const at = await note();
    const other = desk.sandbox.slack.person(SANDBOX_OPERATORS[1].id);
    await other.press(at, '別の案件へ移す');
    await expect.poll(said).toContain('ほかの方がお受けした電話は移せません');
    const modal = await desk.operator.pressToOpen(at, '別の案件へ移す');
    expect(modal.text()).toContain('案件 #1001(電話 2件)');
    expect((await modal.submit()).type).toBe('held_back');
    await modal.choose('to', '新しい案件に分ける');
    desk.database.set('away');
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { to: expect.stringContaining('開いたまま') },
    });
    desk.database.set('up');
    await modal.submit();
    const cases = await db().selectFrom('cases').select('number').orderBy('number').execute();
    expect(cases).toEqual([{ number: 1001 }, { number: 1002 }]);
    const placed = await db().selectFrom('case_calls').select('case_id').distinct().execute();
    expect(placed).toHaveLength(2);
  });
});

describe('the supervisors’ card of a case', () => {
  it('is one message that follows the case, changed at most once in a few seconds', async () => {
    await withCard();
    const text = textOf(cards()[0]);
    for (const part of [
      '【回答待ち】案件 #',
      '顧客: acme 株式会社サンプル商事',
      '電話: 1件(直近24時間 1件) 嫌がらせ電話',
      '番号: 090-0000-1234',
      QUOTE,
      '次に起こること: 2026年6月19日(金) 09:30 回答がなければ、顧客へもう一度お願いします(1回目)',
    ]) {
      expect(text).toContain(part);
    }
    const { id } = await theCase();
    const by = (key: string) => ({ via: 'link' as const, person: null, key });
    await desk.world.cases.answer(
      { caseId: id },
      { choice: 'known', note: '元従業員', until: null },
      by('1'),
    );
    await turn();
    await desk.world.cases.answer(
      { caseId: id },
      { choice: 'contact', note: null, until: '2026-06-25' },
      by('2'),
    );
    await desk.world.cases.act(id, { type: 'note', text: '電話で確認済み' }, by('3'));
    // Within the gap nothing is sent; afterwards one change tells everything.
    await turn(1_000);
    expect(textOf(cards()[0])).not.toContain('電話で確認済み');
    await turn();
    expect(cards()).toHaveLength(1);
    const later = textOf(cards()[0]);
    expect(later).toContain('【対応中】案件 #');
    expect(later).toContain('心当たりあり「元従業員」');
    expect(later).toContain('いまの対応: 顧客から相手に連絡(2026年6月25日(木)予定)');
    expect(later).toContain('約束の期日: 2026年6月25日(木)');
    expect(later).toContain('電話で確認済み');
    expect(JSON.stringify(cards()[0]?.metadata)).toContain(id);
    // What a change of a call says is told, too.
    const [call] = (await theCase()).calls;
    const request = { key: 'change:1', callId: call?.id ?? '', revision: 1, reason: null };
    const changer = { id: SANDBOX_SUPERVISOR.id, name: '佐藤', supervisor: true };
    const surcharge = { code: 'shouting', amountYen: 300 };
    expect(await desk.world.changes.surcharge({ ...request, by: changer, surcharge })).toMatchObject({
      type: 'changed',
    });
    await turn();
    expect(textOf(cards()[0])).toContain('割増料金: 計300円');
    // Nothing new: nothing is sent.
    const fault = desk.sandbox.fail({
      service: 'slack',
      operation: 'chat.update',
      failure: { how: 'reset' },
    });
    await turn();
    expect(fault.hits()).toBe(0);
    expect(desk.logged()).not.toMatch(/元従業員|090-0000|どなる/);
  });

  it('P9 names the same number at other clients, to supervisors alone', async () => {
    await withCard();
    await desk.addClient({ code: 'beta', name: '株式会社見本工業', rooms: ['1002'] });
    await desk.operator.command('beta 嫌がらせ電話 090-0000-1234 大声');
    await turn();
    expect(cards()).toHaveLength(2);
    expect(textOf(cards()[1])).toContain('同じ番号の、ほかの顧客の案件');
    expect(textOf(cards()[1])).toContain('acme 株式会社サンプル商事(回答待ち)');
    await desk.world.deliverOnce();
    for (const { body } of desk.world.chatwork.sent) expect(body.text).not.toContain('ほかの顧客');
  });

  it('is changed again after a lost answer, waits as long as Slack asks, and is posted anew when it was deleted', async () => {
    await withCard();
    const { sandbox } = desk;
    const update = (failure: Parameters<typeof sandbox.fail>[0]['failure']) =>
      sandbox.fail({ service: 'slack', operation: 'chat.update', failure } as Parameters<
        typeof sandbox.fail
      >[0]);
    await harassed();
    update({ how: 'reset' });
    await turn();
    expect(textOf(cards()[0])).toContain('電話: 1件');
    await turn(6_000);
    expect(textOf(cards()[0])).toContain('電話: 2件');

    await harassed();
    const limited = update({ how: 'rate_limited', retryAfter: 30 });
    await turn();
    expect(limited.hits()).toBe(1);
    await turn(20_000);
    expect(textOf(cards()[0])).toContain('電話: 2件');
    await turn(11_000);
    expect(textOf(cards()[0])).toContain('電話: 3件');

    await harassed();
    update({ how: 'error', error: 'message_not_found' });
    await turn();
    expect(cards()).toHaveLength(2);
    expect(textOf(cards()[1])).toContain('電話: 4件');
    await harassed();
    await turn();
    expect(cards()).toHaveLength(2);
    expect(textOf(cards()[1])).toContain('電話: 5件');
  });

  it('tells what happened while it was being sent, and two processes send it once', async () => {
    await withCard();
    const { id, calls } = await theCase();
    const notes = createOperatorNotes({ db: db(), clock: desk.world.clock.now, newId });
    await desk.world.cases.act(
      id,
      { type: 'note', text: '一回目' },
      { via: 'staff', person: SANDBOX_SUPERVISOR.id, key: 'n1' },
    );
    let sent = 0;
    pump = newPump(async () => {
      sent += 1;
      if (sent === 1) await notes.hungUp({ callId: calls[0]?.id ?? '', operatorId: desk.operator.id });
    });
    desk.world.clock.advance(5_000);
    await Promise.all([pump.pump(), pump.pump(), newPump().pump()]);
    expect(textOf(cards()[0])).not.toContain('切電');
    await turn();
    expect(textOf(cards()[0])).toContain('切電1件');
    expect(sent).toBe(2);
  });

  it('is not posted twice when the answer to the post was lost, and is when it never arrived', async () => {
    await desk.addClient({ code: 'acme', rooms: ['1001'] });
    const { sandbox } = desk;
    sandbox.fail({ service: 'slack', target: STAFF, failure: { how: 'reset', accept: true } });
    await harassed();
    await turn();
    await turn(6_000);
    await turn();
    expect(cards()).toHaveLength(1);
    await harassed();
    await turn();
    expect(textOf(cards()[0])).toContain('電話: 2件');

    await desk.addClient({ code: 'beta', name: '株式会社見本工業', rooms: ['1002'] });
    sandbox.fail({ service: 'slack', target: STAFF, failure: { how: 'reset', accept: false } });
    await desk.operator.command('beta 嫌がらせ電話 非通知 大声');
    await turn();
    expect(cards()).toHaveLength(1);
    await turn(6_000);
    expect(cards()).toHaveLength(2);
    expect(textOf(cards()[1])).toContain('beta');
  });

  it('P3 tells staff the way alerts go when the channel does not take it, once a day', async () => {
    await desk.addClient({ code: 'acme', rooms: ['1001'] });
    desk.sandbox.slack.addChannel({ id: STAFF, name: '管理者', staff: true, member: false });
    await harassed();
    await turn();
    await turn(301_000);
    const alerts = () =>
      db().selectFrom('notices').select('body').where('key', 'like', 'case-cards:%').execute();
    expect(await alerts()).toHaveLength(1);
    expect(JSON.stringify(await alerts())).toContain('slack.not_in_channel');
    desk.sandbox.slack.addChannel({ id: STAFF, name: '管理者', staff: true });
    await turn(301_000);
    expect(cards()).toHaveLength(1);
  });
});

describe('what a supervisor does from the card', () => {
  it('P9 is done by nobody else', async () => {
    await withCard();
    for (const button of ['回答を代わりに記録', '終了', '証跡', '割増料金を変更']) {
      await desk.operator.press(card(), button);
      await expect.poll(said).toContain('管理者だけ');
      desk.sandbox.arrived();
    }
    const { id } = await theCase();
    const { status, body } = await submittedBy(desk.operator.id, id);
    expect(status).toBe(200);
    expect(body).toContain('管理者だけ');
    expect(await types()).toEqual(['opened']);
  });

  it('records answers, agreements, notes and the end, once each, and keeps what was typed on failure', async () => {
    await withCard();
    const answer = await supervisor().pressToOpen(card(), '回答を代わりに記録');
    expect(answer.title()).toContain('回答を代わりに記録 #');
    expect(answer.text()).toContain('acme 株式会社サンプル商事');
    await answer.choose('main', '転送を停止する');
    await answer.fill('until', '2026-06-01');
    await answer.fill('note', '総務の田中様よりお電話');
    expect(await answer.submit()).toMatchObject({ type: 'errors', errors: { until: expect.any(String) } });
    await answer.fill('until', '2026-07-05');
    desk.database.set('away');
    expect(await answer.submit()).toMatchObject({
      type: 'errors',
      errors: { main: expect.stringContaining('開いたままで大丈夫です') },
    });
    desk.database.set('up');
    expect(answer.value('note')).toBe('総務の田中様よりお電話');
    expect(await answer.submit()).toMatchObject({ type: 'cleared' });
    const request = answer.lastRequest();
    if (request !== undefined) await supervisor().replay(request);

    const agree = await supervisor().pressToOpen(card(), '合意内容を記録');
    await agree.fill('main', '七月まで転送を止める');
    await agree.fill('wording', '担当が不在です');
    expect(await agree.submit()).toMatchObject({ type: 'cleared' });
    const note = await supervisor().pressToOpen(card(), 'メモ');
    await note.fill('main', '様子を見る');
    expect(await note.submit()).toMatchObject({ type: 'cleared' });
    const end = await supervisor().pressToOpen(card(), '終了');
    await end.fill('main', '解決');
    expect(await end.submit()).toMatchObject({ type: 'cleared' });
    expect(await types()).toEqual(['opened', 'answered', 'agreed', 'noted', 'closed']);
    expect((await theCase()).events.slice(1).map(({ actor }) => actor)).toEqual(
      Array.from({ length: 4 }, () => SANDBOX_SUPERVISOR.id),
    );
    await turn();
    expect(textOf(cards()[0])).toContain('【終了】');
    expect(textOf(cards()[0])).toContain('お伝えする言葉: 「担当が不在です」');
    await supervisor().press(card(), '再開');
    await vi.waitFor(async () => expect((await theCase()).state).toBe('open'));
  });

  it('sends the client a ready-made message, moves calls apart and puts cases together again', async () => {
    await withCard();
    await desk.world.deliverOnce();
    desk.world.chatwork.forget();
    const ask = await supervisor().pressToOpen(card(), '顧客に依頼を送る');
    await ask.choose('main', '転送停止のお願い');
    expect(await ask.submit()).toMatchObject({ type: 'cleared' });
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent).toHaveLength(1);

    await harassed();
    await turn();
    const split = await supervisor().pressToOpen(card(), '電話を移動・分割');
    const [, second] = (await theCase()).calls;
    await split.check('main', second?.receiptNumber ?? '');
    await split.choose('to', '新しい案件に分ける');
    expect(await split.submit()).toMatchObject({ type: 'cleared' });
    expect(await desk.world.cases.list({ limit: 9 })).toHaveLength(2);

    const merge = await supervisor().pressToOpen(card(), '別の案件へ統合');
    const [newer, older] = await desk.world.cases.list({ limit: 9 });
    await merge.choose('main', `#${newer?.number}`);
    expect(await merge.submit()).toMatchObject({ type: 'cleared' });
    expect((await desk.world.cases.read(older?.id ?? ''))?.state).toBe('closed');
    expect((await desk.world.cases.read(newer?.id ?? ''))?.calls).toHaveLength(2);
  });

  it('P5 changes a surcharge within its range, told to the client and kept with the case', async () => {
    await withCard();
    await desk.world.deliverOnce();
    desk.world.chatwork.forget();
    const modal = await supervisor().pressToOpen(card(), '割増料金を変更');
    expect(modal.text()).toContain('訂正報告');
    await modal.choose('code', '怒鳴り声 100〜300円(通常200円)');
    await modal.fill('yen', '５００円');
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { yen: '「怒鳴り声」の割増料金は100円から300円までです。' },
    });
    await modal.fill('yen', '２５０円');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    await desk.world.deliverOnce();
    expect(desk.world.chatwork.sent.map(({ body }) => body.text).join()).toContain('250円(理由: 怒鳴り声)');
    await turn();
    expect(textOf(cards()[0])).toContain('割増料金: 計250円');
    expect(textOf(cards()[0])).toContain('割増料金を変更: 20260618-0001 怒鳴り声 250円');
    // The form was opened before: what it shows is old.
    const { surcharge_yen: yen } = await db()
      .selectFrom('calls')
      .select('surcharge_yen')
      .executeTakeFirstOrThrow();
    expect(yen).toBe(250);
  });

  it('P9 leads whoever pressed, and nobody else, to the evidence, and sends an alarm’s message once', async () => {
    await withCard();
    const evidence = await supervisor().pressToOpen(card(), '証跡');
    const { id, number } = await theCase();
    expect(evidence.text()).toContain(`npm run toritsugi -- cases export ${number}`);
    const token = /<https:\/\/toritsugi\.example\/evidence\/([\w-]+)\|/.exec(evidence.text())?.[1];
    expect(desk.world.evidenceLinks.read(token ?? '', desk.world.clock.now())).toEqual({
      type: 'valid',
      caseId: id,
      userId: SANDBOX_SUPERVISOR.id,
    });
    expect(said()).not.toContain('/evidence/');

    await harassed();
    await harassed();
    const { body } = await db()
      .selectFrom('notices')
      .select('body')
      .where('key', 'like', 'case-alarm:%')
      .executeTakeFirstOrThrow();
    const alarm = await desk.post(STAFF, body);
    await desk.operator.press(alarm, '転送停止のお願いを送る');
    await expect.poll(said).toContain('管理者だけ');
    await supervisor().press(alarm, '転送停止のお願いを送る');
    await expect.poll(said).toContain('顧客に送ります');
    await supervisor().press(alarm, '転送停止のお願いを送る');
    await expect.poll(said).toContain('すでに済んでいます');
    await supervisor().press(alarm, '契約の休止・解約のご相談を送る');
    await vi.waitFor(async () =>
      expect((await types()).filter((type) => type === 'asked_client')).toHaveLength(2),
    );
  });
});
