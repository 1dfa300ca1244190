import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/channels/channel.ts';
import { closeChannels, openChannels } from '../../src/channels/index.ts';
import type { Body } from '../../src/domain/body.ts';
import { deliveryMark } from '../../src/domain/delivery.ts';
import { CHANNEL_NAMES, type ChannelName } from '../../src/domain/outcome.ts';
import { type FailureRule, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

/** The channels that send to real clients, sending to the sandbox: what one says the other must bear out. */
let sandbox: Sandbox;
let channels: Record<ChannelName, Channel>;

beforeEach(async () => {
  sandbox = await startSandbox();
  const opened = openChannels(
    {
      chatwork: { apiToken: sandbox.chatwork.apiToken, apiUrl: sandbox.chatwork.url },
      slack: { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url },
      email: { smtpUrl: sandbox.email.smtpUrl, from: 'サンプル電話代行 <report@agency.example>' },
    },
    { clock: () => new Date() },
  );
  if (!(opened.chatwork && opened.slack && opened.email)) throw new Error('a channel is missing');
  channels = { chatwork: opened.chatwork, slack: opened.slack, email: opened.email };
});
afterEach(async () => {
  await closeChannels(channels);
  await sandbox.close();
});

const DELIVERY = '01903b3c-7a52-7c3e-9a41-3f9a0c21b7d4';
const TEXT = `■ご用件: 見積書の件\n配信番号: ${deliveryMark(DELIVERY)}`;
const MESSAGES: Readonly<Record<ChannelName, { readonly address: string; readonly body: Body }>> = {
  chatwork: { address: '36818150', body: { text: TEXT } },
  slack: {
    address: 'C0REPORTS',
    body: { text: TEXT, blocks: [{ type: 'section', text: { type: 'plain_text', text: TEXT } }] },
  },
  email: {
    address: 'yamada@client.example',
    body: { subject: '【受電報告】', text: TEXT, html: '<p>■ご用件: 見積書の件</p>' },
  },
};

function message(channel: ChannelName) {
  return { deliveryId: DELIVERY, mark: deliveryMark(DELIVERY), mention: null, ...MESSAGES[channel] };
}

const send = (channel: ChannelName) => channels[channel].send(message(channel), AbortSignal.timeout(10_000));

/** Takes the report, and loses the answer. */
const ANSWER_LOST: Readonly<Record<ChannelName, FailureRule>> = {
  chatwork: { service: 'chatwork', failure: { how: 'reset', accept: true } },
  slack: { service: 'slack', failure: { how: 'reset', accept: true } },
  email: { service: 'email', failure: { how: 'reset', phase: 'end' } },
};

describe.each(CHANNEL_NAMES)('%s', (channel) => {
  it('delivers one message, and the sandbox knows which delivery it was', async () => {
    expect((await send(channel)).type).toBe('delivered');
    expect(sandbox.arrived()).toMatchObject([
      { channel, target: MESSAGES[channel].address, mark: deliveryMark(DELIVERY) },
    ]);
    expect(sandbox.arrived()[0]?.text).toContain('見積書の件');
  });

  it('has a credential that works', async () => {
    expect((await channels[channel].checkCredential(AbortSignal.timeout(10_000))).ok).toBe(true);
  });

  it('calls a lost answer uncertain, and finds the message where the far side can be read', async () => {
    sandbox.fail(ANSWER_LOST[channel]);
    const startedAtMs = Date.now();
    expect((await send(channel)).type).toBe('uncertain');
    expect(sandbox.arrived()).toHaveLength(1);
    const look = await channels[channel].reconcile(
      { message: message(channel), startedAtMs, ownedByOther: async () => false },
      AbortSignal.timeout(10_000),
    );
    expect(look.type).toBe(channel === 'email' ? 'inconclusive' : 'found');
  });
});
