import { afterEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/channels/channel.ts';
import { createSlackChannel } from '../../src/channels/slack/channel.ts';
import type { SlackBody } from '../../src/domain/body.ts';
import { deliveryMark } from '../../src/domain/delivery.ts';
import { describeContract, expectQuiet } from './contract.ts';
import { type Answer, answer, json, openScriptedHttp } from './far-sides/http-far-side.ts';
import { startHttpRig, TEST_HTTP_TIMEOUTS } from './http-faults.ts';

const TOKEN = 'xoxb-fictional-9b2f71c0';
const CHANNEL = 'C0123ABCDEF';
const TS = '1718856306.000200';
const DELIVERY = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
const NOW = new Date('2024-06-20T04:05:06Z');
const TEXT = `【受電報告】佐藤様 Sample Trading 090-0000-1234 見積書の件 ${deliveryMark(DELIVERY)}`;
const SECRETS = [TOKEN, '佐藤', 'Trading', '0000-1234', '見積書'];

const message = (): OutgoingMessage<SlackBody> => ({
  deliveryId: DELIVERY,
  mark: deliveryMark(DELIVERY),
  address: CHANNEL,
  mention: null,
  body: { text: TEXT, blocks: [{ type: 'section', text: { type: 'plain_text', text: TEXT } }] },
});
const connect = (origin: string) =>
  createSlackChannel({
    botToken: TOKEN,
    apiUrl: `${origin}/api/`,
    clock: () => NOW,
    timeouts: TEST_HTTP_TIMEOUTS,
  });

describeContract({
  channel: 'slack',
  protocol: 'http',
  message,
  secrets: SECRETS,
  start: (fault) =>
    startHttpRig(fault, { connect, taken: () => json(200, { ok: true, channel: CHANNEL, ts: TS }) }),
});

describe('slack: every documented answer', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
  const rig = async (script: (path: string, body: URLSearchParams) => Answer) => {
    const farSide = await openScriptedHttp((socket, request) =>
      answer(socket, script(request.path, new URLSearchParams(request.body))),
    );
    const channel = connect(farSide.url);
    open.push(farSide, channel);
    return { farSide, channel };
  };
  const sendTo = async (response: Answer, sent = message()) => {
    const { farSide, channel } = await rig(() => response);
    const outcome = await channel.send(sent, new AbortController().signal);
    expectQuiet(outcome, { channel: 'slack', secrets: SECRETS });
    // No retry inside, whatever the answer: WebClient's default would repeat the post.
    expect(farSide.requests).toHaveLength(1);
    return { outcome, request: farSide.requests[0] };
  };
  const failure = (error: string, headers: Record<string, string> = {}): Answer =>
    json(200, { ok: false, error }, headers);

  it('posts text and blocks without previews, mentions or links, and with the id of the delivery', async () => {
    const { outcome, request } = await sendTo(json(200, { ok: true, channel: CHANNEL, ts: TS }));
    expect(outcome).toEqual({ type: 'delivered', receipt: { channel: CHANNEL, ts: TS } });
    expect(request).toMatchObject({
      method: 'POST',
      path: '/api/chat.postMessage',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const form = new URLSearchParams(request?.body);
    expect(Object.fromEntries(form)).toMatchObject({
      channel: CHANNEL,
      text: TEXT,
      unfurl_links: 'false',
      unfurl_media: 'false',
      parse: 'none',
      link_names: 'false',
    });
    expect(JSON.parse(form.get('blocks') ?? '')).toEqual(message().body.blocks);
    expect(JSON.parse(form.get('metadata') ?? '')).toEqual({
      event_type: 'toritsugi_delivery',
      event_payload: { delivery_id: DELIVERY },
    });
    expect(form.has('thread_ts')).toBe(false);
  });

  it('posts into a thread when told so', async () => {
    const { request } = await sendTo(json(200, { ok: true, channel: CHANNEL, ts: TS }), {
      ...message(),
      answers: { deliveryId: 'first', receipt: { channel: 'C1', ts: '1718850000.000100' } },
    });
    const form = new URLSearchParams(request?.body);
    expect(form.get('thread_ts')).toBe('1718850000.000100');
    expect(form.get('reply_broadcast')).toBe('true');
  });

  it.each(
    [
      'channel_not_found',
      'not_in_channel',
      'is_archived',
      'restricted_action',
      'restricted_action_read_only_channel',
      'messages_tab_disabled',
      'ekm_access_denied',
      'slack_connect_file_link_sharing_blocked',
    ].map((code) => [code]),
  )('%s: the destination', async (code) => {
    const { outcome } = await sendTo(failure(code));
    expect(outcome).toMatchObject({
      type: 'rejected',
      scope: 'destination',
      reason: { code: `slack.${code}` },
    });
  });

  it.each(
    [
      'invalid_auth',
      'not_authed',
      'account_inactive',
      'token_revoked',
      'token_expired',
      'missing_scope',
      'access_denied',
      'org_login_required',
      'enterprise_is_restricted',
      'not_allowed_token_type',
    ].map((code) => [code]),
  )('%s: the credential', async (code) => {
    const { outcome } = await sendTo(failure(code));
    expect(outcome).toMatchObject({
      type: 'rejected',
      scope: 'credential',
      reason: { code: `slack.${code}` },
    });
  });

  it.each(
    [
      'msg_too_long',
      'msg_blocks_too_long',
      'invalid_blocks',
      'invalid_blocks_format',
      'no_text',
      'metadata_too_large',
      'metadata_must_be_sent_from_app',
      'invalid_metadata_format',
      'invalid_metadata_schema',
      'invalid_arguments',
      'invalid_arg_name',
    ].map((code) => [code]),
  )('%s: the payload', async (code) => {
    const { outcome } = await sendTo(failure(code));
    expect(outcome).toMatchObject({ type: 'rejected', scope: 'payload', reason: { code: `slack.${code}` } });
  });

  it.each<[string, Answer, object]>([
    [
      '429 with Retry-After',
      { status: 429, headers: { 'retry-after': '7' } },
      { scope: 'destination', seconds: 7 },
    ],
    ['429 without Retry-After', { status: 429 }, { scope: 'destination', seconds: 30 }],
    [
      '429 with a Retry-After that is none',
      { status: 429, headers: { 'retry-after': 'later' } },
      { scope: 'destination', seconds: 30 },
    ],
    ['ratelimited with 200', failure('ratelimited'), { scope: 'destination', seconds: 30 }],
    [
      'rate_limited with a Retry-After',
      failure('rate_limited', { 'retry-after': '3' }),
      { scope: 'destination', seconds: 3 },
    ],
    [
      'message_limit_exceeded',
      failure('message_limit_exceeded'),
      { scope: 'credential', seconds: 300, alert: true },
    ],
    ['service_unavailable', failure('service_unavailable'), { scope: 'credential', seconds: 60 }],
    ['request_timeout', failure('request_timeout'), { scope: 'destination', seconds: 60 }],
    ['team_added_to_org', failure('team_added_to_org'), { scope: 'credential', seconds: 60 }],
  ])('%s: wait', async (_name, response, expected) => {
    const { outcome } = await sendTo(response);
    const { scope, seconds, alert } = expected as { scope: string; seconds: number; alert?: boolean };
    expect(outcome).toMatchObject({ type: 'wait', scope, untilMs: NOW.getTime() + seconds * 1000 });
    expect(outcome.type === 'wait' && outcome.alert).toBe(alert);
  });

  it.each<[string, Answer]>([
    ['fatal_error', failure('fatal_error')],
    ['internal_error', failure('internal_error')],
    ['a code nobody knows', failure('brand_new_error')],
    ['200 with a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>佐藤</html>' }],
    ['200 with nothing', { status: 200 }],
    ['200 without ok', json(200, { channel: CHANNEL, ts: TS })],
    ['200 with null', json(200, null)],
    ['ok without ts', json(200, { ok: true, channel: CHANNEL })],
    ['ok with a ts that is a number', json(200, { ok: true, channel: CHANNEL, ts: 1718856306.0002 })],
    ['an error that is no code', failure(`<html>${TOKEN} ${TEXT}</html>`)],
    ['500', { status: 500, body: 'oops' }],
    ['502 with a page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['503', { status: 503 }],
    ['a redirect', { status: 302, headers: { location: 'https://login.example/' } }],
    ['204', { status: 204 }],
    ['403 of a proxy', { status: 403, body: '<html>no</html>' }],
  ])('%s: uncertain', async (_name, response) => {
    const { outcome } = await sendTo(response);
    expect(outcome.type).toBe('uncertain');
  });

  it('P10 details of an error are quoted without what was sent', async () => {
    const { outcome } = await sendTo(
      json(200, {
        ok: false,
        error: 'invalid_blocks',
        response_metadata: {
          messages: [`[ERROR] must be shorter [json-pointer:/blocks/0] ${TOKEN} ${TEXT}`],
        },
      }),
    );
    expect(outcome).toMatchObject({ type: 'rejected', scope: 'payload' });
    if (outcome.type === 'rejected') expect(outcome.reason.said).toContain('must be shorter');
  });

  it('checks its credential and its scopes with auth.test', async () => {
    const scopes = 'chat:write,channels:history,groups:history,im:history,im:write,commands';
    const who = { ok: true, team: 'サンプル電話代行', user: 'toritsugi', bot_id: 'B0123ABCDEF' };
    const signal = new AbortController().signal;
    const good = await rig(() => json(200, who, { 'x-oauth-scopes': scopes }));
    expect(await good.channel.checkCredential(signal)).toMatchObject({ ok: true });
    const unseen = await rig(() => json(200, who));
    expect(await unseen.channel.checkCredential(signal)).toMatchObject({ ok: true });
    const narrow = await rig(() => json(200, who, { 'x-oauth-scopes': 'chat:write,commands' }));
    expect(await narrow.channel.checkCredential(signal)).toMatchObject({
      ok: false,
      reason: { code: 'slack.missing_scope' },
    });
    const bad = await rig(() => failure('invalid_auth'));
    expect(await bad.channel.checkCredential(signal)).toMatchObject({
      ok: false,
      reason: { code: 'slack.invalid_auth' },
    });
  });
});
