import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBoltLogger } from '../../../src/operator/bolt-logger.ts';
import { createHome } from '../../../src/operator/home/home.ts';
import { floorPulseQuery, operatorPulsesQuery } from '../../../src/operator/home/pulse.ts';
import { DEFAULT_OPERATOR_SETTINGS } from '../../../src/operator/settings.ts';
import { createWebClient, webClientOptions } from '../../../src/operator/slack-client.ts';
import { type HomeTab, SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../../src/sandbox/index.ts';
import type { RateLimits } from '../../../src/storage/rate-limits.ts';
import { newId } from '../../support/ids.ts';
import { createDesk, type Desk } from '../desk.ts';

const DAY = '2026-06-18';
/** What the pace of the workspace says. */
let granted: (name: string) => boolean = () => true;
const limits: RateLimits = {
  limit: (name) =>
    Object.assign(
      async () => (granted(name) ? ({ granted: true } as const) : { granted: false as const, retryMs: 1 }),
      {
        left: async () => ({ left: 1, most: 1 }),
      },
    ),
  close: async () => {},
};

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk({ limits });
});
beforeEach(async () => {
  granted = () => true;
  desk.sandbox.slack.setUserGroup(
    desk.sandbox.slack.operatorGroup,
    SANDBOX_OPERATORS.map(({ id }) => id),
  );
  await desk.clear();
});
afterAll(() => desk?.close());

const db = () => desk.world.db;
const supervisor = () => desk.sandbox.slack.person(SANDBOX_SUPERVISOR.id);

/** Opens the home and waits for what is published. */
async function opened(home: HomeTab): Promise<HomeTab> {
  expect(await home.open()).toMatchObject({ type: 'answered', status: 200 });
  await home.until((seen) => seen.isPublished());
  await settled();
  return home;
}

/** Waits until nobody is publishing: what is on the screen comes a moment before it is on record. */
async function settled(): Promise<void> {
  await vi.waitFor(async () => {
    const busy = await db().selectFrom('homes').select('user_id').where('lease', 'is not', null).execute();
    expect(busy).toEqual([]);
  });
}

/** Lets time pass, ten seconds being the longest between two updates, and looks at the open homes. */
async function later(ms = 10_000): Promise<void> {
  await settled();
  desk.world.clock.advance(ms);
  await desk.app.home.refresh();
}

/** Lets as much time pass as lies between two things a person asks for. */
async function aSecondLater(): Promise<void> {
  await settled();
  desk.world.clock.advance(1_000);
}

/** The day of an operator: calls already recorded, reported, delivered to one room each. */
async function fullDay(o: { readonly entries: number; readonly operators?: number }): Promise<void> {
  const clientId = await desk.addClient({ code: 'acme', rooms: ['1001'] });
  await desk.world.recorder.record(
    desk.world.entry(clientId, { operator: { id: desk.operator.id, name: '鈴木' } }),
  );
  await desk.world.deliverOnce();
  const columns = async (table: string, but: readonly string[]) => {
    const { rows } = await sql<{ name: string }>`
      select column_name as name from information_schema.columns where table_name = ${table} order by ordinal_position
    `.execute(db());
    return sql.raw(
      rows
        .map(({ name }) => name)
        .filter((name) => !but.includes(name))
        .join(', '),
    );
  };
  const calls = await columns('calls', ['id', 'entry_key', 'receipt_number', 'recorded_at', 'operator_id']);
  const reports = await columns('reports', ['id', 'call_id']);
  const deliveries = await columns('deliveries', ['id', 'report_id', 'mark']);
  const id = (kind: number) => sql.raw(`('01890000-000${kind}-7000-8000-' || lpad(n::text, 12, '0'))::uuid`);
  await sql`
    insert into calls (id, entry_key, receipt_number, recorded_at, operator_id, ${calls})
    select ${id(1)}, 'copy:' || n, '20260618-1' || lpad(n::text, 4, '0'), recorded_at - n * interval '1 second',
      case when n % ${o.operators ?? 1} = 0 then operator_id else 'U0COPY' || n % ${o.operators ?? 1} end, ${calls}
    from calls, generate_series(1, ${o.entries - 1}) n
  `.execute(db());
  await sql`
    insert into reports (id, call_id, ${reports})
    select ${id(2)}, ${id(1)}, ${reports} from reports, generate_series(1, ${o.entries - 1}) n
  `.execute(db());
  await sql`
    insert into deliveries (id, report_id, mark, ${deliveries})
    select ${id(3)}, ${id(2)}, 'mark' || n, ${deliveries} from deliveries, generate_series(1, ${o.entries - 1}) n
  `.execute(db());
}

describe('an operator’s home', () => {
  it('shows the day as it goes: nothing yet, an entry waiting, an entry sent; and publishes only what is new', async () => {
    await desk.addClient({ code: 'acme', name: '株式会社サンプル商事' });
    const home = await opened(desk.operator.home());
    expect(home.text()).toContain('2026年6月18日(木)の受電');
    expect(home.text()).toContain('今日の登録は、まだありません。');

    await desk.operator.command('acme 用件 03-5550-0123 見積書の件');
    await desk.operator.command('acme 営業電話');
    await later();
    expect(home.text()).toContain('登録 2件 / 報告 1件 / 営業など(報告なし) 1件');
    expect(home.text()).toContain('まだ送り終えていないもの 1件(送信待ち 1)');
    expect(home.text()).toMatch(/\*送信待ち\* {2}13:05 {2}受付番号 20260618-0001/);
    expect(home.text()).toContain('用件\n番号の末尾 0123');
    expect(home.text()).not.toContain('見積書');
    expect(home.text()).not.toContain('5550');

    await desk.world.deliverOnce();
    await later();
    expect(home.text()).toMatch(/\*送信済\* \(2通\) {2}13:05 {2}受付番号 20260618-0001/);
    expect(home.text()).toMatch(/\*報告なし\* {2}13:05 {2}受付番号 20260618-0002/);
    expect(home.text()).toContain('報告はすべて送り終えています。');
    const updates = home.updates();
    for (let look = 0; look < 5; look += 1) await later();
    expect(home.updates()).toBe(updates);
  });

  it('changes an entry as the bot’s message does, and shows what became of it', async () => {
    await desk.addClient({ code: 'acme' });
    for (const memo of ['一', '二']) await desk.operator.command(`acme 用件 ${memo}`);
    const home = await opened(desk.operator.home());
    const correct = await (await home.pick('20260618-0001', '訂正')).modal();
    expect(correct?.title()).toBe('訂正 acme');
    await correct?.fill('name', '佐藤');
    expect(await correct?.submit()).toMatchObject({ type: 'cleared' });
    const kind = await (await home.pick('20260618-0001', '種別を変更')).modal();
    await kind?.choose('new_kind', '営業電話(報告しない)');
    await kind?.fill('reason', '営業だった');
    expect(await kind?.submit()).toMatchObject({ type: 'cleared' });
    const retract = await (await home.pick('20260618-0002', '取消')).modal();
    await retract?.fill('reason', '二重登録');
    expect(await retract?.submit()).toMatchObject({ type: 'cleared' });
    await later();
    expect(home.text()).toMatch(
      /\*報告なし\* {2}13:05 {2}受付番号 20260618-0001\n.*\n営業電話・変更あり\n佐藤様/,
    );
    expect(home.text()).toMatch(/\*取消\* {2}13:05 {2}受付番号 20260618-0002/);
    expect(home.text()).toContain('取消 1件');
    await expect(home.pick('20260618-0002', '訂正')).rejects.toThrow('no menu');
  });

  it('enters a call from the home', async () => {
    await desk.addClient({ code: 'acme' });
    const home = await opened(desk.operator.home());
    const modal = await (await home.press('受電を登録')).modal();
    expect(modal?.title()).toContain('受電');
    expect(modal?.has('client')).toBe(true);
    expect(home.isPublished()).toBe(true);
  });

  it('tells every standing apart, and what not to do about it', async () => {
    await desk.addClient({ code: 'acme', rooms: ['1001', '1002'] });
    const states = ['failed', 'uncertain', 'held', 'sending', 'delivered', 'cancelled'] as const;
    for (const state of states) {
      await desk.operator.command(`acme 用件 ${state}`);
      await sql`
        update deliveries set state = ${state}, lease_until = ${state === 'sending' ? new Date() : null},
          ended_at = ${['failed', 'delivered', 'cancelled'].includes(state) ? desk.world.clock.now() : null}
        where state = 'due'
      `.execute(db());
    }
    // One of the first call's two messages failed and has a stand-in that arrived: nothing is wrong with it.
    await sql`
      insert into deliveries (id, report_id, client_id, destination_id, channel, credential, address, mark, urgent, body,
        template_version, state, next_attempt_at, waiting_since, created_at, updated_at, ended_at, replaces)
      select ${newId()}, report_id, client_id, destination_id, channel, credential, '1003', 'mark', urgent, body,
        template_version, 'delivered', next_attempt_at, waiting_since, created_at, updated_at, ended_at, id
      from deliveries where state = 'failed' and address = '1002'
    `.execute(db());
    const home = await opened(desk.operator.home());
    const lines = home.text().split('\n');
    expect(lines.filter((line) => line.startsWith('*')).map((line) => line.split('  ')[0])).toEqual([
      '*⚠ 失敗* (どこにも届いていません)',
      '*送信済* (2通)',
      '*送信待ち*',
      '*確認待ち*',
      '*⚠ 要確認*',
      '*⚠ 失敗* (2通のうち1通は送信済)',
    ]);
    expect(home.text()).toContain('登録し直さないでください');
    expect(home.text()).toContain('まだ送り終えていないもの 5件(失敗 2・要確認 1・確認待ち 1・送信待ち 1)');
    await aSecondLater();
    await home.choose('home_shown', '要確認・失敗');
    await home.until((seen) => seen.text().includes('6件のうち 3件を表示'));
    expect(home.text()).not.toContain('*送信済*');
  });

  it('P2 says nothing of a message to a client where a call turned out to be sales', async () => {
    await desk.addClient({ code: 'acme', rooms: ['1001'] });
    await desk.operator.command('acme 用件 x');
    await sql`update deliveries set state = 'failed', ended_at = ${desk.world.clock.now()}`.execute(db());
    const home = await opened(desk.operator.home());
    const modal = await (await home.pick('20260618-0001', '種別を変更')).modal();
    await modal?.choose('new_kind', '営業電話(報告しない)');
    await modal?.fill('reason', '営業');
    await modal?.submit();
    await later();
    expect(home.text()).toContain('*報告なし*');
    expect(home.text()).toContain('報告はすべて送り終えています。');
  });

  it('pages and narrows a day of 200 entries, keeps the choice while the day goes on, and not until tomorrow', async () => {
    await fullDay({ entries: 200 });
    await desk.addClient({ code: 'bolt', name: '株式会社ボルト見本' });
    await desk.operator.command('bolt 営業電話');
    const home = await opened(desk.operator.home());
    expect(home.text()).toContain('登録 201件');
    expect(home.text()).toContain('1 / 9 ページ(全201件)');
    expect(JSON.stringify(home.view()).length).toBeLessThan(60_000);
    await aSecondLater();
    await home.press('次へ');
    await home.until((seen) => seen.text().includes('2 / 9 ページ'));
    await aSecondLater();
    await home.choose('home_client', 'acme');
    await home.until((seen) => seen.text().includes('1 / 8 ページ(全200件)'));
    expect(home.text()).toContain('絞り込み中: 201件のうち 200件を表示しています。');
    expect(home.chosen('home_client')).toContain('acme');
    await desk.operator.command('acme 営業電話');
    await later();
    expect(home.text()).toContain('絞り込み中: 202件のうち 201件を表示しています。');
    await aSecondLater();
    await home.press('すべて表示');
    await home.until((seen) => seen.text().includes('1 / 9 ページ(全202件)'));
    expect(home.chosen('home_client')).toBe('すべての顧客');
    await aSecondLater();
    await home.choose('home_shown', '取消');
    await home.until((seen) => seen.text().includes('この条件に合う登録はありません。'));
    // Past midnight in Japan.
    await settled();
    desk.world.clock.set('2026-06-18T15:00:01Z');
    await opened(home);
    await home.until((seen) => seen.text().includes('6月19日(金)'));
    expect(home.chosen('home_shown')).toBe('すべての登録');
  });
});

describe('who sees what', () => {
  it('P9 shows an operator their own entries only, whatever is asked for, and a stranger whom to ask', async () => {
    await desk.addClient({ code: 'acme', name: '株式会社サンプル商事' });
    await desk.operator.command('acme 用件 x');
    const colleague = desk.sandbox.slack.person(SANDBOX_OPERATORS[1].id);
    const theirs = await opened(colleague.home());
    expect(theirs.text()).toContain('今日の登録は、まだありません。');
    await sql`update homes set choice = choice || ${JSON.stringify({ operatorId: desk.operator.id })}::jsonb`.execute(
      db(),
    );
    await settled();
    desk.world.clock.advance(61_000);
    await theirs.press('最新にする');
    await theirs.until((seen) => seen.updates() > 0);
    expect(theirs.text()).not.toContain('acme');

    const stranger = await opened(desk.sandbox.slack.person('U0STRANGER1', '山田').home());
    expect(stranger.text()).toBe(
      'ここはオペレーターのためのページです。\nご利用になる場合は、管理者(<@U0SUPERVIS1>)へご連絡ください。',
    );
    expect(JSON.stringify(stranger.view())).not.toContain('acme');
    expect(await db().selectFrom('homes').select('user_id').execute()).toEqual([{ user_id: colleague.id }]);
  });

  it('P9 takes the page away from who was taken off the list', async () => {
    // Later than any other test: what Slack said of the list is believed for a minute.
    desk.world.clock.set('2026-06-20T04:05:00Z');
    await desk.addClient({ code: 'acme' });
    await desk.operator.command('acme 用件 x');
    const home = await opened(desk.operator.home());
    expect(home.text()).toContain('acme');
    const press = home.view();
    desk.sandbox.slack.setUserGroup(desk.sandbox.slack.operatorGroup, ['U0SOMEBODY']);
    await later(61_000);
    expect(home.text()).toContain('ご連絡ください');
    expect(home.text()).not.toContain('acme');
    // A press that was on its way is answered with nothing of a call either.
    const [callId] = (await db().selectFrom('calls').select('id').execute()).map(({ id }) => id);
    const answer = await desk.sandbox.slack.raw({
      body: new URLSearchParams({
        payload: JSON.stringify({
          type: 'block_actions',
          user: { id: desk.operator.id },
          team: { id: 'T1' },
          view: press,
          actions: [{ type: 'button', block_id: 'home.do', action_id: 'home_renew', value: callId }],
        }),
      }).toString(),
    });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(home.text()).toContain('ご連絡ください');
    desk.sandbox.slack.setUserGroup(
      desk.sandbox.slack.operatorGroup,
      SANDBOX_OPERATORS.map(({ id }) => id),
    );
    desk.world.clock.advance(61_000);
    await opened(home);
    await home.until((seen) => seen.text().includes('acme'));
  });

  it('gives supervisors everybody’s entries, what waits, cases, destinations, and decisions', async () => {
    const acme = await desk.addClient({ code: 'acme', name: '株式会社サンプル商事', rooms: ['1001'] });
    await desk.addClient({ code: 'bolt', name: '株式会社ボルト見本', rooms: ['2001'] });
    await desk.operator.command('acme 用件 x');
    const colleague = desk.sandbox.slack.person(SANDBOX_OPERATORS[1].id);
    await colleague.command('bolt 用件 y');
    await sql`update deliveries set state = 'uncertain', looks = 4 where client_id = ${acme}`.execute(db());
    const now = desk.world.clock.now();
    const caseId = newId();
    await db()
      .insertInto('cases')
      .values({
        id: caseId,
        client_id: acme,
        number_e164: '+81355500123',
        kind: 'harassment',
        state: 'open',
        opened_at: now,
        last_call_at: now,
        next_at: null,
        last_seq: 1,
        updated_at: now,
      })
      .execute();
    await sql`insert into case_calls (call_id, case_id, joined_at) select id, ${caseId}, ${now} from calls where client_id = ${acme}`.execute(
      db(),
    );
    await sql`update destinations set disabled_at = ${now}, disabled_reason = 'x' where address = '2001'`.execute(
      db(),
    );
    desk.world.clock.advance(7 * 60_000);

    const home = await opened(supervisor().home());
    expect(home.text()).toContain('全員の登録 2件');
    expect(home.text()).toContain('送信待ち 1通(いちばん古いものは 13:05 から、5分以上)');
    expect(home.text()).toContain('要確認 1通');
    expect(home.text()).toMatch(
      /対応中の案件\*\n#\d+ acme 株式会社サンプル商事: 嫌がらせ電話 1件、回答待ち、最後の電話 13:05/,
    );
    expect(home.text()).not.toContain('81355500123');
    expect(home.text()).toContain(
      '届かないため止めている宛先*\nbolt 株式会社ボルト見本: Chatwork 2001(13:05 に停止)',
    );
    expect(home.text()).toContain('受付: 鈴木');
    expect(home.text()).toContain('受付: 高橋');

    expect(home.text()).toContain('受付番号 20260618-0001 13:05 から\n宛先 Chatwork 1001\n宛先を見て');
    await aSecondLater();
    await home.press('届いている');
    await home.until((seen) => !seen.text().includes('届いたかどうか分からない報告'));
    const [audit] = await db().selectFrom('audit_log').selectAll().execute();
    expect(audit).toMatchObject({ action: 'delivery.confirmed', actor: SANDBOX_SUPERVISOR.id });

    await aSecondLater();
    await home.choose('home_operator', '高橋');
    await home.until((seen) => seen.text().includes('2件のうち 1件を表示'));
    expect(home.text()).not.toContain('受付: 鈴木');
    const modal = await (await home.pick('20260618-0002', '訂正')).modal();
    expect(modal?.title()).toBe('訂正 bolt');
  });

  it('holds a supervisor’s day of 1,400 entries within Slack’s limits, and finds what changed by its indexes', async () => {
    await fullDay({ entries: 1_400, operators: 60 });
    const home = await opened(supervisor().home());
    expect(home.text()).toContain('全員の登録 1400件');
    expect(home.text()).toContain('1 / 56 ページ(全1400件)');
    const json = JSON.stringify(home.view());
    expect(Buffer.byteLength(json)).toBeLessThan(100_000);

    // However small the tables of a test: no part of it needs to read one whole but those of what is open.
    const plan = async (query: ReturnType<typeof floorPulseQuery> | ReturnType<typeof operatorPulsesQuery>) =>
      await db()
        .transaction()
        .execute(async (trx) => {
          await sql`set local enable_seqscan = off`.execute(trx);
          const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${query}`.execute(trx);
          return rows.map((row) => row['QUERY PLAN']).join('\n');
        });
    const floor = await plan(floorPulseQuery(DAY, desk.world.clock.now()));
    for (const index of [
      'calls_recorded',
      'call_changes_at',
      'deliveries_waiting',
      'deliveries_uncertain',
      'deliveries_failed',
      'destinations_disabled',
    ]) {
      expect(floor).toContain(index);
    }
    expect(floor).toMatch(/deliveries_(leased|open_by_client)/);
    expect(floor).not.toContain('Seq Scan');
    const own = await plan(operatorPulsesQuery([desk.operator.id], DAY));
    for (const index of [
      'calls_operator_recorded',
      'reports_call_id_sequence_key',
      'deliveries_report_id_channel_address_key',
    ]) {
      expect(own).toContain(index);
    }
    expect(own).not.toContain('Seq Scan');
  });
});

describe('Slack’s limits', () => {
  it('obeys 429: asks no more before Slack allows, for anybody, and then shows what was missed', async () => {
    const home = await opened(desk.operator.home());
    await desk.addClient({ code: 'acme' });
    const limited = desk.sandbox.fail({
      service: 'slack',
      operation: 'views.publish',
      times: 'always',
      failure: { how: 'rate_limited', retryAfter: 30 },
    });
    await desk.operator.command('acme 営業電話');
    await later();
    expect(limited.hits()).toBe(1);
    await supervisor().home().open();
    for (const ms of [5_000, 10_000, 14_000]) await later(ms);
    expect(limited.hits()).toBe(1);
    limited.cancel();
    await later(1_001);
    expect(home.text()).toContain('登録 1件');
    expect(supervisor().home().text()).toContain('全員の登録 1件');
    expect(desk.logged()).not.toContain('株式会社');

    // A 429 without a time: nobody asks for five seconds.
    const unnamed = desk.sandbox.fail({
      service: 'slack',
      operation: 'views.publish',
      times: 'always',
      failure: { how: 'rate_limited', retryAfter: null },
    });
    await desk.operator.command('acme 営業電話');
    await later();
    await later(4_000);
    expect(unnamed.hits()).toBe(1);
    unnamed.cancel();
    await later(1_001);
    expect(supervisor().home().text()).toContain('全員の登録 2件');
    await later(25_000);
    expect(home.text()).toContain('登録 2件');
  });

  it('P8 updates one home every few seconds at most, and leaves what people ask for its share', async () => {
    await desk.addClient({ code: 'acme' });
    const home = await opened(desk.operator.home());
    for (let look = 0; look < 3; look += 1) {
      await desk.operator.command('acme 営業電話');
      await later(900);
    }
    expect(home.updates()).toBe(0);
    await later(900);
    expect(home.updates()).toBe(1);
    expect(home.text()).toContain('登録 3件');
    granted = (name) => name === 'slack.home';
    await desk.operator.command('acme 営業電話');
    await later();
    expect(home.updates()).toBe(1);
    await home.press('最新にする');
    await home.until((seen) => seen.updates() === 2);
    await settled();
    let denied = 0;
    granted = () => {
      denied += 1;
      return false;
    };
    desk.world.clock.advance(61_000);
    await home.press('最新にする');
    await vi.waitFor(() => expect(denied).toBe(1));
    await settled();
    expect(home.updates()).toBe(2);
    granted = () => true;
    await later(0);
    expect(home.updates()).toBe(3);
  });

  it('publishes once from several processes, and never an older page over a newer one', async () => {
    const other = otherProcess();
    await desk.addClient({ code: 'acme' });
    const home = await opened(desk.operator.home());
    await desk.operator.command('acme 営業電話');
    desk.world.clock.advance(10_000);
    await Promise.all([desk.app.home.refresh(), other.home.refresh(), desk.app.home.refresh()]);
    expect(home.updates()).toBe(1);

    // The other process is stopped in the middle of publishing; this one goes on.
    await desk.operator.command('acme 営業電話');
    desk.world.clock.advance(10_000);
    const release = other.hold();
    const stuck = other.home.refresh();
    await other.held();
    await desk.operator.command('acme 営業電話');
    desk.world.clock.advance(10_000);
    await desk.app.home.refresh();
    expect(home.updates()).toBe(1);
    desk.world.clock.advance(20_000);
    await desk.app.home.refresh();
    expect(home.text()).toContain('登録 3件');
    release();
    await stuck;
    expect(home.updates()).toBe(2);
    expect(home.text()).toContain('登録 3件');
    await later();
    expect(home.updates()).toBe(2);
  });

  it('rests when Slack will not have it, keeps quiet about why, and looks at no home that was left long ago', async () => {
    const refused = desk.sandbox.fail({
      service: 'slack',
      operation: 'views.publish',
      times: 'always',
      failure: { how: 'error', error: 'not_enabled' },
    });
    await desk.operator.home().open();
    await vi.waitFor(() => expect(refused.hits()).toBe(1));
    for (let look = 0; look < 4; look += 1) await later(5_000);
    expect(refused.hits()).toBe(1);
    await later(15_000);
    expect(refused.hits()).toBe(2);
    await later(1_800_000);
    expect(refused.hits()).toBe(2);
    expect(desk.logged()).toContain('not_enabled');
  });

  it('answers Slack although the database is away, and shows the home when it is back', async () => {
    desk.database.set('away');
    const home = desk.operator.home();
    expect(await home.open()).toMatchObject({ type: 'answered', status: 200 });
    desk.database.set('up');
    await opened(home);
    await home.open({ tab: 'messages' });
    expect(home.text()).toContain('の受電');
  });
});

/** A second process that shares the database, and whose calls to Slack can be held up. */
function otherProcess() {
  const { sandbox, world } = desk;
  const log = pino({ level: 'silent' });
  const web = createWebClient(
    sandbox.slack.botToken,
    webClientOptions({ apiUrl: sandbox.slack.url, timeoutMs: 5_000, logger: createBoltLogger(log) }),
  );
  let gate: Promise<void> = Promise.resolve();
  let waiting = 0;
  const publish: typeof web.views.publish = async (args) => {
    waiting += 1;
    await gate;
    return await web.views.publish(args);
  };
  const home = createHome({
    db: world.db,
    limits,
    slack: { views: { ...web.views, publish } },
    allowList: { allows: async () => true },
    supervisors: { allows: async () => false },
    supervisorIds: [],
    clock: world.clock.now,
    newId,
    log,
    settings: DEFAULT_OPERATOR_SETTINGS,
  });
  return {
    home,
    hold() {
      waiting = 0;
      let release = (): void => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
    held: () => vi.waitFor(() => expect(waiting).toBe(1)),
  };
}
