import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { signWebhook } from '../../src/sandbox/chatwork/webhook.ts';
import { startSandbox } from '../../src/sandbox/index.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe('signWebhook', () => {
  it('agrees with two signatures of the real Chatwork', () => {
    expect(
      signWebhook(
        'A9ne+ygvdV0IZBaPFV2zC1e5Bk+IsI14BPwieRoBQNU=',
        '{"webhook_setting_id":"246","webhook_event_type":"message_created","webhook_event_time":1511238729,"webhook_event":{"message_id":"984676321621704704","room_id":36818150,"account_id":1484814,"body":"test","send_time":1511238729,"update_time":0}}',
      ),
    ).toBe('G7Gtrh5Ee6d8erOVXhWPtUrkNJqqIT5vwLU50KhyLQk=');
    expect(
      signWebhook(
        'iY/hmitgwCBlc5DnjAZ8pyRG1HF0zFflfmKmtCDg1wk=',
        '{"webhook_setting_id":"581","webhook_event_type":"mention_to_me","webhook_event_time":1516629767,"webhook_event":{"from_account_id":2861671,"to_account_id":2739132,"room_id":93207172,"message_id":"1007287971738591232","body":"[rp aid=2739132 to=93207172-1007287785163345920] sue445\\ntest","send_time":1516629766,"update_time":0}}',
      ),
    ).toBe('NTIUzbXiwLvM7C/MT3Kd75Lw1w2N5tyWtcEieKiqhY0=');
  });
});

describe('webhooks', () => {
  it('tell of a reply twice, once as a mention, signed over the exact bytes, and never again', async () => {
    const received: { signature: string; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        received.push({ signature: String(request.headers['x-chatworkwebhooksignature']), body });
        response.statusCode = received.length === 1 ? 500 : 200;
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const sandbox = await startSandbox();
    closers.push(() => sandbox.close());
    sandbox.chatwork.webhooksTo(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/chatwork`,
    );

    const { accountId } = sandbox.chatwork.account;
    const said = await sandbox.chatwork.say({
      roomId: '42',
      account: { accountId: 77, name: '山田' },
      body: `[rp aid=${accountId} to=42-1984676321621704704] 取次\n対応しました`,
    });
    expect(said.webhooks).toEqual([
      { type: 'message_created', status: 500 },
      { type: 'mention_to_me', status: 200 },
    ]);
    expect(received).toHaveLength(2);
    for (const { signature, body } of received) {
      expect(signature).toBe(signWebhook(sandbox.chatwork.webhookToken, body));
    }
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({
      webhook_event_type: 'mention_to_me',
      webhook_event: {
        from_account_id: 77,
        to_account_id: accountId,
        room_id: 42,
        message_id: said.messageId,
      },
    });

    await fetch(`${sandbox.chatwork.url}/rooms/42/messages`, {
      method: 'POST',
      headers: { 'x-chatworktoken': sandbox.chatwork.apiToken },
      body: new URLSearchParams({ body: `[To:${accountId}] own words` }),
    });
    await vi.waitFor(() => expect(received).toHaveLength(3));
    expect(JSON.parse(received[2]?.body ?? '')).toMatchObject({ webhook_event_type: 'message_created' });
  });

  it('report an address that nobody answers at', async () => {
    const sandbox = await startSandbox({ chatwork: { webhookUrl: 'http://127.0.0.1:1/' } });
    closers.push(() => sandbox.close());
    const said = await sandbox.chatwork.say({
      roomId: '1',
      account: { accountId: 7, name: '山田' },
      body: 'x',
    });
    expect(said.webhooks).toEqual([{ type: 'message_created', status: 0 }]);
  });
});
