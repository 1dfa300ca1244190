import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SANDBOX_OPERATORS, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

/** The SDK's own advice has no place in a test's output. */
const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

let sandbox: Sandbox;
let now = 0;
let web: WebClient;

beforeEach(async () => {
  now = Date.parse('2024-06-20T04:05:00Z');
  sandbox = await startSandbox({ clock: () => new Date(now) });
  web = client(sandbox.slack.botToken);
});
afterEach(() => sandbox.close());

function client(token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: sandbox.slack.url,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
  });
}

/** The error a call is refused with. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ error?: string; messages?: string[]; retryAfter?: number }> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason as { data?: { error: string; response_metadata?: { messages?: string[] } } },
  );
  const { data } = error ?? {};
  const retryAfter = (error as { retryAfter?: number } | undefined)?.retryAfter;
  return {
    ...(data === undefined ? {} : { error: data.error }),
    ...(data?.response_metadata?.messages === undefined ? {} : { messages: data.response_metadata.messages }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

const section = (text: string) => ({ type: 'section', text: { type: 'plain_text', text } });

describe('tokens', () => {
  it('names team and bot to a good token, scopes in a header', async () => {
    const answer = await web.auth.test();
    expect(answer).toMatchObject({
      ok: true,
      team_id: sandbox.slack.teamId,
      user_id: sandbox.slack.botUserId,
    });
    expect(answer.response_metadata?.scopes).toContain('chat:write');
  });

  it('refuses a wrong one, none, and one of the other sort', async () => {
    expect(await refusal(client('xoxb-wrong').auth.test())).toEqual({ error: 'invalid_auth' });
    expect(await refusal(client('').auth.test())).toEqual({ error: 'not_authed' });
    expect(await refusal(client(sandbox.slack.appToken).auth.test())).toEqual({
      error: 'not_allowed_token_type',
    });
    expect(await refusal(web.apps.connections.open({}))).toEqual({ error: 'not_allowed_token_type' });
    expect(await refusal(web.apiCall('no.such'))).toEqual({ error: 'unknown_method' });
  });

  it('takes the token as an argument, and JSON as well as forms', async () => {
    const form = await fetch(`${sandbox.slack.url}auth.test`, {
      method: 'POST',
      body: new URLSearchParams({ token: sandbox.slack.botToken }),
    });
    expect(await form.json()).toMatchObject({ ok: true });
    const json = await fetch(`${sandbox.slack.url}chat.postMessage`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        authorization: `Bearer ${sandbox.slack.botToken}`,
      },
      body: JSON.stringify({ channel: 'C0REPORTS', text: '用件', blocks: [section('用件')] }),
    });
    expect(await json.json()).toMatchObject({ ok: true, channel: 'C0REPORTS' });
    const broken = await fetch(`${sandbox.slack.url}auth.test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(await broken.json()).toEqual({ ok: false, error: 'invalid_json' });
    expect(JSON.stringify(sandbox.arrived())).not.toContain(sandbox.slack.botToken);
  });

  it('names the scope that is missing', async () => {
    const narrow = await startSandbox({ slack: { scopes: ['commands'] } });
    const answer = await fetch(`${narrow.slack.url}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${narrow.slack.botToken}` },
      body: new URLSearchParams({ channel: 'C0REPORTS', text: 'x' }),
    });
    expect(await answer.json()).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    });
    await narrow.close();
  });
});

describe('chat.postMessage', () => {
  it('keeps text, blocks and metadata, and shows the delivery', async () => {
    const posted = await web.chat.postMessage({
      channel: 'C0REPORTS',
      text: '受電報告 配信番号: 3f9a0c21b7d4',
      blocks: [section('受電報告')],
      metadata: { event_type: 'toritsugi_delivery', event_payload: { delivery_id: 'd-1' } },
    });
    expect(posted.ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(sandbox.arrived()).toMatchObject([
      {
        channel: 'slack',
        kind: 'message',
        target: 'C0REPORTS',
        id: posted.ts,
        deliveryId: 'd-1',
        mark: '3f9a0c21b7d4',
      },
    ]);
  });

  it('gives every message its own timestamp, even at the same moment', async () => {
    const all = await Promise.all(
      Array.from({ length: 5 }, () => web.chat.postMessage({ channel: 'C0REPORTS', text: 'x' })),
    );
    expect(new Set(all.map((one) => one.ts)).size).toBe(5);
  });

  it('posts to a person as a direct message', async () => {
    const posted = await web.chat.postMessage({ channel: SANDBOX_OPERATORS[0].id, text: '登録しました' });
    expect(posted.channel).toBe('D0OPERATOR1');
    expect(sandbox.slack.person(SANDBOX_OPERATORS[0].id).directMessages()).toMatchObject([
      { text: '登録しました' },
    ]);
    expect(await refusal(web.chat.postMessage({ channel: 'U0NOBODY', text: 'x' }))).toEqual({
      error: 'channel_not_found',
    });
  });

  it('refuses channels it may not post to', async () => {
    sandbox.slack.addChannel({ id: 'C0ARCHIVED', archived: true });
    sandbox.slack.addChannel({ id: 'C0OUTSIDE', member: false });
    sandbox.slack.addChannel({ id: 'G0SECRET', member: false });
    const post = (channel: string) => refusal(web.chat.postMessage({ channel, text: 'x' }));
    expect(await post('C0ARCHIVED')).toEqual({ error: 'is_archived' });
    expect(await post('C0OUTSIDE')).toEqual({ error: 'not_in_channel' });
    expect(await post('G0SECRET')).toEqual({ error: 'channel_not_found' });
    expect(await post('nonsense')).toEqual({ error: 'channel_not_found' });
  });

  it('refuses bodies outside the limits', async () => {
    const post = (body: object) =>
      refusal(web.apiCall('chat.postMessage', { channel: 'C0REPORTS', ...body }));
    expect(await post({})).toEqual({ error: 'no_text' });
    expect(await post({ blocks: '[{' })).toEqual({ error: 'invalid_blocks_format' });
    expect(await post({ blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) })).toMatchObject({
      error: 'invalid_blocks',
      messages: ['[ERROR] no more than 50 items allowed [json-pointer:/blocks]'],
    });
    expect(await post({ blocks: Array.from({ length: 5 }, () => section('あ'.repeat(2_800))) })).toEqual({
      error: 'msg_blocks_too_long',
    });
    expect(await post({ text: 'x', metadata: { event_type: 'x' } })).toEqual({
      error: 'invalid_metadata_schema',
    });
    expect(await post({ text: 'x', metadata: '{' })).toEqual({ error: 'invalid_metadata_format' });
    expect(
      await post({ text: 'x', metadata: { event_type: 'x', event_payload: { long: 'x'.repeat(9_000) } } }),
    ).toEqual({ error: 'metadata_too_large' });
  });

  it('cuts text above 40,000 characters, as Slack does', async () => {
    const posted = await web.chat.postMessage({ channel: 'C0REPORTS', text: 'x'.repeat(40_001) });
    expect(posted.message?.text).toHaveLength(40_000);
  });

  it('takes a burst, then one message a second in that channel, and says how long to wait', async () => {
    const paced = await startSandbox({ clock: () => new Date(now), limits: { slackChannelBurst: 2 } });
    const narrow = new WebClient(paced.slack.botToken, {
      slackApiUrl: paced.slack.url,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: SILENT,
    });
    const post = (channel: string) => narrow.chat.postMessage({ channel, text: 'x' });
    await post('C0REPORTS');
    await post('C0REPORTS');
    expect(await refusal(post('C0REPORTS'))).toMatchObject({ retryAfter: 1 });
    await post('C0OTHER');
    now += 1_000;
    await post('C0REPORTS');
    await paced.close();
  });
});

describe('editing and whispering', () => {
  it('edits a message in place, in the inbox too', async () => {
    const { ts } = await web.chat.postMessage({ channel: 'C0REPORTS', text: 'before' });
    await web.chat.update({ channel: 'C0REPORTS', ts: ts ?? '', text: 'after' });
    expect(sandbox.arrived()).toMatchObject([{ text: 'after', edited: true }]);
    expect(await refusal(web.chat.update({ channel: 'C0REPORTS', ts: '1.000001', text: 'x' }))).toEqual({
      error: 'message_not_found',
    });
  });

  it('whispers to one person, where the bot is', async () => {
    await web.chat.postEphemeral({ channel: 'C0REPORTS', user: SANDBOX_OPERATORS[0].id, text: '使えません' });
    expect(sandbox.arrived()).toMatchObject([{ kind: 'ephemeral', visibleTo: SANDBOX_OPERATORS[0].id }]);
    expect((await web.conversations.history({ channel: 'C0REPORTS' })).messages).toEqual([]);
    sandbox.slack.addChannel({ id: 'C0OUTSIDE', member: false });
    expect(
      await refusal(
        web.chat.postEphemeral({ channel: 'C0OUTSIDE', user: SANDBOX_OPERATORS[0].id, text: 'x' }),
      ),
    ).toEqual({ error: 'not_in_channel' });
  });
});

describe('reading back', () => {
  it('gives metadata only when it is asked for, newest first, threads apart', async () => {
    const metadata = { event_type: 'toritsugi_delivery', event_payload: { delivery_id: 'd-1' } };
    const first = await web.chat.postMessage({ channel: 'C0REPORTS', text: 'first', metadata });
    now += 1_000;
    await web.chat.postMessage({ channel: 'C0REPORTS', text: 'second' });
    await web.chat.postMessage({ channel: 'C0REPORTS', text: 'reply', thread_ts: first.ts ?? '' });
    const plain = await web.conversations.history({ channel: 'C0REPORTS' });
    expect(plain.messages?.map((message) => message.text)).toEqual(['second', 'first']);
    expect(plain.messages?.[1]).not.toHaveProperty('metadata');
    const full = await web.conversations.history({ channel: 'C0REPORTS', include_all_metadata: true });
    expect(full.messages?.[1]).toMatchObject({ metadata, bot_id: expect.any(String), ts: first.ts });
    const thread = await web.conversations.replies({ channel: 'C0REPORTS', ts: first.ts ?? '' });
    expect(thread.messages?.map((message) => message.text)).toEqual(['first', 'reply']);
    expect(await refusal(web.conversations.replies({ channel: 'C0REPORTS', ts: '1.0' }))).toEqual({
      error: 'thread_not_found',
    });
  });

  it('honours oldest, latest and inclusive, and pages to the end', async () => {
    const stamps: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      stamps.push((await web.chat.postMessage({ channel: 'C0REPORTS', text: `${n}` })).ts ?? '');
      now += 1_000;
    }
    const texts = async (o: object) =>
      (await web.conversations.history({ channel: 'C0REPORTS', ...o })).messages?.map(
        (message) => message.text,
      );
    expect(await texts({ oldest: stamps[2] })).toEqual(['4', '3']);
    expect(await texts({ oldest: stamps[2], inclusive: true })).toEqual(['4', '3', '2']);
    expect(await texts({ latest: stamps[2] })).toEqual(['1', '0']);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await web.conversations.history({
        channel: 'C0REPORTS',
        limit: 2,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...(page.messages ?? []).map((message) => message.text ?? ''));
      cursor = page.response_metadata?.next_cursor;
      expect(page.has_more).toBe(cursor !== undefined);
    } while (cursor);
    expect(seen).toEqual(['4', '3', '2', '1', '0']);
  });

  it('refuses where the bot is not', async () => {
    sandbox.slack.addChannel({ id: 'C0OUTSIDE', member: false });
    expect(await refusal(web.conversations.history({ channel: 'C0OUTSIDE' }))).toEqual({
      error: 'not_in_channel',
    });
    expect(await refusal(web.conversations.history({ channel: 'x' }))).toEqual({
      error: 'channel_not_found',
    });
  });

  it('knows people, groups and channels', async () => {
    const { id, name } = SANDBOX_OPERATORS[0];
    expect((await web.users.info({ user: id })).user).toMatchObject({
      id,
      real_name: name,
      tz_offset: 32_400,
    });
    expect(await refusal(web.users.info({ user: 'U0NOBODY' }))).toEqual({ error: 'user_not_found' });
    expect((await web.usergroups.users.list({ usergroup: sandbox.slack.operatorGroup })).users).toContain(id);
    expect(await refusal(web.usergroups.users.list({ usergroup: 'S0NONE' }))).toEqual({
      error: 'no_such_subteam',
    });
    sandbox.slack.setUserGroup('S0NEW', [id]);
    expect((await web.usergroups.users.list({ usergroup: 'S0NEW' })).users).toEqual([id]);
    expect((await web.conversations.open({ users: id })).channel).toMatchObject({ id: 'D0OPERATOR1' });
    expect(await refusal(web.conversations.open({ users: 'U0NOBODY' }))).toEqual({ error: 'user_not_found' });
    sandbox.slack.addChannel({ id: 'C0PLACE', name: '報告', people: [id] });
    expect((await web.conversations.info({ channel: 'C0PLACE' })).channel).toMatchObject({
      name: '報告',
      is_member: true,
    });
    expect((await web.conversations.members({ channel: 'C0PLACE' })).members).toContain(id);
  });
});
