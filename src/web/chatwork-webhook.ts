import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Handler } from 'hono';
import type { Logger } from 'pino';
import { z } from 'zod';
import { namesSomebody } from '../channels/chatwork/notation.ts';
import type { ToldMessage } from '../followup/chatwork/keep-reply.ts';
import { readBody } from './body.ts';

export interface ChatworkDoor {
  /** As Chatwork shows it: base64 of the key. */
  readonly token: string;
  readonly keep: (message: ToldMessage) => Promise<boolean>;
  readonly log: Logger;
}

/**
 * `POST /webhooks/chatwork`: one event, signed over its exact bytes.
 *
 * 200 kept, known already, or nothing to us · 400 signed and not an event · 401 not signed with our token · 413 too
 * large · 503 it could not be kept: Chatwork does not come again, a look at the room will find it.
 */
export function chatworkHandler(door: ChatworkDoor): Handler {
  return async (context) => {
    const signature = context.req.header('x-chatworkwebhooksignature');
    // Nobody who shows no signature at all has a body read.
    if (signature === undefined) return context.text('the signature is missing', 401);
    const raw = await readBody(context.req.raw);
    if (raw === undefined) return context.text('the event is too large', 413);
    if (!isSigned(raw, signature, door.token)) return context.text('the signature is wrong', 401);
    const told = readEvent(raw);
    if (told === undefined) return context.text('this is no event', 400);
    if (told === 'other') return context.text('ok');
    try {
      const isNew = await door.keep(told);
      door.log.info({ event: told.source, new: isNew }, 'a webhook of Chatwork was taken');
      return context.text('ok');
    } catch (thrown) {
      door.log.error({ err: thrown }, 'a webhook of Chatwork could not be kept');
      return context.text('not now', 503);
    }
  };
}

/** `base64(HMAC-SHA256(base64decode(token), raw body))`, compared in the same time whatever differs. */
export function isSigned(raw: Uint8Array, signature: string, token: string): boolean {
  const expected = createHmac('sha256', Buffer.from(token, 'base64')).update(raw).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const id = z.union([z.string().regex(/^\d{1,20}$/), z.number().int().positive().transform(String)]);
/** Until the year 5138, which `Date` can hold: anything beyond is no time. */
const seconds = z.number().int().min(0).max(99_999_999_999);
const message = z.object({
  room_id: id,
  // As text only: a number beyond 2^53 is another message by the time it is read.
  message_id: z.string().regex(/^\d{1,20}$/),
  body: z.string(),
  send_time: seconds,
  update_time: seconds,
});
const event = z.discriminatedUnion('webhook_event_type', [
  z.object({
    webhook_event_type: z.enum(['message_created', 'message_updated']),
    webhook_event: message.extend({ account_id: id }),
  }),
  z.object({
    webhook_event_type: z.literal('mention_to_me'),
    webhook_event: message.extend({ from_account_id: id }),
  }),
]);
const anyEvent = z.object({ webhook_event_type: z.string(), webhook_event: z.object({}) });

/** Undefined: not an event. `other`: an event of another kind, or a message that names nobody, which is not kept (P10). */
function readEvent(raw: Buffer): ToldMessage | 'other' | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return undefined;
  }
  const parsed = event.safeParse(json);
  if (!parsed.success) {
    const known = ['message_created', 'message_updated', 'mention_to_me'];
    const other = anyEvent.safeParse(json);
    return other.success && !known.includes(other.data.webhook_event_type) ? 'other' : undefined;
  }
  const { webhook_event_type: source, webhook_event: told } = parsed.data;
  if (!namesSomebody(told.body)) return 'other';
  return {
    source,
    roomId: told.room_id,
    messageId: told.message_id,
    accountId: 'from_account_id' in told ? told.from_account_id : told.account_id,
    body: told.body,
    sentAt: told.send_time,
    updatedAt: told.update_time,
  };
}
