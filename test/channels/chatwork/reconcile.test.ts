import { afterEach, describe, expect, it } from 'vitest';
import { createChatworkChannel } from '../../../src/channels/chatwork/channel.ts';
import { deliveryMark } from '../../../src/domain/delivery.ts';
import { type Answer, answer, json, openScriptedHttp } from '../../contract/far-sides/http-far-side.ts';

const ROOM = '36818150';
const DELIVERY = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
const MARK = deliveryMark(DELIVERY);
const STARTED = Date.parse('2024-06-20T04:05:06Z');
const ME = 2739132;
const signal = new AbortController().signal;

type Message = { message_id: string; account: { account_id: number }; body: string; send_time: number };
const posted = (o: Partial<Message> & { id?: string; by?: number } = {}): Message => ({
  message_id: o.id ?? '984676321621704704',
  account: { account_id: o.by ?? ME },
  body: o.body ?? `[info]受付番号 20240620-0012 ${MARK}[/info]`,
  send_time: o.send_time ?? STARTED / 1000 + 1,
});
/** Talk of others, newest last, ending at the attempt. */
const chatter = (count: number, oldestSeconds: number): Message[] =>
  Array.from({ length: count }, (_, nth) =>
    posted({ id: String(1000 + nth), by: 99, body: 'お疲れさまです', send_time: oldestSeconds + nth }),
  );

describe('chatwork: looking for a message whose answer was lost', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
  const rig = async (room: Answer | (() => Answer), account: Answer = json(200, { account_id: ME })) => {
    const farSide = await openScriptedHttp((socket, request) => {
      const shown = typeof room === 'function' ? room() : room;
      answer(socket, request.path === '/me' ? account : shown);
    });
    const channel = createChatworkChannel({
      apiToken: 'chatwork-token-3f9c2e71a8',
      apiUrl: farSide.url,
      clock: () => new Date(STARTED + 5_000),
      timeouts: { connectMs: 300, totalMs: 500 },
    });
    open.push(farSide, channel);
    const look = (owned: readonly string[] = []) =>
      channel.reconcile(
        {
          message: {
            deliveryId: DELIVERY,
            mark: MARK,
            address: ROOM,
            mention: null,
            body: { text: `… ${MARK}` },
          },
          startedAtMs: STARTED,
          ownedByOther: async (key) => owned.includes(key),
        },
        signal,
      );
    return { look, farSide };
  };

  it('adopts our own message with the mark, without moving the cursor of the token', async () => {
    const { look, farSide } = await rig(json(200, [...chatter(3, STARTED / 1000 - 100), posted()]));
    expect(await look()).toEqual({
      type: 'found',
      receipt: { room_id: ROOM, message_id: '984676321621704704' },
    });
    expect(farSide.requests.map((request) => request.path)).toEqual([
      '/me',
      `/rooms/${ROOM}/messages?force=1`,
    ]);
    await look();
    // Who we are is asked once.
    expect(farSide.requests.filter((request) => request.path === '/me')).toHaveLength(1);
  });

  it('does not adopt what somebody else quoted, nor another report, nor what another delivery owns', async () => {
    const quoted = posted({ by: 99, body: `[qt]${MARK}[/qt] ありがとう` });
    expect((await (await rig(json(200, [quoted]))).look()).type).toBe('absent');
    const other = posted({ body: '[info]受付番号 20240620-0012 aaaabbbbcccc[/info]' });
    expect((await (await rig(json(200, [other]))).look()).type).toBe('absent');
    const { look } = await rig(json(200, [posted({ id: '7' }), posted({ id: '8' })]));
    expect(await look(['7'])).toMatchObject({ type: 'found', receipt: { message_id: '8' } });
    expect((await look(['7', '8'])).type).toBe('absent');
  });

  it('keeps ids exact also where they are written as numbers', async () => {
    const body = JSON.stringify([posted()]).replace('"984676321621704704"', '984676321621704704');
    const { look } = await rig({ status: 200, body });
    expect(await look()).toMatchObject({ type: 'found', receipt: { message_id: '984676321621704704' } });
  });

  it.each<[string, Answer]>([
    ['an empty room (204)', { status: 204 }],
    ['fewer than 100 messages', json(200, chatter(99, STARTED / 1000 - 1))],
    ['100 messages that reach back past the attempt', json(200, chatter(100, STARTED / 1000 - 3600))],
  ])('%s without it: absent', async (_name, room) => {
    expect(await (await rig(room)).look()).toEqual({ type: 'absent' });
  });

  it.each<[string, Answer, string]>([
    ['100 newer messages', json(200, chatter(100, STARTED / 1000 + 1)), 'chatwork.window_too_short'],
    [
      '100 messages from the very minute',
      json(200, chatter(100, STARTED / 1000 - 30)),
      'chatwork.window_too_short',
    ],
    [
      'a free plan that hides some',
      json(200, chatter(5, STARTED / 1000 - 3600), { 'chatwork-message-limitation': 'true' }),
      'chatwork.messages_hidden',
    ],
    ['401', json(401, { errors: ['Invalid API token'] }), 'chatwork.look_failed'],
    ['429', json(429, { errors: ['Rate limit exceeded.'] }), 'chatwork.look_failed'],
    ['500', { status: 500 }, 'chatwork.look_failed'],
    ['a page', { status: 200, body: '<html></html>' }, 'chatwork.look_failed'],
    ['an object', json(200, { messages: [] }), 'chatwork.look_failed'],
    ['messages of another shape', json(200, [{ id: 1 }]), 'chatwork.look_failed'],
  ])('%s: inconclusive', async (_name, room, code) => {
    expect(await (await rig(room)).look()).toMatchObject({ type: 'inconclusive', reason: { code } });
  });

  it('without knowing who we are: inconclusive, asked again the next time', async () => {
    let account: Answer = { status: 500 };
    const farSide = await openScriptedHttp((socket, request) =>
      answer(socket, request.path === '/me' ? account : json(200, [posted()])),
    );
    const channel = createChatworkChannel({
      apiToken: 't0ken-fictional',
      apiUrl: farSide.url,
      clock: () => new Date(STARTED),
    });
    open.push(farSide, channel);
    const attempt = {
      message: { deliveryId: DELIVERY, mark: MARK, address: ROOM, mention: null, body: { text: MARK } },
      startedAtMs: STARTED,
      ownedByOther: async () => false,
    };
    expect(await channel.reconcile(attempt, signal)).toMatchObject({
      type: 'inconclusive',
      reason: { code: 'chatwork.account_unknown' },
    });
    account = json(200, { account_id: ME });
    expect((await channel.reconcile(attempt, signal)).type).toBe('found');
  });
});
