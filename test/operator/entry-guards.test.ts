import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import {
  type CommandReply,
  type OpenModal,
  type Person,
  SANDBOX_OPERATORS,
} from '../../src/sandbox/index.ts';
import { createDesk, type Desk } from './desk.ts';

describe('guards against the wrong client and the same call twice', () => {
  let desk: Desk;
  let colleague: Person;
  beforeAll(async () => {
    desk = await createDesk();
    colleague = desk.sandbox.slack.person(SANDBOX_OPERATORS[1].id);
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

  const calls = () => desk.world.db.selectFrom('calls').selectAll().orderBy('receipt_number').execute();

  /** A form for acme with everything an ordinary call needs. */
  async function filled(
    operator: Person,
    number = '03-5550-0123',
    message = '見積書の件',
  ): Promise<OpenModal> {
    const modal = await operator.openModal('acme');
    await modal.choose('kind', '用件');
    await modal.until((m) => m.updates() > 0);
    const before = modal.updates();
    await modal.fill('number', number);
    await modal.until((m) => m.updates() > before);
    await modal.fill('message', message);
    return modal;
  }

  describe('in the form', () => {
    it('asks once whether the client is right when the message or the caller’s company is another client', async () => {
      await desk.addClient({ code: 'acme' });
      await desk.addClient({ code: 'north', name: '北物産株式会社', kana: 'キタブッサン' });
      for (const [n, field] of (['message', 'company'] as const).entries()) {
        const modal = await filled(desk.operator, `03-5550-013${n}`);
        await modal.fill(field, '㈱北物産');
        expect(await modal.submit()).toMatchObject({ type: 'updated' });
        expect(modal.text()).toContain(
          '本当に acme 株式会社サンプル商事(サンプルショウジ) への電話ですか。入力内容に別の顧客「north 北物産株式会社」の名前があります。',
        );
        expect(modal.value(field)).toBe('㈱北物産');
        expect(await modal.submit()).toMatchObject({ type: 'held_back' });
        expect(await calls()).toHaveLength(n);
        await modal.check('顧客の確認', 'はい、acme');
        expect(await modal.submit()).toMatchObject({ type: 'cleared' });
        expect(await calls()).toHaveLength(n + 1);
      }
    });

    it('asks nothing when the client is changed to the one that is named', async () => {
      await desk.addClient({ code: 'acme' });
      const north = await desk.addClient({ code: 'north', name: '北物産株式会社', kana: 'キタブッサン' });
      const modal = await filled(desk.operator, '03-5550-0123', '北物産さん宛て');
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      await modal.pick('client', 'north');
      await modal.until((m) => m.title() === '受電登録 north');
      expect(modal.text()).not.toContain('本当に');
      expect(await modal.submit()).toMatchObject({ type: 'cleared' });
      expect(await calls()).toMatchObject([{ client_id: north, message: '北物産さん宛て' }]);
    });

    it('shows the earlier entry of another operator and records nothing when it is the same call', async () => {
      await desk.addClient({ code: 'acme' });
      expect(await (await filled(colleague)).submit()).toMatchObject({ type: 'cleared' });
      desk.world.clock.advance(60_000);
      const modal = await filled(desk.operator, '(03)5550-0123', '私の書いた用件');
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      expect(modal.text()).toContain('同じ電話ですか');
      expect(modal.text()).toContain('受付番号 20260618-0001 用件 2026年6月18日(木) 13:05');
      expect(modal.text()).toContain(`電話番号: 03-5550-0123 受付: ${(await calls())[0]?.operator_name}`);
      expect(modal.value('message')).toBe('私の書いた用件');
      expect(await modal.submit()).toMatchObject({ type: 'held_back' });
      await modal.choose('同じ電話ですか', '同じ電話です');
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      expect(modal.title()).toBe('登録していません');
      expect(modal.text()).toContain('この電話は受付番号 20260618-0001 で登録済みです。');
      expect(modal.text()).toContain('ご用件: 私の書いた用件');
      expect(await calls()).toHaveLength(1);
      await vi.waitFor(async () =>
        expect(await desk.world.db.selectFrom('drafts').selectAll().execute()).toEqual([]),
      );
    });

    it('records another call when the operator says so, after one question', async () => {
      await desk.addClient({ code: 'acme' });
      await (await filled(colleague)).submit();
      const modal = await filled(desk.operator);
      await modal.submit();
      await modal.choose('同じ電話ですか', '別の電話です');
      expect(await modal.submit()).toMatchObject({ type: 'cleared' });
      expect(await calls()).toHaveLength(2);
      expect(await desk.world.db.selectFrom('deliveries').select('id').execute()).toHaveLength(4);
    });

    it('P4 records one of two forms two operators submit at the same moment, and asks the other', async () => {
      await desk.addClient({ code: 'acme' });
      const modals = await Promise.all([filled(desk.operator), filled(colleague)]);
      const types = (await Promise.all(modals.map((modal) => modal.submit()))).map(({ type }) => type);
      expect(types.toSorted()).toEqual(['cleared', 'updated']);
      expect(await calls()).toHaveLength(1);
      expect(await desk.world.db.selectFrom('deliveries').select('id').execute()).toHaveLength(2);
    });

    it('asks both questions one after the other, the first no second time, and loses nothing typed', async () => {
      await desk.addClient({ code: 'acme' });
      await desk.addClient({ code: 'north', name: '北物産株式会社', kana: 'キタブッサン' });
      await (await filled(colleague)).submit();
      const modal = await filled(desk.operator, '03-5550-0123', '北物産の件');
      await modal.choose('wish', '折り返し希望');
      await modal.submit();
      await modal.check('顧客の確認', 'はい、acme');
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      expect(modal.value('顧客の確認')).toEqual(['sure']);
      await modal.choose('同じ電話ですか', '別の電話です');
      expect(await modal.submit()).toMatchObject({ type: 'cleared' });
      expect((await calls()).at(-1)).toMatchObject({ message: '北物産の件', wish: 'call_back' });
    });

    it('keeps answers and everything typed through an outage, and records the same form afterwards', async () => {
      await desk.addClient({ code: 'acme' });
      await (await filled(colleague)).submit();
      const modal = await filled(desk.operator, '03-5550-0123', '長い用件');
      await modal.submit();
      await modal.choose('同じ電話ですか', '別の電話です');
      desk.database.set('away');
      expect(await modal.submit()).toMatchObject({
        type: 'errors',
        errors: { kind: expect.stringContaining('この画面は開いたままで大丈夫です') },
      });
      desk.database.set('up');
      expect(modal.value('message')).toBe('長い用件');
      expect(await modal.submit()).toMatchObject({ type: 'cleared' });
      expect((await calls()).at(-1)).toMatchObject({ message: '長い用件' });
    });

    it('keeps to Slack’s limits with the longest texts, both questions and a long history', async () => {
      const acme = await desk.addClient({
        code: `acme${'x'.repeat(60)}`,
        name: '長'.repeat(190),
        kana: 'ナ'.repeat(190),
        aliases: ['acme'],
        notes: '注'.repeat(5000),
        greeting: '名'.repeat(5000),
      });
      for (const n of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
        const code = `client-${n}-${'y'.repeat(60)}`;
        const id = await desk.addClient({ code, name: `${'北'.repeat(180)}${n}`, kana: '' });
        desk.world.clock.advance(1000);
        await desk.world.recorder.record(
          desk.world.entry(id, { operator: { id: desk.operator.id, name: '鈴' } }),
        );
      }
      await desk.addRoster(
        acme,
        Array.from({ length: 200 }, (_, i) => ({ name: `${'社'.repeat(90)}${i}`, kana: 'ア'.repeat(90) })),
      );
      const recent = await desk.operator.openModal();
      expect(recent.text().match(/^client-/gm)).toHaveLength(8);
      await (await filled(colleague)).submit();
      const modal = await filled(desk.operator, '03-5550-0123', `${'北'.repeat(180)}1`);
      for (const field of ['お相手の会社', 'お相手のお名前', 'お名前のカナ'] as const) {
        const limit = FIELD_LIMITS[field === 'お相手の会社' ? 'company' : 'name'];
        await modal.fill(field, '文'.repeat(limit));
      }
      await modal.fill('quote', '言'.repeat(FIELD_LIMITS.quote));
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      await modal.check('顧客の確認', 'はい、acme');
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      await modal.choose('同じ電話ですか', '同じ電話です');
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      expect(modal.text()).toContain('で登録済みです');
      expect(modal.text()).toContain('言'.repeat(FIELD_LIMITS.quote));
    });
  });

  describe('in one line', () => {
    const LINE = 'acme 用件 03-5550-0123 折り返し 見積書の件';

    it('records number, wish and 至急 and shows them back as they were understood', async () => {
      await desk.addClient({ code: 'acme' });
      const { message } = await desk.operator.command(
        'acme 用件 ０３ー５５５０ー０１２３ ori 至急 見積書の件',
      );
      expect(message?.text).toContain('03-5550-0123 折り返し希望');
      expect(message?.text).toContain('2か所へ報告します(至急)。');
      expect(await calls()).toMatchObject([
        {
          number_display: '03-5550-0123',
          number_state: 'given',
          number_confirmed: false,
          wish: 'call_back',
          urgent: true,
          message: '見積書の件',
        },
      ]);
    });

    it('shows the earlier entry with a button for each answer', async () => {
      await desk.addClient({ code: 'acme' });
      await colleague.command(LINE);
      const asked = await desk.operator.command(LINE);
      expect(asked.message?.text).toContain('まだ登録していません。acme 株式会社サンプル商事');
      expect(asked.message?.text).toContain('受付番号 20260618-0001 用件');
      expect(asked.message?.text).toContain(`/juden ${LINE}`);
      await press(asked, '同じ電話です(登録しない)');
      await vi.waitFor(() => expect(later(asked)).toContain('受付番号 20260618-0001 で登録済みです'));
      expect(later(asked)).toContain(`/juden ${LINE}`);
      expect(await calls()).toHaveLength(1);

      desk.world.clock.advance(60_000);
      await press(asked, '別の電話です(登録する)');
      await press(asked, '別の電話です(登録する)');
      await desk.app.stop();
      expect(later(asked)).toContain('受付番号 20260618-0002 で登録しました');
      expect(await calls()).toHaveLength(2);
      // The time of the call is when the line was typed.
      expect((await calls())[1]?.occurred_at).toEqual(new Date('2026-06-18T04:05:00Z'));
    });

    it('asks whether the client is right, then whether it is the same call', async () => {
      await desk.addClient({ code: 'acme' });
      await desk.addClient({ code: 'north', name: '北物産株式会社', kana: 'キタブッサン' });
      await colleague.command(LINE);
      const asked = await desk.operator.command('acme 用件 03-5550-0123 北物産の佐藤様');
      expect(asked.message?.text).toContain('本当に acme 株式会社サンプル商事');
      await press(asked, 'いいえ、登録しない');
      await vi.waitFor(() => expect(later(asked)).toContain('登録していません。顧客を確かめて'));
      await press(asked, 'はい、このまま登録する');
      await vi.waitFor(() => expect(later(asked)).toContain('同じ電話ですか'));
      expect(await calls()).toHaveLength(1);
      const second = asked.later().at(-1);
      await pressBlocks(asked, second?.blocks ?? [], '別の電話です(登録する)');
      await vi.waitFor(async () => expect(await calls()).toHaveLength(2));
    });

    it('asks one of two lines sent at the same moment', async () => {
      await desk.addClient({ code: 'acme' });
      const replies = await Promise.all([desk.operator.command(LINE), colleague.command(LINE)]);
      const texts = replies.map(({ message }) => message?.text ?? '');
      expect(texts.filter((text) => text.includes('で登録しました'))).toHaveLength(1);
      expect(texts.filter((text) => text.includes('同じ電話ですか'))).toHaveLength(1);
      expect(await calls()).toHaveLength(1);
    });

    it('gives a line too long for buttons back, to be entered in the form', async () => {
      await desk.addClient({ code: 'acme' });
      await colleague.command(LINE);
      const asked = await desk.operator.command(`${LINE}${'長'.repeat(1900)}`);
      expect(asked.message?.text).toContain('ボタンでは続けられません');
      expect(asked.message?.blocks.some(({ type }) => type === 'actions')).toBe(false);
      expect(JSON.stringify(asked.message?.blocks)).toContain('長'.repeat(1000));
      expect(await calls()).toHaveLength(1);
    });
  });

  const later = (reply: CommandReply): string =>
    reply
      .later()
      .map(({ text }) => text)
      .join('\n');

  /** Presses a button of an ephemeral answer, as Slack sends it. */
  async function press(reply: CommandReply, label: string): Promise<void> {
    await pressBlocks(reply, reply.message?.blocks ?? [], label);
  }
  async function pressBlocks(reply: CommandReply, blocks: readonly unknown[], label: string): Promise<void> {
    type Button = { readonly action_id: string; readonly value: string; readonly text: { text: string } };
    const rows = blocks as readonly { readonly type: string; readonly elements?: readonly Button[] }[];
    const button = rows
      .filter(({ type }) => type === 'actions')
      .flatMap(({ elements }) => elements ?? [])
      .find(({ text }) => text.text === label);
    if (button === undefined) throw new Error(`no button ${label}`);
    const payload = {
      type: 'block_actions',
      user: { id: desk.operator.id, name: 'suzuki' },
      team: { id: desk.sandbox.slack.teamId },
      trigger_id: '9.9.press',
      response_url: new URLSearchParams(reply.request.rawBody).get('response_url'),
      container: { type: 'message', is_ephemeral: true },
      actions: [
        {
          type: 'button',
          action_id: button.action_id,
          block_id: 'b',
          value: button.value,
          action_ts: '1.0',
        },
      ],
    };
    const answer = await desk.sandbox.slack.raw({
      body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    });
    expect(answer.status).toBe(200);
  }
});
