import { createHmac } from 'node:crypto';
import type { Clock } from '../../domain/ports.ts';
import { CHATWORK_WEBHOOK_TOKEN } from '../credentials.ts';
import { namesApp, webhookJson } from './json.ts';
import type { ChatworkMessage, Room } from './rooms.ts';

/** `x-chatworkwebhooksignature`: base64 of HMAC-SHA256 over the raw body, keyed with the decoded token. */
export function signWebhook(token: string, rawBody: string): string {
  return createHmac('sha256', Buffer.from(token, 'base64')).update(rawBody, 'utf8').digest('base64');
}

export interface WebhookAnswer {
  readonly type: 'message_created' | 'message_updated' | 'mention_to_me';
  /** 0 when nobody answered. */
  readonly status: number;
}

/**
 * Tells a webhook address of a message, once, as Chatwork does: never again, whatever the answer. A message that
 * names the app's account with `[To:…]` or `[rp aid=…]` gives a `mention_to_me` besides the `message_created`; an
 * edit gives a `message_updated` alone.
 */
export async function emitWebhooks(o: {
  readonly url: string;
  readonly room: Room;
  readonly message: ChatworkMessage;
  readonly edited?: boolean;
  readonly clock: Clock;
  readonly timeoutMs: number;
}): Promise<readonly WebhookAnswer[]> {
  const types: WebhookAnswer['type'][] = o.edited ? ['message_updated'] : ['message_created'];
  if (!o.edited && namesApp(o.message)) types.push('mention_to_me');
  const answers: WebhookAnswer[] = [];
  for (const [index, type] of types.entries()) {
    const body = JSON.stringify(
      webhookJson({
        type,
        room: o.room,
        message: o.message,
        settingId: String(index + 1),
        nowSeconds: Math.floor(o.clock().getTime() / 1000),
      }),
    );
    const status = await fetch(o.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ChatWork-Webhook/1.0.0',
        'x-chatworkwebhooksignature': signWebhook(CHATWORK_WEBHOOK_TOKEN, body),
      },
      body,
      signal: AbortSignal.timeout(o.timeoutMs),
    }).then(
      (response) => response.body?.cancel().then(() => response.status) ?? response.status,
      () => 0,
    );
    answers.push({ type, status });
  }
  return answers;
}
