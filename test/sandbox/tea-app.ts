import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, type Logger, LogLevel, type types } from '@slack/bolt';
import type { Sandbox } from '../../src/sandbox/index.ts';

const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (value: string, text: string) => ({ text: plain(text), value });

/** A tea order form: enough of Block Kit to drive every gesture of the pretend person. */
export function teaForm(o: { readonly sort?: string; readonly title?: string } = {}): types.ModalView {
  return {
    type: 'modal',
    callback_id: 'tea',
    title: plain(o.title ?? 'お茶の注文'),
    submit: plain('注文'),
    close: plain('閉じる'),
    notify_on_close: true,
    blocks: [
      {
        type: 'input',
        block_id: 'sort',
        dispatch_action: true,
        label: plain('種類'),
        element: {
          type: 'static_select',
          action_id: 'sort',
          options: [option('green', '緑茶'), option('black', '紅茶')],
        },
      },
      {
        type: 'input',
        block_id: 'shop',
        label: plain('お店'),
        optional: true,
        element: { type: 'external_select', action_id: 'shop', min_query_length: 1 },
      },
      {
        type: 'input',
        block_id: 'note',
        label: plain('ひとこと'),
        optional: true,
        dispatch_action: true,
        element: { type: 'plain_text_input', action_id: 'note', max_length: 20 },
      },
      ...(o.sort === 'black'
        ? [
            {
              type: 'input' as const,
              block_id: 'milk',
              label: plain('ミルク'),
              optional: true,
              element: {
                type: 'checkboxes' as const,
                action_id: 'milk',
                options: [option('hot', '温める'), option('much', '多め')],
              },
            },
          ]
        : []),
      {
        type: 'input',
        block_id: 'when',
        label: plain('時刻'),
        optional: true,
        element: { type: 'datetimepicker', action_id: 'when' },
      },
      {
        type: 'actions',
        block_id: 'buttons',
        elements: [{ type: 'button', action_id: 'advice', text: plain('おすすめ') }],
      },
    ],
  };
}

/** A real Bolt app over HTTP or Socket Mode, talking to the sandbox alone. */
export async function startTeaApp(sandbox: Sandbox, o: { readonly socketMode?: boolean } = {}) {
  const heard: { name: string; body: Record<string, unknown> }[] = [];
  const { slack } = sandbox;
  const clientOptions = { slackApiUrl: slack.url, retryConfig: { retries: 0 } };
  const receiver = o.socketMode
    ? undefined
    : new HTTPReceiver({ signingSecret: slack.signingSecret, logger: SILENT });
  const app = new App({
    token: slack.botToken,
    logger: SILENT,
    clientOptions,
    ...(receiver === undefined ? { socketMode: true, appToken: slack.appToken } : { receiver }),
  });
  app.command('/tea', async ({ command, ack, client, respond, body }) => {
    heard.push({ name: 'command', body: { ...body } });
    if (command.text === 'now') return ack({ response_type: 'ephemeral', text: 'すぐにお持ちします' });
    if (command.text === 'later') {
      await ack();
      await respond('あとでお持ちします');
      return;
    }
    if (command.text === 'never') return;
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: teaForm() });
  });
  app.action('sort', async ({ ack, body, client, action }) => {
    heard.push({ name: 'action', body: { ...body } });
    await ack();
    if (body.type !== 'block_actions' || body.view === undefined || action.type !== 'static_select') return;
    const { id, hash } = body.view;
    await client.views.update({ view_id: id, hash, view: teaForm({ sort: action.selected_option.value }) });
  });
  app.action('advice', async ({ ack, body, client }) => {
    heard.push({ name: 'action', body: { ...body } });
    await ack();
    if (body.type !== 'block_actions') return;
    await client.views.push({ trigger_id: body.trigger_id, view: teaForm({ title: 'おすすめ' }) });
  });
  app.action('note', async ({ ack, body }) => {
    heard.push({ name: 'note', body: { ...body } });
    await ack();
  });
  app.action('done', async ({ ack, body, respond }) => {
    heard.push({ name: 'done', body: { ...body } });
    await ack();
    await respond({ replace_original: true, text: '対応済み' });
  });
  app.options('shop', async ({ ack, payload }) => {
    await ack({
      options: ['京都', '宇治', '静岡']
        .filter((name) => name.includes(payload.value))
        .map((name) => option(name, `${name}の店`)),
    });
  });
  app.view('tea', async ({ ack, view, body }) => {
    heard.push({ name: 'submission', body: { ...body } });
    const note = view.state.values.note?.note?.value;
    if (note === '苦い') return ack({ response_action: 'errors', errors: { note: '別のことばで' } });
    if (note === '的外れ') return ack({ response_action: 'errors', errors: { buttons: 'x' } });
    if (note === '替える') return ack({ response_action: 'update', view: teaForm({ title: '替えました' }) });
    if (note === '重ねる') return ack({ response_action: 'push', view: teaForm({ title: '二枚目' }) });
    if (note === '全部') return ack({ response_action: 'clear' });
    if (note === '黙る') return;
    return ack();
  });
  app.view({ callback_id: 'tea', type: 'view_closed' }, async ({ ack, body }) => {
    heard.push({ name: 'closed', body: { ...body } });
    await ack();
  });
  app.message(async ({ message }) => {
    heard.push({ name: 'message', body: { ...message } });
  });
  if (receiver === undefined) {
    await app.start();
  } else {
    const server = await receiver.start(0);
    slack.connectTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  }
  return { app, heard, stop: () => app.stop() };
}
