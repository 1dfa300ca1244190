import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Person, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { startTeaApp, teaForm } from './tea-app.ts';

let sandbox: Sandbox;
let tea: Awaited<ReturnType<typeof startTeaApp>>;
let person: Person;

beforeEach(async () => {
  sandbox = await startSandbox({ limits: { ackMs: 1_000, triggerMs: 1_500 } });
  tea = await startTeaApp(sandbox);
  person = sandbox.slack.person('U0GUEST01', '山田');
});
afterEach(async () => {
  await tea.stop();
  await sandbox.close();
});

const order = () => person.openModal('', { command: '/tea' });
const heard = (name: string) => tea.heard.filter((entry) => entry.name === name).map((entry) => entry.body);

describe('commands', () => {
  it('carry what Slack sends and show what the app answers, to that person only', async () => {
    const reply = await person.command('now', { command: '/tea' });
    expect(reply.failed).toBeNull();
    expect(reply.message?.text).toBe('すぐにお持ちします');
    expect(heard('command')[0]).toMatchObject({
      command: '/tea',
      text: 'now',
      user_id: 'U0GUEST01',
      team_id: sandbox.slack.teamId,
      channel_id: 'C0FRONTDESK',
    });
    expect(sandbox.arrived()).toMatchObject([
      { kind: 'response', visibleTo: 'U0GUEST01', text: 'すぐにお持ちします' },
    ]);
  });

  it('take answers through the response URL, five times', async () => {
    const reply = await person.command('later', { command: '/tea' });
    await vi.waitFor(() =>
      expect(reply.later().map((message) => message.text)).toEqual(['あとでお持ちします']),
    );
    const url = String(heard('command')[0]?.response_url);
    const post = () => fetch(url, { method: 'POST', body: JSON.stringify({ text: 'x' }) });
    for (let n = 0; n < 4; n += 1) expect((await post()).status).toBe(200);
    const used = await post();
    expect([used.status, await used.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
    const unknown = await fetch(url.replace(/[^/]+$/, 'nothing'), { method: 'POST', body: '{}' });
    expect(await unknown.json()).toEqual({ ok: false, error: 'expired_url' });
  });

  it('fail in Slack’s words when the app is silent, away, or does not know them', async () => {
    expect((await person.command('never', { command: '/tea' })).failed).toBe('operation_timeout');
    sandbox.slack.connectTo('http://127.0.0.1:1/');
    expect((await person.command('now', { command: '/tea' })).failed).toBe('dispatch_failed');
  });

  it('can be replayed byte for byte', async () => {
    const reply = await person.command('now', { command: '/tea' });
    const again = await person.replay(reply.request);
    expect(again).toMatchObject({ type: 'answered', status: 200 });
    expect(heard('command')).toHaveLength(2);
    expect(heard('command')[1]).toEqual(heard('command')[0]);
  });

  it('throw when no modal opens where one was expected', async () => {
    await expect(person.openModal('now', { command: '/tea' })).rejects.toThrow('すぐにお持ちします');
  });
});

describe('a modal', () => {
  it('is filled in by labels and submitted with every value Slack would send', async () => {
    const modal = await order();
    expect(modal.title()).toBe('お茶の注文');
    await modal.choose('種類', '緑茶');
    await modal.until((seen) => seen.updates() === 1);
    expect(await modal.search('お店', '治')).toEqual([{ text: '宇治の店', value: '宇治' }]);
    await modal.pick('お店', '京');
    await modal.fill('ひとこと', '熱いのを');
    await modal.setTime('時刻', new Date('2024-06-20T04:05:00Z'));
    expect(modal.value('お店')).toBe('京都');
    const result = await modal.submit();
    expect(result.type).toBe('closed');
    expect(modal.isOpen()).toBe(false);
    const [submission] = heard('submission');
    expect(submission).toMatchObject({
      type: 'view_submission',
      view: {
        root_view_id: modal.rootViewId,
        state: {
          values: {
            sort: { sort: { type: 'static_select', selected_option: { value: 'green' } } },
            shop: { shop: { type: 'external_select', selected_option: { value: '京都' } } },
            note: { note: { type: 'plain_text_input', value: '熱いのを' } },
            when: { when: { type: 'datetimepicker', selected_date_time: 1_718_856_300 } },
          },
        },
      },
    });
    expect(submission).not.toHaveProperty('response_url');
  });

  it('tells the app of a choice with the whole state, and keeps what was typed when the view changes', async () => {
    const modal = await order();
    await modal.fill('note', '濃いめ');
    await modal.choose('sort', 'black');
    await modal.until((seen) => seen.has('ミルク'));
    expect(heard('action')[0]).toMatchObject({
      actions: [{ type: 'static_select', action_id: 'sort', selected_option: { value: 'black' } }],
      view: { state: { values: { note: { note: { value: '濃いめ' } } } } },
    });
    await modal.check('milk', '多め');
    expect(modal.value('milk')).toEqual(['much']);
    await modal.choose('sort', 'green');
    await modal.until((seen) => !seen.has('ミルク'));
    expect(modal.value('note')).toBe('濃いめ');
    expect(modal.value('sort')).toBe('green');
  });

  it('is held back by Slack while a required field is empty or a text too long', async () => {
    const modal = await order();
    await modal.fill('note', 'x'.repeat(21));
    expect(await modal.submit()).toMatchObject({
      type: 'held_back',
      errors: { sort: expect.any(String), note: expect.any(String) },
    });
    expect(heard('submission')).toEqual([]);
  });

  it('shows the app’s errors and stays, with everything typed', async () => {
    const modal = await order();
    await modal.choose('sort', '緑茶');
    await modal.fill('note', '苦い');
    expect(await modal.submit()).toMatchObject({ type: 'errors', errors: { note: '別のことばで' } });
    expect(modal.value('note')).toBe('苦い');
    await modal.fill('note', '的外れ');
    expect(await modal.submit()).toMatchObject({
      type: 'failed',
      reason: expect.stringContaining('buttons'),
    });
    await modal.fill('note', '黙る');
    expect(await modal.submit()).toMatchObject({ type: 'failed', reason: 'timeout' });
    expect(modal.isOpen()).toBe(true);
  });

  it('can be replaced, stacked up to three, and cleared', async () => {
    const modal = await order();
    await modal.choose('sort', '緑茶');
    await modal.fill('note', '替える');
    expect((await modal.submit()).type).toBe('updated');
    expect(modal.title()).toBe('替えました');
    await modal.fill('note', '重ねる');
    expect((await modal.submit()).type).toBe('pushed');
    expect(modal.title()).toBe('二枚目');
    expect(modal.viewId()).not.toBe(modal.rootViewId);
    await modal.press('おすすめ');
    await modal.until((seen) => seen.title() === 'おすすめ');
    await modal.choose('sort', '緑茶');
    await modal.fill('note', '重ねる');
    expect(await modal.submit()).toMatchObject({ type: 'failed', reason: 'push_limit_reached' });
    await modal.fill('note', '全部');
    expect((await modal.submit()).type).toBe('cleared');
    expect(modal.isOpen()).toBe(false);
  });

  it('tells of its closing where the view asks for it', async () => {
    const modal = await order();
    await modal.close();
    expect(heard('closed')).toMatchObject([{ type: 'view_closed', is_cleared: false }]);
  });

  it('tells of Enter in a field that dispatches', async () => {
    const modal = await order();
    await modal.fill('note', '熱い');
    expect(heard('note')).toEqual([]);
    await modal.enter('note');
    expect(heard('note')).toMatchObject([{ actions: [{ type: 'plain_text_input', value: '熱い' }] }]);
  });

  it('names what there is when a field, an option or a button is not', async () => {
    const modal = await order();
    await expect(modal.fill('電話番号', 'x')).rejects.toThrow('「ひとこと」');
    await expect(modal.choose('種類', 'ほうじ茶')).rejects.toThrow('緑茶 | 紅茶');
    await expect(modal.press('消す')).rejects.toThrow('no button');
    await expect(modal.pick('お店', 'x')).rejects.toThrow('nothing is offered');
    expect(modal.text()).toContain('ひとこと');
    expect(await modal.search('お店', '')).toEqual([]);
  });
});

describe('triggers', () => {
  it('open one view, soon, and only when they are known', async () => {
    await person.command('now', { command: '/tea' });
    const triggerId = String(heard('command')[0]?.trigger_id);
    const open = async (trigger: string) => {
      try {
        await tea.app.client.views.open({ trigger_id: trigger, view: teaForm() });
        return 'ok';
      } catch (error) {
        return (error as { data: { error: string } }).data.error;
      }
    };
    expect(await open('1.2.nothing')).toBe('invalid_trigger_id');
    expect(await open(triggerId)).toBe('ok');
    expect(await open(triggerId)).toBe('exchanged_trigger_id');
  });

  it('expire', async () => {
    let now = Date.now();
    const timed = await startSandbox({ clock: () => new Date(now) });
    const app = await startTeaApp(timed);
    await timed.slack.person('U0GUEST01').command('now', { command: '/tea' });
    now += 3_001;
    const opened = app.app.client.views.open({
      trigger_id: String(app.heard[0]?.body.trigger_id),
      view: teaForm(),
    });
    await expect(opened).rejects.toMatchObject({ data: { error: 'expired_trigger_id' } });
    await app.stop();
    await timed.close();
  });
});

describe('views', () => {
  it('refuse an update under an old hash, and a view that breaks the limits', async () => {
    const modal = await order();
    const update = async (o: object) => {
      try {
        await tea.app.client.apiCall('views.update', { view_id: modal.viewId(), view: teaForm(), ...o });
        return 'ok';
      } catch (error) {
        const { data } = error as { data: { error: string; response_metadata: { messages?: string[] } } };
        return [data.error, ...(data.response_metadata.messages ?? [])].join(' ');
      }
    };
    expect(await update({ hash: 'old' })).toBe('hash_conflict');
    expect(await update({ hash: String(modal.view().hash) })).toBe('ok');
    expect(await update({ view_id: 'V0NONE' })).toBe('not_found');
    expect(await update({ view: teaForm({ title: 'x'.repeat(25) }) })).toContain(
      'less than 25 characters [json-pointer:/view/title/text]',
    );
    expect(await update({ view: { ...teaForm(), private_metadata: 'x'.repeat(3001) } })).toContain(
      'private_metadata',
    );
    expect(await update({ view: { ...teaForm(), submit: undefined } })).toContain('submit');
    expect(await update({ view: { ...teaForm(), type: 'home' } })).toContain('/view/type');
    expect(await update({ view: { ...teaForm(), private_metadata: 'x'.repeat(250_001) } })).toBe(
      'view_too_large',
    );
  });

  it('publish a home tab', async () => {
    const { client } = tea.app;
    const view = { type: 'home' as const, blocks: [{ type: 'divider' as const }] };
    const first = await client.views.publish({ user_id: person.id, view });
    const second = await client.views.publish({ user_id: person.id, view });
    expect(second.view?.id).toBe(first.view?.id);
    await expect(client.views.publish({ user_id: 'U0NOBODY', view })).rejects.toMatchObject({
      data: { error: 'user_not_found' },
    });
    const publish = async (args: object) => {
      const { error } = await client
        .apiCall('views.publish', { user_id: person.id, ...args })
        .catch((refusal) => refusal.data);
      return error ?? 'ok';
    };
    expect(await publish({ view, hash: first.view?.hash })).toBe('hash_conflict');
    expect(await publish({ view, hash: second.view?.hash })).toBe('ok');
    expect(await publish({ view: { ...view, title: { type: 'plain_text', text: 'x' } } })).toBe(
      'invalid_arguments',
    );
    expect(await publish({ view: { ...view, blocks: Array(101).fill({ type: 'divider' }) } })).toBe(
      'invalid_arguments',
    );
    // A modal does not take the home away, and a reset forgets it.
    await order();
    expect(await publish({ view })).toBe('ok');
    sandbox.reset();
    expect(person.home().isPublished()).toBe(false);
    expect(await publish({ view })).toBe('ok');
  });

  it('use a home tab: the app hears of its opening, of buttons and of menus', async () => {
    const option = (value: string) => ({ text: { type: 'plain_text' as const, text: `${value}茶` }, value });
    const blocks = [
      {
        type: 'section' as const,
        block_id: 'row',
        text: { type: 'plain_text' as const, text: '一杯目' },
        accessory: { type: 'overflow' as const, action_id: 'more', options: [option('緑'), option('紅')] },
      },
      {
        type: 'actions' as const,
        block_id: 'do',
        elements: [
          { type: 'static_select' as const, action_id: 'sort', options: [option('緑'), option('紅')] },
          {
            type: 'button' as const,
            action_id: 'advice',
            text: { type: 'plain_text' as const, text: '聞く' },
          },
        ],
      },
    ];
    const events: object[] = [];
    tea.app.event('app_home_opened', async ({ event, client }) => {
      events.push(event);
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
    });
    const more: object[] = [];
    tea.app.action('more', async ({ ack, body }) => {
      more.push(body);
      await ack();
    });
    const home = person.home();
    await home.open({ tab: 'messages' });
    await home.open();
    await home.until((seen) => seen.isPublished());
    await home.open();
    await home.until((seen) => seen.updates() >= 2);
    expect(events).toMatchObject([
      { tab: 'messages' },
      { tab: 'home', user: person.id },
      { view: { type: 'home' } },
    ]);
    expect(events[1]).not.toHaveProperty('view');
    await home.pick('一杯目', '紅茶');
    expect(more[0]).toMatchObject({
      container: { type: 'view' },
      view: { type: 'home' },
      actions: [{ type: 'overflow', block_id: 'row', selected_option: { value: '紅' } }],
    });
    expect(more[0]).not.toHaveProperty('response_url');
    expect(home.chosen('sort')).toBeNull();
    await home.choose('sort', '緑茶');
    expect(home.chosen('sort')).toBe('緑茶');
    await expect(home.press('ない')).rejects.toThrow('no button');
    await expect(home.pick('二杯目', '紅茶')).rejects.toThrow('no menu');
    await expect(home.choose('more', '白湯')).rejects.toThrow('not offered');

    const page = await (await fetch(`${sandbox.page.url}?section=staff`)).text();
    expect(page).toContain('さんのホーム');
    expect(page).toContain('一杯目');
  });

  it('are published so often in a minute, and then refused with a time to wait', async () => {
    const strict = await startSandbox({ limits: { slackPublishes: 2 } });
    const post = () =>
      fetch(`${strict.slack.url}views.publish`, {
        method: 'POST',
        headers: { authorization: `Bearer ${strict.slack.botToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          user_id: 'U0OPERATOR1',
          view: { type: 'home', blocks: [{ type: 'divider' }] },
        }),
      });
    expect([(await post()).status, (await post()).status]).toEqual([200, 200]);
    const refused = await post();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    strict.reset();
    expect((await post()).status).toBe(200);
    await strict.close();
  });
});

describe('messages', () => {
  it('have buttons that can be pressed, and be replaced', async () => {
    const posted = await tea.app.client.chat.postMessage({
      channel: person.id,
      text: 'お茶が入りました',
      blocks: [
        {
          type: 'actions',
          block_id: 'done',
          elements: [
            {
              type: 'button',
              action_id: 'done',
              value: 'd-1',
              text: { type: 'plain_text', text: '対応済み' },
            },
          ],
        },
      ],
    });
    const at = { channelId: posted.channel ?? '', ts: posted.ts ?? '' };
    await person.press(at, '対応済み');
    expect(heard('done')[0]).toMatchObject({
      container: { type: 'message', channel_id: at.channelId, message_ts: at.ts },
      actions: [{ action_id: 'done', value: 'd-1' }],
      message: { text: 'お茶が入りました' },
    });
    await vi.waitFor(() =>
      expect(person.directMessages()).toMatchObject([{ text: '対応済み', edited: true }]),
    );
    await expect(person.press(at, '対応済み')).rejects.toThrow('no button');
    expect(sandbox.slack.messages(at.channelId)).toHaveLength(1);
  });

  it('are awaited', async () => {
    const waiting = person.waitForDirectMessages(2);
    await tea.app.client.chat.postMessage({ channel: person.id, text: '1' });
    await tea.app.client.chat.postMessage({ channel: person.id, text: '2' });
    expect((await waiting).map((message) => message.text)).toEqual(['1', '2']);
    await expect(person.waitForDirectMessages(3, 20)).rejects.toThrow('2 direct messages instead of 3');
  });

  it('of people reach the app as events', async () => {
    await person.say('ありがとう');
    await vi.waitFor(() =>
      expect(heard('message')).toMatchObject([{ text: 'ありがとう', channel_type: 'im', user: person.id }]),
    );
  });
});

describe('requests by hand', () => {
  it('are signed unless told otherwise', async () => {
    const body = new URLSearchParams({ command: '/tea', text: 'now', user_id: 'U0GUEST01' }).toString();
    expect((await sandbox.slack.raw({ body })).status).toBe(200);
    expect((await sandbox.slack.raw({ body, secret: 'other' })).status).toBe(401);
    expect((await sandbox.slack.raw({ body, signature: null })).status).toBe(401);
    expect((await sandbox.slack.raw({ body, timestamp: '1' })).status).toBe(401);
  });
});
