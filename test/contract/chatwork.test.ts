import { afterEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/channels/channel.ts';
import { createChatworkChannel } from '../../src/channels/chatwork/channel.ts';
import type { ChatworkBody } from '../../src/domain/body.ts';
import { deliveryMark } from '../../src/domain/delivery.ts';
import { describeContract, expectQuiet } from './contract.ts';
import {
  type Answer,
  answer,
  type HttpFarSideDouble,
  json,
  openScriptedHttp,
} from './far-sides/http-far-side.ts';
import { startHttpRig, TEST_HTTP_TIMEOUTS } from './http-faults.ts';

const TOKEN = 'chatwork-token-3f9c2e71a8';
const ROOM = '36818150';
const DELIVERY = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
/** Above 2^53, where a number would be rounded. */
const MESSAGE_ID = '984676321621704704';
const NOW = new Date('2024-06-20T04:05:06Z');
const TEXT = `[info][title]【受電報告】[/title]佐藤様 Sample Trading 090-0000-1234 見積書の件 ${deliveryMark(DELIVERY)}[/info]`;
const SECRETS = [TOKEN, '佐藤', 'Trading', '0000-1234', '見積書'];

const message = (): OutgoingMessage<ChatworkBody> => ({
  deliveryId: DELIVERY,
  mark: deliveryMark(DELIVERY),
  address: ROOM,
  mention: null,
  body: { text: TEXT },
});
const connect = (origin: string) =>
  createChatworkChannel({
    apiToken: TOKEN,
    apiUrl: `${origin}/v2`,
    clock: () => NOW,
    timeouts: TEST_HTTP_TIMEOUTS,
  });

describeContract({
  channel: 'chatwork',
  protocol: 'http',
  message,
  secrets: SECRETS,
  start: (fault) => startHttpRig(fault, { connect, taken: () => json(200, { message_id: MESSAGE_ID }) }),
});

describe('chatwork: every documented answer', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
  const rig = async (script: (path: string, method: string) => Answer) => {
    const farSide: HttpFarSideDouble = await openScriptedHttp((socket, request) =>
      answer(socket, script(request.path, request.method)),
    );
    const channel = connect(farSide.url);
    open.push(farSide, channel);
    return { farSide, channel };
  };

  it.each([
    ['links to the message it answers', 200, `[rp aid=1484814 to=${ROOM}-984676321621704000]\n${TEXT}`],
    ['posts without the link when its own account is not told', 500, TEXT],
  ])('%s', async (_name, status, text) => {
    const { farSide, channel } = await rig((path) =>
      path === '/v2/me' ? json(status, { account_id: 1484814 }) : json(200, { message_id: MESSAGE_ID }),
    );
    const answers = { deliveryId: 'first', receipt: { room_id: ROOM, message_id: '984676321621704000' } };
    const outcome = await channel.send({ ...message(), answers }, new AbortController().signal);
    expect(outcome.type).toBe('delivered');
    const posted = farSide.requests.find(({ method }) => method === 'POST');
    expect(new URLSearchParams(posted?.body).get('body')).toBe(text);
  });
  const sendTo = async (script: (path: string, method: string) => Answer) => {
    const { farSide, channel } = await rig(script);
    const outcome = await channel.send(message(), new AbortController().signal);
    expectQuiet(outcome, { channel: 'chatwork', secrets: SECRETS });
    return { outcome, requests: farSide.requests };
  };
  const error = (status: number, ...errors: string[]): Answer => json(status, { errors });

  it('posts the text as a form, with the token in its header, to the room', async () => {
    const { outcome, requests } = await sendTo(() => json(200, { message_id: MESSAGE_ID }));
    expect(outcome).toEqual({ type: 'delivered', receipt: { room_id: ROOM, message_id: MESSAGE_ID } });
    expect(requests).toHaveLength(1);
    const request = requests[0];
    expect(request).toMatchObject({
      method: 'POST',
      path: `/v2/rooms/${ROOM}/messages`,
      headers: { 'x-chatworktoken': TOKEN, 'content-type': 'application/x-www-form-urlencoded' },
    });
    const form = new URLSearchParams(request?.body);
    expect(form.get('body')).toBe(TEXT);
    expect(form.get('self_unread')).toBe('0');
  });

  it('keeps a message id written as a number exact', async () => {
    const { outcome } = await sendTo(() => ({ status: 200, body: `{"message_id":${MESSAGE_ID}}` }));
    expect(outcome).toMatchObject({ type: 'delivered', receipt: { message_id: MESSAGE_ID } });
  });

  it.each([
    ['no message_id', json(200, {})],
    ['an empty message_id', json(200, { message_id: '' })],
    ['a message_id that is no id', json(200, { message_id: 'x' })],
    ['null', json(200, null)],
    ['nothing', { status: 200, body: '' }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>ok</html>' }],
    ['a success without a body', { status: 204 }],
    ['a redirect', { status: 302, headers: { location: 'https://login.example/' } }],
    ['a status nobody knows', error(418, 'teapot')],
    ['500', error(500, 'Internal error')],
    ['502 with a page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['403 of a proxy', { status: 403, body: '<html>Access denied</html>' }],
    ['404 of a wrong API address', { status: 404, body: 'not found' }],
  ])('%s: uncertain', async (_name, response) => {
    const { outcome, requests } = await sendTo(() => response);
    expect(outcome.type).toBe('uncertain');
    expect(requests).toHaveLength(1);
  });

  it('401: the credential', async () => {
    const { outcome } = await sendTo(() => error(401, 'Invalid API token'));
    expect(outcome).toEqual({
      type: 'rejected',
      scope: 'credential',
      reason: { code: 'chatwork.unauthorized', said: 'HTTP 401: Invalid API token' },
    });
  });

  it.each([400, 413, 422])('%i: the payload', async (status) => {
    const { outcome } = await sendTo(() => error(status, 'body is too long'));
    expect(outcome).toMatchObject({ type: 'rejected', scope: 'payload' });
  });

  it('429 with the sentence of the room: 10 s for this destination only, whatever the reset says', async () => {
    const { outcome } = await sendTo(() =>
      json(
        429,
        { errors: ['Rate limit for message posting per room exceeded.'] },
        { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '120', 'x-ratelimit-reset': '1718856540' },
      ),
    );
    expect(outcome).toMatchObject({
      type: 'wait',
      scope: 'destination',
      untilMs: NOW.getTime() + 10_000,
      reason: { code: 'chatwork.room_rate_limit' },
    });
  });

  const nowSeconds = NOW.getTime() / 1000;
  it.each([
    ['its reset', { 'x-ratelimit-reset': String(nowSeconds + 42) }, 42_000],
    ['at most 5 minutes', { 'x-ratelimit-reset': String(nowSeconds + 4_000) }, 300_000],
    ['at least a second when the reset has passed', { 'x-ratelimit-reset': String(nowSeconds - 10) }, 1_000],
    ['30 s without a reset', {}, 30_000],
    ['30 s with a reset that is none', { 'x-ratelimit-reset': 'soon' }, 30_000],
    [
      'its reset by their own clock, an hour ahead of ours',
      {
        'x-ratelimit-reset': String(nowSeconds + 3600 + 42),
        date: new Date(NOW.getTime() + 3_600_000).toUTCString(),
      },
      42_000,
    ],
  ])('any other 429: the token waits for %s', async (_name, headers, waitMs) => {
    const { outcome } = await sendTo(() => json(429, { errors: ['Rate limit exceeded.'] }, headers));
    expect(outcome).toMatchObject({ type: 'wait', scope: 'credential', untilMs: NOW.getTime() + waitMs });
  });

  it.each([
    ['403', "You don't have permission to get this room"],
    ['404', 'Room not found'],
  ])('%s, confirmed by the room itself: the destination', async (status, sentence) => {
    const { outcome, requests } = await sendTo(() => error(Number(status), sentence));
    expect(outcome).toMatchObject({ type: 'rejected', scope: 'destination' });
    expect(requests.map((request) => `${request.method} ${request.path}`)).toEqual([
      `POST /v2/rooms/${ROOM}/messages`,
      `GET /v2/rooms/${ROOM}`,
    ]);
  });

  it.each<[string, Answer, object]>([
    ['is there after all', json(200, { room_id: 36818150, role: 'member' }), { type: 'retry' }],
    [
      'is readable only',
      json(200, { room_id: 36818150, role: 'readonly' }),
      { type: 'rejected', scope: 'destination' },
    ],
    ['fails', { status: 500 }, { type: 'retry' }],
    [
      'cannot be asked by this token',
      error(401, 'Invalid API token'),
      { type: 'rejected', scope: 'credential' },
    ],
    ['is over the limit', error(429, 'Rate limit exceeded.'), { type: 'wait', scope: 'credential' }],
    ['is hidden by a proxy', { status: 403, body: '<html>no</html>' }, { type: 'retry' }],
  ])(
    '403 for the message, and the room %s: never disabled by mistake',
    async (_name, roomAnswer, expected) => {
      const { outcome } = await sendTo((_path, method) =>
        method === 'POST' ? error(403, 'no') : roomAnswer,
      );
      expect(outcome).toMatchObject(expected);
    },
  );

  it('refuses a message above 65,535 bytes, and an empty one, without sending it', async () => {
    const { farSide, channel } = await rig(() => json(200, { message_id: MESSAGE_ID }));
    const signal = new AbortController().signal;
    const long = { ...message(), body: { text: 'あ'.repeat(21_845) } };
    expect((await channel.send(long, signal)).type).toBe('delivered');
    expect(await channel.send({ ...long, body: { text: `${long.body.text}a` } }, signal)).toMatchObject({
      type: 'rejected',
      scope: 'payload',
      reason: { code: 'chatwork.message_too_long' },
    });
    expect(await channel.send({ ...long, body: { text: '' } }, signal)).toMatchObject({ scope: 'payload' });
    expect(farSide.requests).toHaveLength(1);
  });

  it('P10 an error that echoes token and message is not quoted', async () => {
    const echo = `bad request ${TOKEN} body=${encodeURIComponent(TEXT)} ${TEXT} to sato@sample.example`;
    for (const status of [400, 401, 403, 429, 500]) {
      const { outcome } = await sendTo(() => error(status, echo, 'x'.repeat(5_000)));
      expect(JSON.stringify(outcome)).not.toContain('sato@');
    }
  });

  it('checks its credential with /me', async () => {
    const good = await rig(() => json(200, { account_id: 2739132, name: 'bot' }));
    expect(await good.channel.checkCredential(new AbortController().signal)).toEqual({
      ok: true,
      detail: 'Chatwork account 2739132',
    });
    expect(good.farSide.requests[0]).toMatchObject({ method: 'GET', path: '/v2/me' });
    const bad = await rig(() => error(401, 'Invalid API token'));
    const check = await bad.channel.checkCredential(new AbortController().signal);
    expect(check).toMatchObject({ ok: false, reason: { code: 'chatwork.unauthorized' } });
    if (!check.ok) expect(check.advice).toContain('CHATWORK_API_TOKEN');
  });
});
