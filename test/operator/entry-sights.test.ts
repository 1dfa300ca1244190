import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallEntry } from '../../src/domain/call.ts';
import type { OpenModal } from '../../src/sandbox/index.ts';
import { createDesk, type Desk } from './desk.ts';

describe('what an operator sees while entering a call', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk();
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

  const calls = () => desk.world.db.selectFrom('calls').selectAll().orderBy('recorded_at').execute();
  const caller = (number: string, name: string | null = '佐藤', company: string | null = '株式会社見本') => ({
    caller: {
      company,
      name,
      kana: name && 'サトウ',
      number: { state: 'given' as const, raw: number, confirmed: true },
    },
  });
  /** A call of an hour and more ago. */
  async function earlier(clientId: string, over: Partial<CallEntry>): Promise<void> {
    const { world } = desk;
    const occurredAt = new Date(world.clock.now().getTime() - 3_600_000);
    await world.recorder.record(
      world.entry(clientId, { operator: { id: 'U0OPERATOR1', name: '鈴木' }, occurredAt, ...over }),
    );
  }
  async function changed(modal: OpenModal, change: () => Promise<unknown>): Promise<void> {
    const before = modal.updates();
    await change();
    await modal.until((m) => m.updates() > before);
  }

  it('P9 shows earlier calls from the number to this client and puts the caller’s names in, never another client’s', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    const north = await desk.addClient({ code: 'north', name: '北物産', kana: 'キタブッサン' });
    await earlier(acme, { ...caller('03-5550-0123'), kind: 'unsure' });
    await earlier(north, caller('03-5550-0123', '田中', '他社'));
    const modal = await desk.operator.openModal('acme');
    await changed(modal, () => modal.fill('number', '０３ー５５５０　０１２３'));
    expect(modal.text()).toContain('03-5550-0123 この顧客へのこれまでの受電');
    expect(modal.text()).toContain('・2026年6月18日(木) 12:05 判断不能 20260618-0001');
    expect(modal.text()).not.toMatch(/田中|他社|20260618-0002/);
    const names = ['お相手の会社', 'お相手のお名前', 'お名前のカナ'].map((label) => modal.value(label));
    expect(names).toEqual(['株式会社見本', '佐藤', 'サトウ']);

    // Another client: what the form knew of the first one's caller goes, what it knows of this one's comes.
    await changed(modal, () => modal.pick('client', 'north'));
    expect(modal.value('お相手のお名前')).toBe('田中');
    expect(modal.text()).not.toContain('20260618-0001');
    await changed(modal, () => modal.fill('number', '03-5550-0999'));
    expect(modal.value('お相手のお名前')).toBeNull();
    expect(modal.text()).toContain('03-5550-0999 この顧客へは初めての番号です');
    await modal.choose('kind', '用件');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect((await calls()).at(-1)).toMatchObject({ number_display: '03-5550-0999', caller_name: null });
  });

  it('never replaces what was typed, and does not put names back that were taken out', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    await earlier(acme, caller('03-5550-0123'));
    const modal = await desk.operator.openModal('acme');
    await modal.fill('name', '高橋');
    await changed(modal, () => modal.fill('number', '03-5550-0123'));
    expect(modal.value('name')).toBe('高橋');
    expect(modal.value('company')).toBeNull();

    const second = await desk.operator.openModal('acme');
    await changed(second, () => second.fill('number', '03-5550-0123'));
    expect(second.value('お相手のお名前')).toBe('佐藤');
    for (const field of ['お相手の会社', 'お相手のお名前', 'お名前のカナ']) await second.fill(field, '');
    await changed(second, () => second.choose('kind', '用件'));
    expect(second.value('お相手のお名前')).toBeNull();
    expect(await second.submit()).toMatchObject({ type: 'cleared' });
    expect((await calls()).at(-1)).toMatchObject({ caller_name: null, caller_company: null });
  });

  it('P9 gives no names to another client when the form is submitted before the change reached it', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    await desk.addClient({ code: 'north', name: '北物産', kana: 'キタブッサン' });
    await earlier(acme, caller('03-5550-0123'));
    const modal = await desk.operator.openModal('acme');
    await changed(modal, () => modal.fill('number', '03-5550-0123'));
    await changed(modal, () => modal.choose('kind', '用件'));
    desk.sandbox.fail({
      service: 'slack',
      operation: 'views.update',
      times: 1,
      failure: { how: 'error', error: 'internal_error' },
    });
    await modal.pick('client', 'north');
    expect(modal.value('お相手のお名前')).toBe('佐藤');
    expect(await modal.submit()).toMatchObject({ type: 'updated' });
    expect(modal.value('お相手のお名前')).toBeNull();
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect((await calls()).at(-1)).toMatchObject({ caller_name: null, caller_company: null });
  });

  it('looks up nothing for the client’s own and forwarding numbers, or for a number not yet whole', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    await earlier(acme, caller('03-5550-0181'));
    await desk.world.db
      .updateTable('clients')
      .set({ forwarding_numbers: ['+81355500181'] })
      .execute();
    const modal = await desk.operator.openModal('acme');
    await modal.fill('number', '03-5550-01');
    await changed(modal, () => modal.fill('number', '03-5550-0181'));
    expect(modal.updates()).toBe(1);
    expect(modal.text()).toContain('転送元の番号です');
    expect(modal.text()).not.toContain('20260618-0001');
    expect(modal.value('name')).toBeNull();
  });

  it('offers recent clients as buttons, none chosen, and takes a sales call in two clicks', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    const north = await desk.addClient({ code: 'north', name: '北物産', kana: 'キタブッサン' });
    await desk.addClient({ code: 'other', name: '他社', kana: 'タシャ' });
    await earlier(acme, {});
    desk.world.clock.advance(1000);
    await earlier(north, {});
    const modal = await desk.operator.openModal();
    expect(modal.title()).toBe('受電登録');
    expect(modal.value('client')).toBeNull();
    expect(modal.text()).toMatch(/最近の顧客.*\nnorth 北物産\nacme 株式会社サンプル商事/);
    expect(modal.text()).not.toContain('other');
    await modal.fill('message', 'もう入力した用件');
    await modal.press('acme 株式会社サンプル商事');
    await modal.until((m) => m.title() === '受電登録 acme');
    expect(modal.value('entry_client')).toBe(acme);
    expect(modal.value('message')).toBe('もう入力した用件');
    // Something stands in the form: one press must not make a silent call of it.
    await changed(modal, () => modal.press('営業電話として登録'));
    expect(modal.text()).toContain('まだ登録していません');
    expect(modal.value('message')).toBe('もう入力した用件');
    await modal.fill('message', '');
    const before = (await calls()).length;
    await changed(modal, () => modal.press('営業電話として登録'));
    expect(modal.title()).toBe('登録しました');
    expect(modal.text()).toContain('営業電話: 回数に入れず、報告もしません。');
    expect((await calls()).slice(before)).toMatchObject([
      { kind: 'sales', client_id: acme, entry_key: `view:${modal.rootViewId}` },
    ]);
    await vi.waitFor(async () =>
      expect(await desk.world.db.selectFrom('drafts').selectAll().execute()).toEqual([]),
    );
  });

  it('keeps the block of the client it was chosen in by a button when another one is picked', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    const north = await desk.addClient({ code: 'north', name: '北物産', kana: 'キタブッサン' });
    await earlier(acme, {});
    const modal = await desk.operator.openModal();
    await modal.press('acme 株式会社サンプル商事');
    await modal.until((m) => m.title() === '受電登録 acme');
    await modal.pick('entry_client', 'north');
    await modal.until((m) => m.title() === '受電登録 north');
    await changed(modal, () => modal.choose('kind', '営業電話'));
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect((await calls()).at(-1)).toMatchObject({ client_id: north, kind: 'sales' });
  });

  it('P1 records a sales call pressed twice once, and keeps the form when the database is away', async () => {
    await desk.addClient({ code: 'acme' });
    const modal = await desk.operator.openModal('acme');
    desk.database.set('away');
    await changed(modal, () => modal.press('営業電話として登録'));
    expect(modal.text()).toContain('この画面は開いたままで大丈夫です');
    expect(modal.title()).toBe('受電登録 acme');
    desk.database.set('up');
    await changed(modal, () => modal.press('営業電話として登録'));
    const request = modal.lastRequest();
    if (request === undefined) throw new Error('nothing was sent');
    await desk.operator.replay(request);
    await desk.app.stop();
    expect(await calls()).toHaveLength(1);
    expect(await desk.world.db.selectFrom('notices').selectAll().execute()).toHaveLength(1);
  });

  it('says so when a recent client cannot be shown, and shows it at the next press', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    await earlier(acme, {});
    const modal = await desk.operator.openModal();
    desk.database.set('away');
    await changed(modal, () => modal.press('acme 株式会社サンプル商事'));
    expect(modal.text()).toContain('いま画面を更新できませんでした');
    desk.database.set('up');
    await modal.press('acme 株式会社サンプル商事');
    await modal.until((m) => m.title() === '受電登録 acme');
    expect(modal.text()).not.toContain('いま画面を更新できませんでした');
  });

  it('has the refusal line one glance away, and leaves it out where sales calls are reported', async () => {
    const acme = await desk.addClient({ code: 'acme' });
    const modal = await desk.operator.openModal('acme');
    expect(modal.text()).toContain('「上司から断るように言われておりますので結構です。」');
    await changed(modal, () => modal.choose('kind', '用件'));
    expect(modal.text()).toContain('「上司から断るように言われておりますので結構です。」');
    await expect(modal.press('営業電話として登録')).rejects.toThrow('no button');
    await desk.world.db
      .insertInto('kind_rules')
      .values({
        id: crypto.randomUUID(),
        kind: 'sales',
        client_id: acme,
        effective_from: '2026-01-01',
        counted: true,
        reported: true,
        flagged: false,
      })
      .execute();
    expect((await desk.operator.openModal('acme')).text()).not.toContain('上司から');
  });

  it('says what to do for a client that is paused or has left', async () => {
    const acme = await desk.addClient({ code: 'acme', status: 'paused' });
    await desk.addClient({ code: 'gone', name: '北商会', kana: 'キタショウカイ', status: 'ended' });
    const modal = await desk.operator.openModal('acme');
    expect(modal.text()).toContain('いつもどおり登録してください');
    await changed(modal, () => modal.choose('kind', '用件'));
    await desk.world.db.updateTable('clients').set({ status: 'ended' }).where('id', '=', acme).execute();
    await modal.choose('number_state', '不明');
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { client: expect.stringContaining('契約が終了した顧客です') },
    });
    await changed(modal, () => modal.choose('kind', '判断不能'));
    expect(modal.text()).toContain('登録はできません');
    expect(modal.fields().map(({ blockId }) => blockId)).toEqual(['client']);
    for (const line of ['gone', '北商会 用件 見積書の件']) {
      const reply = await desk.operator.command(line);
      expect(reply.message?.text).toContain('gone 北商会(キタショウカイ)');
      expect(reply.message?.text).toContain('契約が終了した顧客です');
    }
    expect(await calls()).toEqual([]);
  });
});
