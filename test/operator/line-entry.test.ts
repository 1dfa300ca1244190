import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDesk, type Desk } from './desk.ts';

describe('one-line entry', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk();
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

  const calls = () => desk.world.db.selectFrom('calls').selectAll().execute();
  const said = async (text: string) => {
    const reply = await desk.operator.command(text);
    expect(reply.failed).toBeNull();
    return { ...reply, words: (reply.message?.blocks ?? []).map(textOf).join('\n') };
  };

  it('P1 P2 records a sales call at once, counts and reports nothing, and says so', async () => {
    await desk.addClient({ code: 'acme' });
    const { words, message } = await said('acme 営業電話');
    expect(words).toBe(
      '受付番号 20260618-0001 で登録しました。\n' +
        'acme 株式会社サンプル商事(サンプルショウジ)\n営業電話 2026年6月18日(木) 13:05\n' +
        '営業電話: 回数に入れず、報告もしません。',
    );
    expect(message?.text).toContain('20260618-0001');
    expect(await calls()).toMatchObject([
      { kind: 'sales', source: 'line', operator_id: 'U0OPERATOR1', operator_name: '鈴木', message: null },
    ]);
    expect(await desk.world.db.selectFrom('deliveries').select('id').execute()).toEqual([]);
    expect(await desk.world.db.selectFrom('usage_events').select('id').execute()).toEqual([]);
  });

  it('records and reports any other kind with the rest of the line as its message', async () => {
    await desk.addClient({ code: 'acme' });
    const { words } = await said('acme message  見積書の件 & <至急>で\n折り返し  希望 ');
    expect(words).toContain('2か所へ報告します。');
    expect(await calls()).toMatchObject([
      { kind: 'message', message: '見積書の件 & <至急>で\n折り返し  希望', number_state: 'unknown' },
    ]);
    expect(await desk.world.db.selectFrom('deliveries').select('id').execute()).toHaveLength(2);
  });

  it('says that a flagged kind asks the client to act', async () => {
    await desk.addClient({ code: 'acme' });
    expect((await said('acme 嫌がらせ電話')).words).toContain('2か所へ報告します(要対応)。');
  });

  it('P3 says when a report has nowhere to go', async () => {
    await desk.addClient({ code: 'acme', rooms: [] });
    expect((await said('acme 用件')).words).toContain(
      '使える宛先がありません。至急、管理者へご連絡ください。',
    );
  });

  it('takes the client by code, name, kana or alias, in any width, with spaces in brackets or without', async () => {
    await desk.addClient({
      code: 'north',
      name: '北 物産 株式会社',
      kana: 'キタブッサン',
      aliases: ['きたさん'],
    });
    for (const client of [
      'north',
      'NORTH',
      '北物産',
      '㈱北物産',
      'きたぶっさん',
      'キタさん',
      '「北 物産」',
      '北 物産',
    ]) {
      expect((await said(`${client} 営業電話`)).words, client).toContain('north 北 物産');
    }
    expect(await calls()).toHaveLength(8);
  });

  it('never lets a part of a name decide, and shows who may have been meant with what was typed', async () => {
    await desk.addClient({ code: 'acme', name: '株式会社サンプル商事' });
    const { words } = await said('サンプル 用件 見積書の件');
    expect(words).toContain('顧客「サンプル」が見つかりません');
    expect(words).toContain('・acme 株式会社サンプル商事');
    expect(words).toContain('/juden サンプル 用件 見積書の件');
    expect(await calls()).toEqual([]);
  });

  it('asks for the code where two clients share a name', async () => {
    await desk.addClient({ code: 'one', name: 'みどり食堂', kana: 'ミドリショクドウ' });
    await desk.addClient({ code: 'two', name: 'みどり食堂', kana: 'ミドリショクドウ' });
    const { words } = await said('みどり食堂 用件');
    expect(words).toContain('コードで指定してください');
    expect(words).toContain('・one ');
    expect(words).toContain('・two ');
    expect(await calls()).toEqual([]);
  });

  it('names a kind it does not know and the kinds it does', async () => {
    await desk.addClient({ code: 'acme' });
    const { words } = await said('acme えいぎ 二回目');
    expect(words).toContain('種別「えいぎ」が分かりません(顧客: acme 株式会社サンプル商事)');
    expect(words).toContain('営業電話(sales)');
    expect(words).toContain('/juden acme えいぎ 二回目');
  });

  it('refuses a message that is too long instead of cutting it, and gives it back whole', async () => {
    await desk.addClient({ code: 'acme' });
    const long = 'あ'.repeat(2001);
    const { words } = await said(`acme 用件 ${long}`);
    expect(words).toContain('2000文字以内');
    expect(words.replaceAll('\n', '')).toContain(long);
    expect(await calls()).toEqual([]);
  });

  it('P1 records a request that is sent twice only once, and says so', async () => {
    await desk.addClient({ code: 'acme' });
    const first = await said('acme 用件');
    const [again, andAgain] = await Promise.all([
      desk.operator.replay(first.request),
      desk.operator.replay(first.request),
    ]);
    for (const answer of [again, andAgain]) {
      expect(answer).toMatchObject({ type: 'answered', status: 200 });
      expect(answer.type === 'answered' && answer.body).toContain('20260618-0001 で登録済みです。');
    }
    expect(await calls()).toHaveLength(1);
    expect(await desk.world.db.selectFrom('deliveries').select('id').execute()).toHaveLength(2);
  });

  it('P1 records once when the same request comes twice at the same moment', async () => {
    await desk.addClient({ code: 'acme' });
    const { request } = await said('help');
    const fields = new URLSearchParams(request.rawBody);
    fields.set('text', 'acme 用件');
    fields.set('trigger_id', '1.2.twice');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => desk.sandbox.slack.raw({ body: fields.toString() })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers.filter((answer) => answer.body.includes('で登録しました'))).toHaveLength(1);
    expect(answers.filter((answer) => answer.body.includes('で登録済みです'))).toHaveLength(4);
    expect(await calls()).toHaveLength(1);
  });

  it('explains itself, with the kinds in use', async () => {
    for (const word of ['help', 'ヘルプ', ' HELP ', '?']) {
      const { words } = await said(word);
      expect(words).toContain('受電登録の使い方');
      expect(words).toContain('用件(message)、営業電話(sales)');
    }
  });

  it('P6 leaves markup, mentions and controls as text in its answers', async () => {
    const name = '<!channel> *太字* & <https://x.example|ここ>';
    await desk.addClient({ code: 'acme', name });
    const { message } = await said('acme 用件');
    expect(message?.text).not.toMatch(/<[!@#h]/);
    for (const block of message?.blocks ?? []) {
      expect(block).toMatchObject({ type: 'section', text: { type: 'plain_text', emoji: false } });
    }
  });

  it('P9 refuses politely who is not an operator, and records nothing', async () => {
    await desk.addClient({ code: 'acme' });
    const stranger = desk.sandbox.slack.person('U0STRANGER1', '通りすがり');
    const reply = await stranger.command('acme 用件');
    expect(reply.message?.text).toContain('オペレーターだけが使えます');
    expect(await stranger.command('').then((r) => r.message?.text)).toContain('オペレーターだけ');
    expect(await calls()).toEqual([]);
    const supervisor = desk.sandbox.slack.person('U0SUPERVIS1');
    expect((await supervisor.command('acme 営業電話')).message?.text).toContain('登録しました');
  });

  it('P10 logs no name, number or word of a call', async () => {
    await desk.addClient({ code: 'acme' });
    await said('acme 用件 秘密の伝言 090-0000-1234');
    await said('無い顧客 用件 秘密の伝言');
    desk.database.set('away');
    await desk.operator.command('acme 用件 秘密の伝言');
    expect(desk.logged()).not.toMatch(/秘密|090|acme|鈴木|サンプル|xoxb/);
    expect(desk.logged()).toContain('ECONNREFUSED');
  });

  describe('when the database is away or slow', () => {
    it('gives the line back with a button that records it once, as of the time it was typed', async () => {
      await desk.addClient({ code: 'acme' });
      desk.database.set('away');
      const failed = await said('acme 用件 見積書の件');
      expect(failed.words).toContain('登録できませんでした');
      expect(failed.words).toContain('/juden acme 用件 見積書の件');
      const value = buttonValue(failed.message?.blocks);

      desk.database.set('up');
      desk.world.clock.advance(90_000);
      const press = () => pressAgain(desk, value);
      expect((await press()).status).toBe(200);
      await vi.waitFor(async () => expect(await calls()).toHaveLength(1));
      expect(await calls()).toMatchObject([
        { message: '見積書の件', occurred_at: new Date('2026-06-18T04:05:00Z') },
      ]);
      await press();
      await desk.app.stop();
      expect(await calls()).toHaveLength(1);
      const later = desk.sandbox.arrived().map((arrived) => JSON.stringify(arrived));
      expect(later.some((text) => text.includes('20260618-0001 で登録しました'))).toBe(true);
      expect(later.some((text) => text.includes('20260618-0001 で登録済みです'))).toBe(true);
    });

    it('keeps the button while the database stays away, and for operators alone', async () => {
      await desk.addClient({ code: 'acme' });
      desk.database.set('away');
      const failed = await said('acme 用件');
      const value = buttonValue(failed.message?.blocks);
      const arrived = () => JSON.stringify(desk.sandbox.arrived());
      await pressAgain(desk, value);
      await vi.waitFor(() => expect(arrived()).toContain('entry_line_again'));
      desk.database.set('up');
      await pressAgain(desk, value, 'U0STRANGER1');
      await vi.waitFor(() => expect(arrived()).toContain('オペレーターだけ'));
      await pressAgain(desk, 'not ours');
      await pressAgain(desk, '{"k":"view:V1","t":"acme 用件","at":1}');
      await desk.app.stop();
      expect(await calls()).toEqual([]);
    });

    it('opens the form after all when the line asked for it', async () => {
      await desk.addClient({ code: 'acme' });
      desk.database.set('away');
      const failed = await said('acme');
      desk.database.set('up');
      await pressAgain(desk, buttonValue(failed.message?.blocks));
      // The pretend trigger opens nothing: what is left is to say so.
      await vi.waitFor(() => expect(JSON.stringify(desk.sandbox.arrived())).toContain('開けませんでした'));
    });

    it('asks to send a line again that is too long for a button', async () => {
      await desk.addClient({ code: 'acme' });
      desk.database.set('away');
      const { words, message } = await said(`acme 用件 ${'長'.repeat(1990)}`);
      expect(words).toContain('入力内容をコピーしてもう一度送信してください');
      expect(message?.blocks.some((block) => block.type === 'actions')).toBe(false);
    });

    it('answers in time while the database is silent, and tells the end when it is known', async () => {
      const slow = await createDesk({ settings: { recordTimeoutMs: 100 } });
      try {
        await slow.addClient({ code: 'acme' });
        await slow.operator.command('help');
        slow.database.set('silent');
        const reply = await slow.operator.command('acme 用件 見積書の件');
        expect(reply.tookMs).toBeLessThan(1000);
        expect(reply.message?.text).toContain('登録できたかどうか、まだ確認できていません');
        expect(buttonValue(reply.message?.blocks)).toContain('line:');
        slow.database.set('up');
        await vi.waitFor(() =>
          expect(JSON.stringify(reply.later())).toContain('20260618-0001 で登録しました'),
        );
        expect(await slow.world.db.selectFrom('calls').select('id').execute()).toHaveLength(1);
      } finally {
        await slow.close();
      }
    });
  });
});

function textOf(block: Readonly<Record<string, unknown>>): string {
  const text = block.text;
  return typeof text === 'object' && text !== null && 'text' in text ? String(text.text) : '';
}

function buttonValue(blocks: readonly Readonly<Record<string, unknown>>[] | undefined): string {
  const actions = blocks?.find((block) => block.type === 'actions');
  const [button] = (actions?.elements ?? []) as readonly { readonly value?: string }[];
  if (button?.value === undefined) throw new Error('no button');
  return button.value;
}

/** Presses the button of an ephemeral message, as Slack sends it. */
async function pressAgain(desk: Desk, value: string, userId = desk.operator.id) {
  const reply = await desk.operator.command('help');
  const url = new URLSearchParams(reply.request.rawBody).get('response_url');
  const payload = {
    type: 'block_actions',
    user: { id: userId, name: 'suzuki' },
    team: { id: desk.sandbox.slack.teamId },
    trigger_id: '9.9.press',
    response_url: url,
    container: { type: 'message', is_ephemeral: true },
    actions: [{ type: 'button', action_id: 'entry_line_again', block_id: 'b', value, action_ts: '1.0' }],
  };
  return await desk.sandbox.slack.raw({
    body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
  });
}
