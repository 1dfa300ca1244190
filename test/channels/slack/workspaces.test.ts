import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackChannel } from '../../../src/channels/slack/channel.ts';
import { createSlackOAuth } from '../../../src/channels/slack/oauth.ts';
import { deliveryMark } from '../../../src/domain/delivery.ts';
import type { WorkspaceTokens } from '../../../src/domain/workspace-token.ts';
import { type OtherWorkspace, type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { handClock } from '../../support/hand-clock.ts';
import { newId } from '../../support/ids.ts';

const TEAM = 'T0CLIENT01';
const ROOM = 'C0REPORTS1';
const REDIRECT = 'https://toritsugi.example/slack/oauth_redirect';
const clock = handClock();
let sandbox: Sandbox;
let other: OtherWorkspace;
let tokens: WorkspaceTokens;
beforeAll(async () => {
  sandbox = await startSandbox({ clock: clock.now });
  // The same id in both: only the token tells them apart.
  sandbox.slack.addChannel({ id: ROOM, name: '代行会社のチャンネル' });
  other = sandbox.slack.addWorkspace({ id: TEAM, name: 'アクメ', channels: [{ id: ROOM }] });
  const oauth = oauthWith(sandbox.slack.clientSecret);
  const installed = await oauth.exchange(await codeOf(oauth.authorizeUrl('s')), AbortSignal.timeout(5_000));
  await oauth.close();
  if (installed.type !== 'installed') throw new Error(installed.type);
  tokens = async (id) =>
    id === TEAM ? { type: 'token', token: installed.token } : { type: 'none', why: 'not_connected' };
});
afterAll(() => sandbox?.close());

function oauthWith(clientSecret: string) {
  const { clientId, url: apiUrl } = sandbox.slack;
  return createSlackOAuth({ clientId, clientSecret, apiUrl, redirectUri: REDIRECT });
}
async function codeOf(authorizeUrl: string): Promise<string> {
  const back = await fetch(`${authorizeUrl}&team=${TEAM}`, { redirect: 'manual' });
  return new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
}
const channelWith = (workspaces: WorkspaceTokens) =>
  createSlackChannel({
    botToken: sandbox.slack.botToken,
    apiUrl: sandbox.slack.url,
    clock: clock.now,
    workspaces,
  });
const message = (address: string) => {
  const deliveryId = newId();
  return {
    deliveryId,
    mark: deliveryMark(deliveryId),
    address,
    mention: null,
    body: { text: `報告 ${deliveryMark(deliveryId)}`, blocks: [] },
  };
};
const signal = () => AbortSignal.timeout(5_000);

describe('the Slack channel in a client’s workspace', () => {
  it('P9 posts with that workspace’s token, and there alone', async () => {
    const channel = channelWith(tokens);
    const sent = message(`${TEAM}/${ROOM}`);
    expect(await channel.send(sent, signal())).toMatchObject({
      type: 'delivered',
      receipt: { channel: ROOM, team: TEAM },
    });
    expect(other.messages(ROOM).map(({ text }) => text)).toEqual([sent.body.text]);
    expect(sandbox.slack.messages(ROOM)).toEqual([]);
    await channel.send(message(ROOM), signal());
    expect([other.messages(ROOM).length, sandbox.slack.messages(ROOM).length]).toEqual([1, 1]);
    await channel.close();
  });

  it.each([
    ['not_connected', 'slack.workspace_not_connected'],
    ['revoked', 'slack.workspace_revoked'],
    ['unreadable', 'slack.workspace_token_unreadable'],
  ] as const)('without a token (%s) sends nothing, and says why', async (why, code) => {
    const before = sandbox.arrived().length;
    const channel = channelWith(async () => ({ type: 'none', why }));
    expect(await channel.send(message(`${TEAM}/${ROOM}`), signal())).toEqual({
      type: 'rejected',
      scope: 'credential',
      reason: { code },
    });
    expect(sandbox.arrived()).toHaveLength(before);
    await channel.close();
  });

  it('tries again later when the token cannot be looked up', async () => {
    const channel = channelWith(async () => {
      throw new Error('database away');
    });
    expect(await channel.send(message(`${TEAM}/${ROOM}`), signal())).toMatchObject({ type: 'retry' });
    await channel.close();
  });

  it('P4 looks for a lost report there, a page of fifteen once a minute, and no further', async () => {
    clock.advance(3_600_000);
    const channel = channelWith(tokens);
    const lost = message(`${TEAM}/${ROOM}`);
    const attempt = { message: lost, startedAtMs: clock.now().getTime(), ownedByOther: async () => false };
    await channel.send(lost, signal());
    expect(await channel.reconcile(attempt, signal())).toMatchObject({
      type: 'found',
      receipt: { channel: ROOM, team: TEAM },
    });
    expect(await channel.reconcile(attempt, signal())).toMatchObject({ type: 'inconclusive' });
    clock.advance(60_000);
    const absent = { ...attempt, message: message(`${TEAM}/${ROOM}`) };
    expect(await channel.reconcile(absent, signal())).toEqual({ type: 'absent' });
    for (let n = 0; n < 16; n += 1) await other.person('U0CLIENT01').say(`雑談${n}`, { channelId: ROOM });
    clock.advance(60_000);
    const buried = { ...absent, startedAtMs: clock.now().getTime() - 90_000 };
    expect(await channel.reconcile(buried, signal())).toMatchObject({
      type: 'inconclusive',
      reason: { code: 'slack.window_too_long' },
    });
    await channel.close();
  });

  it('P10 quotes no token when Slack refuses it', async () => {
    const channel = channelWith(async () => ({ type: 'token', token: 'xoxb-somebody-elses' }));
    const outcome = await channel.send(message(`${TEAM}/${ROOM}`), signal());
    expect(outcome).toMatchObject({ type: 'rejected', reason: { code: 'slack.invalid_auth' } });
    expect(JSON.stringify(outcome)).not.toContain('xoxb');
    await channel.close();
  });
});

describe('the exchange of a code for a token', () => {
  it('is made once for each code, by who knows the secret, for what was asked', async () => {
    const oauth = oauthWith(sandbox.slack.clientSecret);
    const code = await codeOf(oauth.authorizeUrl('s'));
    const wrong = oauthWith('wrong');
    expect(await wrong.exchange(code, signal())).toMatchObject({
      type: 'refused',
      reason: { code: 'slack.bad_client_secret' },
    });
    expect(await oauth.exchange(code, signal())).toMatchObject({
      type: 'installed',
      teamId: TEAM,
      teamName: 'アクメ',
      scopes: 'chat:write,im:write,channels:history,groups:history,im:history',
    });
    expect(await oauth.exchange(code, signal())).toMatchObject({ type: 'refused' });
    expect(await oauth.exchange('made-up', signal())).toMatchObject({ type: 'refused' });
    const late = await codeOf(oauth.authorizeUrl('s'));
    clock.advance(601_000);
    expect(await oauth.exchange(late, signal())).toMatchObject({ type: 'refused' });
    await Promise.all([oauth.close(), wrong.close()]);
  });

  it('a Slack that is away, or says something else, gives no token', async () => {
    const oauth = oauthWith(sandbox.slack.clientSecret);
    sandbox.fail({ service: 'slack', operation: 'oauth.v2.access', failure: { how: 'reset' } });
    expect(await oauth.exchange('c', signal())).toMatchObject({ type: 'failed' });
    sandbox.fail({ service: 'slack', operation: 'oauth.v2.access', failure: { how: 'html' } });
    expect(await oauth.exchange('c', signal())).toMatchObject({ type: 'failed' });
    await oauth.close();
  });
});
