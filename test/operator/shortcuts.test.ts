import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import { messageWords } from '../../src/operator/message-words.ts';
import { SHORTCUT } from '../../src/operator/shortcuts.ts';
import { createDesk, type Desk } from './desk.ts';

describe('the shortcuts 「受電を登録」', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk();
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

  const calls = () => desk.world.db.selectFrom('calls').selectAll().execute();
  const chosen = async (callbackId: string, text?: string, person = desk.operator) => {
    const reply = await person.shortcut(callbackId, text === undefined ? undefined : { text });
    expect(reply.answer).toMatchObject({ type: 'answered', status: 200 });
    const modal = await reply.modal();
    if (modal === undefined) throw new Error('no modal opened');
    return modal;
  };

  it('open the same form anywhere, with recent clients and none chosen', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    await desk.operator.command('acme 営業電話');
    const modal = await chosen(SHORTCUT.anywhere);
    expect(modal.title()).toBe('受電登録');
    expect(modal.value('client')).toBeNull();
    await modal.press('acme 株式会社サンプル商事');
    await modal.until((m) => m.title() === '受電登録 acme');
    await modal.choose('kind', '用件');
    await modal.choose('number_state', '不明');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect((await calls()).map(({ client_id }) => client_id)).toEqual([acme, acme]);
  });

  it('put a message’s words into the form, as they are read', async () => {
    await desk.addClient({ code: 'acme' });
    const text = '佐藤様 &lt;至急&gt; <tel:0355500123|03-5550-0123>\n<https://example.example/a?b=1&amp;c=2>';
    const modal = await chosen(SHORTCUT.message, text);
    const words = '佐藤様 <至急> 03-5550-0123\nhttps://example.example/a?b=1&c=2';
    expect(modal.value('message')).toBe(words);
    await modal.pick('client', 'acme');
    await modal.until((m) => m.title() === '受電登録 acme');
    await modal.choose('kind', '用件');
    await modal.choose('number_state', '不明');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect(await calls()).toMatchObject([{ message: words }]);
  });

  it('say so when a message is too long to be put in whole', async () => {
    const modal = await chosen(SHORTCUT.message, '長'.repeat(4000));
    expect(modal.value('message')).toBe('長'.repeat(FIELD_LIMITS.message));
    expect(modal.text()).toContain('先頭だけを「ご用件」に入れました');
  });

  it('P9 show nothing to who is not an operator, and say so when the database is away', async () => {
    await desk.addClient({ code: 'acme' });
    const stranger = desk.sandbox.slack.person('U0STRANGER1', 'x');
    expect((await chosen(SHORTCUT.anywhere, undefined, stranger)).text()).toContain(
      'オペレーターだけが使えます',
    );
    desk.database.set('away');
    const modal = await chosen(SHORTCUT.message, '見積書の件');
    expect(modal.text()).toContain('入力画面を開けませんでした');
    expect(desk.logged()).not.toContain('見積書');
  });
});

describe('a message of Slack in words', () => {
  it.each([
    ['<@U0OPERATOR1> へ', '@U0OPERATOR1 へ'],
    ['<#C1|受付> <mailto:a@b.example|a@b.example>', '受付 a@b.example'],
    ['&amp;lt; &lt;至急&gt;', '&lt; <至急>'],
    ['', ''],
  ])('reads %j as people do', (text, words) => {
    expect(messageWords(text)).toBe(words);
  });
});
