import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ToldMessage } from '../../src/followup/chatwork/keep-reply.ts';
import { createLogger } from '../../src/log.ts';
import { signWebhook } from '../../src/sandbox/chatwork/webhook.ts';
import { isSigned } from '../../src/web/chatwork-webhook.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';

/** A real token of Chatwork's documentation, with a real event and its signature. */
const TOKEN = 'iY/hmitgwCBlc5DnjAZ8pyRG1HF0zFflfmKmtCDg1wk=';
const EVENT =
  '{"webhook_setting_id":"581","webhook_event_type":"mention_to_me","webhook_event_time":1516629767,"webhook_event":{"from_account_id":2861671,"to_account_id":2739132,"room_id":93207172,"message_id":"1007287971738591232","body":"[rp aid=2739132 to=93207172-1007287785163345920] sue445\\ntest","send_time":1516629766,"update_time":0}}';
const SIGNATURE = 'NTIUzbXiwLvM7C/MT3Kd75Lw1w2N5tyWtcEieKiqhY0=';
const OTHER_TOKEN = 'A9ne+ygvdV0IZBaPFV2zC1e5Bk+IsI14BPwieRoBQNU=';

let server: WebServer;
let kept: ToldMessage[] = [];
let keep: (told: ToldMessage) => Promise<boolean>;
let lines = '';
beforeAll(async () => {
  const log = createLogger('trace', {
    write(line: string) {
      lines += line;
    },
  });
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
    metricsToken: 'another',
    chatwork: { token: TOKEN, keep: (told) => keep(told), log },
  });
});
beforeEach(() => {
  kept = [];
  lines = '';
  keep = async (told) => kept.push(told) > 0;
});
afterAll(() => server?.close(0));

const post = async (body: string, headers: Record<string, string>) => {
  const response = await fetch(`${server.url}/webhooks/chatwork`, { method: 'POST', body, headers });
  return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
};
const signed = (body: string, token = TOKEN) =>
  post(body, { 'x-chatworkwebhooksignature': signWebhook(token, body) });
const changed = (over: object) => {
  const event = JSON.parse(EVENT) as { webhook_event: object };
  return JSON.stringify({ ...event, webhook_event: { ...event.webhook_event, ...over } });
};

describe('POST /webhooks/chatwork', () => {
  it('agrees with two signatures of the real Chatwork', () => {
    expect(isSigned(Buffer.from(EVENT), SIGNATURE, TOKEN)).toBe(true);
    const created =
      '{"webhook_setting_id":"246","webhook_event_type":"message_created","webhook_event_time":1511238729,"webhook_event":{"message_id":"984676321621704704","room_id":36818150,"account_id":1484814,"body":"test","send_time":1511238729,"update_time":0}}';
    const signature = 'G7Gtrh5Ee6d8erOVXhWPtUrkNJqqIT5vwLU50KhyLQk=';
    expect(isSigned(Buffer.from(created), signature, OTHER_TOKEN)).toBe(true);
    expect(isSigned(Buffer.from(created), signature, TOKEN)).toBe(false);
    expect(isSigned(Buffer.from(`${created} `), signature, OTHER_TOKEN)).toBe(false);
  });

  it('takes the real event with every id as text, and answers with a word', async () => {
    const answer = await post(EVENT, { 'x-chatworkwebhooksignature': SIGNATURE });
    expect(answer.status).toBe(200);
    expect(answer.bytes).toBeLessThan(100);
    expect(kept).toEqual([
      {
        source: 'mention_to_me',
        roomId: '93207172',
        messageId: '1007287971738591232',
        accountId: '2861671',
        body: '[rp aid=2739132 to=93207172-1007287785163345920] sue445\ntest',
        sentAt: 1516629766,
        updatedAt: 0,
      },
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['no signature', {}],
    ['an empty one', { 'x-chatworkwebhooksignature': '' }],
    ['another token', { 'x-chatworkwebhooksignature': signWebhook(OTHER_TOKEN, EVENT) }],
    ['a signature of another body', { 'x-chatworkwebhooksignature': signWebhook(TOKEN, `${EVENT} `) }],
    ['half a signature', { 'x-chatworkwebhooksignature': SIGNATURE.slice(0, 20) }],
    ['something else', { 'x-chatworkwebhooksignature': '=?!'.repeat(300) }],
  ])('401 for %s, and nothing is kept', async (_name, headers) => {
    expect((await post(EVENT, headers)).status).toBe(401);
    expect(kept).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"webhook'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no event', '{"webhook_event_type":"mention_to_me"}'],
    ['a path for a room', changed({ room_id: '../me' })],
    ['a message id that lost its digits', EVENT.replace('"1007287971738591232"', '1007287971738591232')],
    ['no body', changed({ body: null })],
    ['a time beyond time', changed({ send_time: 1e15 })],
    ['half a second', changed({ update_time: 0.5 })],
    ['an account of words', changed({ from_account_id: 'x' })],
  ])('400 for %s, although it is signed', async (_name, body) => {
    expect((await signed(body)).status).toBe(400);
    expect(kept).toEqual([]);
  });

  it('413 for what is too large, signed or not', async () => {
    expect((await signed(changed({ body: 'あ'.repeat(400_000) }))).status).toBe(413);
    expect(kept).toEqual([]);
  });

  it('P10 keeps nothing of messages that name nobody and of events of another kind', async () => {
    expect((await signed(changed({ body: '山田様から折り返しのお電話です' }))).status).toBe(200);
    expect((await signed('{"webhook_event_type":"room_created","webhook_event":{}}')).status).toBe(200);
    expect(kept).toEqual([]);
  });

  it('503 while it cannot be kept, and P10 not a word of it in the log', async () => {
    keep = async () => {
      throw new Error('no room for 佐藤');
    };
    expect((await signed(EVENT)).status).toBe(503);
    keep = async (told) => kept.push(told) > 0;
    await signed(changed({ body: '[To:2739132] 佐藤様 090-0000-1234' }));
    expect(kept).toHaveLength(1);
    expect(lines).toContain('a webhook of Chatwork');
    for (const word of ['佐藤', '090', 'sue445', '93207172', SIGNATURE]) expect(lines).not.toContain(word);
  });

  it('is no door at all without its token', async () => {
    const closed = await startWebServer({
      host: '127.0.0.1',
      port: 0,
      readiness: createReadiness({}),
      metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
      metricsToken: 'another',
    });
    const response = await fetch(`${closed.url}/webhooks/chatwork`, { method: 'POST', body: EVENT });
    expect(response.status).toBe(404);
    await closed.close(0);
  });
});
