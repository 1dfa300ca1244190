import { describe, expect, it } from 'vitest';
import { closeChannels, openChannels } from '../../src/channels/index.ts';
import { receiptKey } from '../../src/channels/receipt.ts';

const clock = () => new Date('2024-06-20T04:05:06Z');

describe('openChannels', () => {
  it('opens exactly the channels that have settings', async () => {
    expect(openChannels({}, { clock })).toEqual({});
    const all = openChannels(
      {
        chatwork: { apiToken: 't', apiUrl: 'http://127.0.0.1:9/v2' },
        slack: { botToken: 'xoxb-fictional', apiUrl: 'http://127.0.0.1:9/api/' },
        email: { smtpUrl: 'smtp://127.0.0.1:9', from: 'report@agency.example' },
      },
      { clock },
    );
    expect(Object.entries(all).map(([key, channel]) => [key, channel.name])).toEqual([
      ['chatwork', 'chatwork'],
      ['slack', 'slack'],
      ['email', 'email'],
    ]);
    await closeChannels(all);
  });
});

describe('receiptKey', () => {
  it('is the value that makes a message one and no other at its address', () => {
    expect(receiptKey('chatwork', { room_id: '1', message_id: '2' })).toBe('2');
    expect(receiptKey('slack', { channel: 'C1', ts: '1.2' })).toBe('1.2');
    expect(receiptKey('email', { message_id: '<a@b>' })).toBe('<a@b>');
  });
});
