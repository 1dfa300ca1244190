import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/channels/channel.ts';
import { createChatworkInbox } from '../../src/channels/chatwork/inbox.ts';
import { closeChannels, openChannels } from '../../src/channels/index.ts';
import { receiptKey } from '../../src/channels/receipt.ts';
import type { Body } from '../../src/domain/body.ts';
import { deliveryMark } from '../../src/domain/delivery.ts';
import type { ChannelName, Outcome } from '../../src/domain/outcome.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

const signal = new AbortController().signal;
let nextId = 0;

const BODIES: Readonly<Record<ChannelName, (mark: string) => Body>> = {
  chatwork: (mark) => ({ text: `[info]【受電報告】 ${mark}[/info]` }),
  slack: (mark) => ({ text: `【受電報告】 ${mark}`, blocks: [] }),
  email: (mark) => ({ subject: '【受電報告】', text: `本文 ${mark}`, html: `<p>本文 ${mark}</p>` }),
};
const ADDRESSES: Readonly<Record<ChannelName, string>> = {
  chatwork: '36818150',
  slack: 'C0FRONTDESK',
  email: 'soumu@client.example',
};

function message(channel: ChannelName, address = ADDRESSES[channel]): OutgoingMessage {
  nextId += 1;
  const deliveryId = `01902f6e-7c1a-7b3c-9d4e-${nextId.toString(16).padStart(12, '0')}`;
  const mark = deliveryMark(deliveryId);
  return { deliveryId, mark, address, mention: null, body: BODIES[channel](mark) };
}

describe('the channels against the sandbox, which is written to the same reference by other hands', () => {
  let sandbox: Sandbox;
  let channels: ReturnType<typeof openChannels>;
  const send = async (channel: ChannelName, outgoing: OutgoingMessage): Promise<Outcome> => {
    const opened = channels[channel];
    if (opened === undefined) throw new Error(`${channel} is not open`);
    return await opened.send(outgoing, signal);
  };
  const look = async (channel: ChannelName, outgoing: OutgoingMessage, owned: readonly string[] = []) =>
    await channels[channel]?.reconcile(
      {
        message: outgoing,
        startedAtMs: Date.now() - 1_000,
        ownedByOther: async (key) => owned.includes(key),
      },
      signal,
    );

  beforeEach(async () => {
    sandbox = await startSandbox();
    channels = openChannels(
      {
        chatwork: { apiToken: sandbox.chatwork.apiToken, apiUrl: sandbox.chatwork.url },
        slack: { botToken: sandbox.slack.botToken, apiUrl: sandbox.slack.url },
        email: { smtpUrl: sandbox.email.smtpUrl, from: '受電報告 <report@agency.example>' },
      },
      { clock: () => new Date() },
    );
  });
  afterEach(async () => {
    await closeChannels(channels);
    await sandbox.close();
  });

  it.each(['chatwork', 'slack', 'email'] as const)(
    '%s: arrives once, and the credential is good',
    async (channel) => {
      const outgoing = message(channel);
      const outcome = await send(channel, outgoing);
      expect(outcome.type).toBe('delivered');
      const arrived = sandbox.arrived();
      expect(arrived).toMatchObject([
        { channel, target: outgoing.address, text: expect.stringContaining(outgoing.mark) },
      ]);
      if (outcome.type === 'delivered') expect(receiptKey(channel, outcome.receipt)).toBe(arrived[0]?.id);
      expect(await channels[channel]?.checkCredential(signal)).toMatchObject({ ok: true });
    },
  );

  it.each(['chatwork', 'slack'] as const)(
    'P4 %s: an answer lost after arrival is found again',
    async (channel) => {
      const operation = channel === 'slack' ? 'chat.postMessage' : undefined;
      for (const how of ['reset', 'close', 'truncated', 'html'] as const) {
        sandbox.fail({
          service: channel,
          ...(operation === undefined ? {} : { operation }),
          times: 1,
          failure: { how, accept: true },
        });
        const outgoing = message(channel);
        expect((await send(channel, outgoing)).type).toBe('uncertain');
        const found = await look(channel, outgoing);
        expect(found?.type).toBe('found');
        const owned = sandbox.arrived().filter((arrived) => arrived.text.includes(outgoing.mark));
        expect(owned).toHaveLength(1);
        if (found?.type === 'found') {
          const key = receiptKey(channel, found.receipt);
          expect(key).toBe(owned[0]?.id);
          expect(await look(channel, outgoing, [key])).toEqual({ type: 'absent' });
        }
      }
    },
  );

  it.each(['chatwork', 'slack'] as const)(
    'P4 %s: a request lost before arrival is absent',
    async (channel) => {
      sandbox.fail({ service: channel, times: 1, failure: { how: 'reset', accept: false } });
      const outgoing = message(channel);
      expect((await send(channel, outgoing)).type).toBe('uncertain');
      expect(await look(channel, outgoing)).toEqual({ type: 'absent' });
      expect(sandbox.arrived()).toEqual([]);
    },
  );

  it('slack: a post to a person arrives in their messages and is found there', async () => {
    sandbox.fail({
      service: 'slack',
      operation: 'chat.postMessage',
      times: 1,
      failure: { how: 'reset', accept: true },
    });
    const outgoing = message('slack', 'U0OPERATOR1');
    expect((await send('slack', outgoing)).type).toBe('uncertain');
    expect((await look('slack', outgoing))?.type).toBe('found');
  });

  it('chatwork: the eleventh message in ten seconds waits, for its room only', async () => {
    const outcomes = [];
    for (let nth = 1; nth <= 11; nth += 1) outcomes.push(await send('chatwork', message('chatwork')));
    expect(outcomes.filter(({ type }) => type === 'delivered')).toHaveLength(10);
    expect(outcomes.at(-1)).toMatchObject({
      type: 'wait',
      scope: 'destination',
      reason: { code: 'chatwork.room_rate_limit' },
    });
    expect((await send('chatwork', message('chatwork', '99999'))).type).toBe('delivered');
  });

  it('chatwork: what people write is found by the room list and read back, edits too', async () => {
    const inbox = createChatworkInbox({
      apiToken: sandbox.chatwork.apiToken,
      apiUrl: sandbox.chatwork.url,
      clock: () => new Date(),
    });
    const account = { accountId: 77, name: '山田' };
    const ours = String(sandbox.chatwork.account.accountId);
    try {
      expect(await inbox.account(signal)).toEqual({
        type: 'seen',
        value: { accountId: ours, name: sandbox.chatwork.account.name },
      });
      expect(await inbox.messages('4711', signal)).toEqual({ type: 'seen', value: [] });
      await sandbox.chatwork.say({ roomId: '4711', account, body: 'x' });
      const body = `[rp aid=${ours} to=4711-1] 取次\n4`;
      const { messageId } = await sandbox.chatwork.say({ roomId: '4711', account, body });
      const rooms = await inbox.rooms(signal);
      if (rooms.type !== 'seen') throw new Error(rooms.type);
      expect(rooms.value).toEqual([{ roomId: '4711', updatedAt: expect.any(Number), mentions: 1 }]);
      await sandbox.chatwork.edit({ roomId: '4711', messageId, body: `${body}です` });
      const seen = await inbox.messages('4711', signal);
      if (seen.type !== 'seen') throw new Error(seen.type);
      expect(seen.value[1]).toMatchObject({ messageId, accountId: '77', body: `${body}です` });
      expect(seen.value[1]?.updatedAt).toBeGreaterThan(0);
      for (const how of ['reset', 'html', 'truncated'] as const) {
        sandbox.fail({ service: 'chatwork', operation: 'rooms', times: 1, failure: { how } });
        expect(await inbox.rooms(signal)).toEqual({ type: 'failed', code: 'chatwork.look_failed' });
      }
      sandbox.fail({ service: 'chatwork', operation: 'rooms', times: 1, failure: { how: 'token_limit' } });
      expect((await inbox.rooms(signal)).type).toBe('wait');
    } finally {
      await inbox.close();
    }
  });
});
