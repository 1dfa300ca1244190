import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenModal } from '../../src/sandbox/index.ts';
import { newId } from '../support/ids.ts';
import { createDesk, type Desk } from './desk.ts';

describe('the entry form', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk();
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

  const calls = () => desk.world.db.selectFrom('calls').selectAll().execute();
  const drafts = () => desk.world.db.selectFrom('drafts').selectAll().execute();
  const notices = () => desk.world.db.selectFrom('notices').selectAll().execute();

  /** Opens the form with a client and waits until it shows that client. */
  async function formFor(code: string): Promise<OpenModal> {
    const modal = await desk.operator.openModal();
    await modal.pick('client', code);
    await modal.until((m) => m.title() === `受電登録 ${code}`);
    return modal;
  }
  async function chooseKind(modal: OpenModal, label: string): Promise<void> {
    const before = modal.updates();
    await modal.choose('kind', label);
    await modal.until((m) => m.updates() > before);
  }

  /** Types a number and waits for what is known of it. */
  async function typeNumber(modal: OpenModal, number: string): Promise<void> {
    const before = modal.updates();
    await modal.fill('number', number);
    await modal.until((m) => m.updates() > before);
  }

  it('P1 records everything entered, with deliveries and the note to the operator, before it closes', async () => {
    const clientId = await desk.addClient({ code: 'acme' });
    const [yamada] = await desk.addRoster(clientId, [
      { name: '山田 太郎', kana: 'ヤマダタロウ', responsible: true },
    ]);
    const modal = await formFor('acme');
    await chooseKind(modal, '用件');
    await modal.choose('お名指し(名簿)', '山田 太郎(ヤマダタロウ) 責任者');
    await modal.fill('company', '株式会社見本');
    await modal.fill('name', '佐藤 花子');
    await modal.fill('kana', 'サトウハナコ');
    await modal.fill('number', '03−5550−0123');
    await modal.check('number_confirmed', '復唱確認済');
    await modal.fill('message', '見積書の件\n急ぎではない');
    await modal.fill('quote', '「今月中にほしい」');
    await modal.choose('wish', '折り返し希望');
    await modal.check('urgent', '至急');
    await modal.choose('surcharge', '怒鳴り声 200円');
    await modal.setTime('occurred_at', new Date('2026-06-18T03:50:00Z'));
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });

    expect(await calls()).toMatchObject([
      {
        entry_key: `view:${modal.rootViewId}`,
        receipt_number: '20260618-0001',
        source: 'modal',
        client_id: clientId,
        kind: 'message',
        operator_id: 'U0OPERATOR1',
        operator_name: '鈴木',
        occurred_at: new Date('2026-06-18T03:50:00Z'),
        addressee_id: yamada,
        addressee_name: '山田 太郎',
        caller_company: '株式会社見本',
        caller_name: '佐藤 花子',
        caller_kana: 'サトウハナコ',
        number_state: 'given',
        number_display: '03-5550-0123',
        number_confirmed: true,
        message: '見積書の件\n急ぎではない',
        quote: '今月中にほしい',
        wish: 'call_back',
        urgent: true,
        surcharge_yen: 200,
      },
    ]);
    expect(await desk.world.db.selectFrom('deliveries').select('id').execute()).toHaveLength(2);
    const [call] = await calls();
    const [notice, ...more] = await notices();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ key: `entry:${call?.id}`, target: 'U0OPERATOR1', state: 'due' });
    expect(JSON.stringify(notice?.body)).toMatch(
      /20260618-0001 で登録しました.*acme.*2か所へ報告します\(至急\)/,
    );
    await vi.waitFor(async () => expect(await drafts()).toEqual([]));
  });

  it('P2 leaves only what a sales call needs, shows the sentence to refuse with, and restores what was typed', async () => {
    await desk.addClient({ code: 'acme' });
    const modal = await formFor('acme');
    await chooseKind(modal, '用件');
    await modal.fill('company', '株式会社見本');
    await modal.fill('name', '佐藤');
    await typeNumber(modal, '03-5550-0123');
    await modal.fill('message', '光回線のご案内');
    await modal.fill('quote', '社長に代われ');
    await modal.choose('number_state', '番号あり');
    await modal.check('urgent', '至急');
    await modal.choose('wish', '伝言のみ');

    await chooseKind(modal, '営業電話');
    expect(modal.fields().map((field) => field.blockId)).toEqual([
      'client',
      'kind',
      'message',
      'occurred_at',
    ]);
    expect(modal.text()).toContain('「上司から断るように言われておりますので結構です。」');
    expect(modal.text()).toContain('回数に入れず、報告もしません。');
    expect(modal.value('message')).toBe('光回線のご案内');

    await chooseKind(modal, '用件');
    expect(modal.value('company')).toBe('株式会社見本');
    expect(modal.value('name')).toBe('佐藤');
    expect(modal.value('number')).toBe('03-5550-0123');
    expect(modal.value('quote')).toBe('社長に代われ');
    expect(modal.value('urgent')).toEqual(['urgent']);
    expect(modal.value('wish')).toBe('message_only');

    await chooseKind(modal, '営業電話');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    // Only what was on the screen is on record.
    expect(await calls()).toMatchObject([
      {
        kind: 'sales',
        message: '光回線のご案内',
        caller_company: null,
        caller_name: null,
        number_raw: null,
        urgent: false,
      },
    ]);
    expect(await desk.world.db.selectFrom('deliveries').select('id').execute()).toEqual([]);
    expect(JSON.stringify((await notices()).map(({ body }) => body))).toContain(
      '営業電話: 回数に入れず、報告もしません。',
    );
  });

  it('goes by the rule of the client and the day, not by the kind', async () => {
    const clientId = await desk.addClient({ code: 'acme' });
    await desk.world.db
      .insertInto('kind_rules')
      .values([rule(clientId, 'unsure', '2026-06-01', false), rule(clientId, 'sales', '2026-07-01', true)])
      .execute();
    const modal = await formFor('acme');
    await chooseKind(modal, '判断不能');
    expect(modal.has('number')).toBe(false);
    await chooseKind(modal, '営業電話');
    expect(modal.has('number')).toBe(false);
    desk.world.clock.set('2026-07-02T01:00:00Z');
    const later = await formFor('acme');
    await chooseKind(later, '営業電話');
    expect(later.has('number')).toBe(true);
  });

  it('finds clients by code, name, kana and alias, never one that has left', async () => {
    await desk.addClient({ code: 'north', name: '北物産', kana: 'キタブッサン', aliases: ['みなと'] });
    await desk.addClient({ code: 'gone', name: '北商会', kana: 'キタショウカイ', status: 'ended' });
    const modal = await desk.operator.openModal();
    for (const typed of ['nor', '物産', 'きたぶ', 'ミナト', '北']) {
      expect(await modal.search('client', typed), typed).toMatchObject([{ text: 'north 北物産' }]);
    }
    expect(await modal.search('client', 'ない')).toEqual([]);
    expect(await modal.search('client', '\u0000')).toEqual([]);
  });

  it('opens on a client named in the command, with greeting, notes and status', async () => {
    await desk.addClient({
      code: 'acme',
      greeting: 'サンプル商事でございます',
      notes: '社長への電話は必ず復唱',
      status: 'paused',
    });
    const modal = await desk.operator.openModal('サンプルショウジ');
    expect(modal.title()).toBe('受電登録 acme');
    expect(modal.value('client')).toBeTruthy();
    expect(modal.text()).toContain('acme 株式会社サンプル商事(サンプルショウジ)');
    expect(modal.text()).toContain('名乗り: サンプル商事でございます');
    expect(modal.text()).toContain('注意: 社長への電話は必ず復唱');
    expect(modal.text()).toContain('休止中');
  });

  it('keeps the person chosen for each client apart', async () => {
    const one = await desk.addClient({ code: 'one', name: '壱商店', kana: 'イチ' });
    const two = await desk.addClient({ code: 'two', name: '弐商店', kana: 'ニ' });
    const [sato] = await desk.addRoster(one, [{ name: '佐藤', kana: 'サトウ' }]);
    await desk.addRoster(two, [{ name: '鈴木', kana: 'スズキ' }]);
    const modal = await formFor('one');
    await chooseKind(modal, '用件');
    await modal.choose('お名指し(名簿)', '佐藤(サトウ)');
    await modal.pick('client', 'two');
    await modal.until((m) => m.title() === '受電登録 two');
    expect(modal.value('お名指し(名簿)')).toBeNull();
    await modal.pick('client', 'one');
    await modal.until((m) => m.title() === '受電登録 one');
    expect(modal.value('お名指し(名簿)')).toBe(sato);
  });

  it('shows both of two changes made at once, whichever reaches the screen first', async () => {
    await desk.addClient({ code: 'acme' });
    const modal = await desk.operator.openModal();
    await Promise.all([modal.pick('client', 'acme'), modal.choose('kind', '営業電話')]);
    await modal.until((m) => m.title() === '受電登録 acme' && !m.has('number'));
    desk.sandbox.fail({
      service: 'slack',
      operation: 'views.update',
      times: 1,
      failure: { how: 'error', error: 'hash_conflict' },
    });
    await modal.choose('kind', '用件');
    await modal.until((m) => m.has('number'));
    expect(modal.title()).toBe('受電登録 acme');
  });

  it('searches a roster too long to list', async () => {
    const clientId = await desk.addClient({ code: 'big' });
    const people = Array.from({ length: 200 }, (_, i) => ({ name: `社員${i}`, kana: `シャイン${i}` }));
    const ids = await desk.addRoster(clientId, [
      ...people,
      { name: '高橋', kana: 'タカハシ', aliases: ['専務'] },
    ]);
    const modal = await formFor('big');
    await chooseKind(modal, '用件');
    expect(await modal.search('お名指し(名簿)', 'せんむ')).toEqual([]);
    expect(await modal.search('お名指し(名簿)', 'たか')).toMatchObject([{ text: '高橋(タカハシ)' }]);
    expect(await modal.search('お名指し(名簿)', '社員')).toHaveLength(100);
    await modal.pick('お名指し(名簿)', '専務');
    await modal.choose('number_state', '非通知');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect(await calls()).toMatchObject([{ addressee_id: ids.at(-1), number_state: 'withheld' }]);
  });

  it('shows wrong input at its field and loses nothing typed', async () => {
    await desk.addClient({ code: 'acme' });
    const modal = await formFor('acme');
    await chooseKind(modal, '用件');
    await modal.fill('message', '見積書の件');
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { number: expect.stringContaining('電話番号を入力するか') },
    });
    await modal.fill('number', '0120-00');
    await modal.setTime('occurred_at', new Date('2026-06-19T00:00:00Z'));
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: {
        number: expect.stringContaining('桁が足りません'),
        occurred_at: expect.stringContaining('未来'),
      },
    });
    await modal.choose('number_state', '公衆電話');
    await modal.setTime('occurred_at', new Date('2026-06-18T04:00:00Z'));
    expect(await modal.submit()).toMatchObject({
      type: 'errors',
      errors: { number: expect.stringContaining('番号が入っています') },
    });
    await modal.fill('number', '');
    expect(modal.value('message')).toBe('見積書の件');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect(await calls()).toMatchObject([{ message: '見積書の件', number_state: 'payphone' }]);
  });

  it('P1 records a form submitted twice once, tells so, and sends one note', async () => {
    await desk.addClient({ code: 'acme' });
    const modal = await formFor('acme');
    await chooseKind(modal, '営業電話');
    const first = await modal.submit();
    expect(first).toMatchObject({ type: 'cleared' });
    const request = modal.lastRequest();
    if (request === undefined) throw new Error('nothing was sent');
    const answers = await Promise.all([desk.operator.replay(request), desk.operator.replay(request)]);
    for (const answer of answers) {
      const body = JSON.parse(answer.type === 'answered' ? answer.body : '{}');
      expect(body).toMatchObject({ response_action: 'update', view: { title: { text: '登録済み' } } });
      expect(JSON.stringify(body)).toContain('受付番号 20260618-0001 で登録済みです。');
    }
    expect(await calls()).toHaveLength(1);
    expect(await notices()).toHaveLength(1);
  });

  it('offers the fitting form when it is submitted before a change reached the screen', async () => {
    const clientId = await desk.addClient({ code: 'acme' });
    await desk.addRoster(clientId, [{ name: '山田', kana: 'ヤマダ' }]);
    const modal = await formFor('acme');
    await chooseKind(modal, '用件');
    await modal.fill('company', '株式会社見本');
    await chooseKind(modal, '営業電話');
    desk.sandbox.fail({
      service: 'slack',
      operation: 'views.update',
      times: 1,
      failure: { how: 'error', error: 'internal_error' },
    });
    await modal.choose('kind', '用件');
    expect(modal.has('company')).toBe(false);
    expect(await modal.submit()).toMatchObject({ type: 'updated' });
    expect(await calls()).toEqual([]);
    expect(modal.value('kind')).toBe('message');
    expect(modal.value('company')).toBe('株式会社見本');
    expect(modal.has('お名指し(名簿)')).toBe(true);
    expect(modal.text()).toContain('もう一度「登録」を押してください');
    await modal.choose('number_state', '不明');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect(await calls()).toMatchObject([{ kind: 'message', caller_company: '株式会社見本' }]);
  });

  it('keeps the form open and everything in it while the database is away, and records once afterwards', async () => {
    await desk.addClient({ code: 'acme' });
    const modal = await formFor('acme');
    await chooseKind(modal, '用件');
    await modal.fill('message', '見積書の件');
    await typeNumber(modal, '03-5550-0123');
    desk.database.set('away');
    for (let i = 0; i < 2; i++) {
      expect(await modal.submit()).toMatchObject({
        type: 'errors',
        errors: { kind: expect.stringContaining('この画面は開いたままで大丈夫です') },
      });
    }
    expect(await modal.search('client', 'a')).toEqual([]);
    expect(await modal.choose('kind', '営業電話')).toBeUndefined();
    await modal.choose('kind', '用件');
    desk.database.set('up');
    expect(modal.value('message')).toBe('見積書の件');
    expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    expect(await calls()).toHaveLength(1);
    const away = await desk.operator.command('');
    expect(away.failed).toBeNull();
  });

  it('says so and gives the line back when the form cannot be opened', async () => {
    await desk.addClient({ code: 'acme' });
    desk.database.set('away');
    const noDatabase = await desk.operator.command('');
    expect(noDatabase.message?.text).toContain('入力画面を開けませんでした');
    desk.database.set('up');
    desk.sandbox.fail({
      service: 'slack',
      operation: 'views.open',
      times: 1,
      failure: { how: 'error', error: 'internal_error' },
    });
    const noSlack = await desk.operator.command('acme');
    expect(noSlack.message?.text).toContain('/juden acme');
  });

  it('answers a silent database in time; a form recorded late after all is recorded once', async () => {
    const slow = await createDesk({ settings: { recordTimeoutMs: 100 } });
    try {
      await slow.addClient({ code: 'acme' });
      const modal = await slow.operator.openModal('acme');
      await modal.choose('kind', '営業電話');
      await modal.until((m) => !m.has('number'));
      slow.database.set('silent');
      const late = await modal.submit();
      expect(late).toMatchObject({
        type: 'errors',
        errors: { kind: expect.stringContaining('二重には登録されません') },
      });
      slow.database.set('up');
      await vi.waitFor(async () =>
        expect(await slow.world.db.selectFrom('calls').select('id').execute()).toHaveLength(1),
      );
      expect(await modal.submit()).toMatchObject({ type: 'updated' });
      expect(modal.text()).toContain('で登録済みです。');
      expect(await slow.world.db.selectFrom('calls').select('id').execute()).toHaveLength(1);
      expect(await slow.world.db.selectFrom('notices').select('id').execute()).toHaveLength(1);
    } finally {
      await slow.close();
    }
  });

  it('P9 shows no clients to and records nothing for who is not an operator', async () => {
    await desk.addClient({ code: 'acme' });
    const modal = await formFor('acme');
    await chooseKind(modal, '営業電話');
    await modal.submit();
    const request = modal.lastRequest();
    await desk.world.db.deleteFrom('calls').execute();
    const payload = JSON.parse(new URLSearchParams(request?.rawBody).get('payload') ?? '{}');
    const send = (over: object) =>
      desk.sandbox.slack.raw({
        body: new URLSearchParams({
          payload: JSON.stringify({ ...payload, user: { id: 'U0STRANGER1', name: 'x' }, ...over }),
        }).toString(),
      });
    expect((await send({})).body).toContain('オペレーターだけ');
    const suggestion = {
      type: 'block_suggestion',
      action_id: 'entry_client',
      block_id: 'client',
      value: 'acme',
    };
    expect((await send(suggestion)).body).toBe('{"options":[]}');
    expect(await calls()).toEqual([]);
  });

  function rule(clientId: string, kind: string, from: string, reported: boolean) {
    return {
      id: newId(),
      kind,
      client_id: clientId,
      effective_from: from,
      counted: reported,
      reported,
      flagged: false,
    };
  }
});
