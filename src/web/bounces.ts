import type { Handler } from 'hono';
import type { Logger } from 'pino';
import type { BounceResult } from '../delivery/bounce.ts';
import { carriesBearer } from './bearer.ts';
import { readBody } from './body.ts';

/** What the bearer token of `POST /webhooks/bounce` is made for (`bearerToken`). */
export const BOUNCE_PURPOSE = 'bounce webhook';
/** When a mail server or a mail service is asked to come again, seconds. */
const RETRY_AFTER_S = '60';

export interface BounceDoor {
  readonly token: string;
  readonly take: (raw: Uint8Array) => Promise<BounceResult>;
  readonly log: Logger;
}

/**
 * `POST /webhooks/bounce`: one mail that came back, as it is (`message/rfc822`), at most 1 MB.
 *
 * 204 taken, also when it changes nothing · 400 no mail, or a notification that cannot be read · 401 without the
 * token · 413 too large · 503 not now: send it again.
 */
export function bounceHandler(door: BounceDoor): Handler {
  return async (context) => {
    if (!carriesBearer(context.req.header('authorization'), door.token)) {
      return context.text('the token of the bounces is missing or wrong', 401, {
        'WWW-Authenticate': 'Bearer realm="bounces"',
      });
    }
    const raw = await readBody(context.req.raw);
    if (raw === undefined) return context.text('the mail is too large', 413);
    const later = () => context.text('not now; send it again', 503, { 'Retry-After': RETRY_AFTER_S });
    try {
      const result = await door.take(raw);
      if (result.type === 'too_early') return later();
      if (result.type !== 'unchanged') return context.body(null, 204);
      switch (result.why) {
        case 'empty':
        case 'malformed':
          return context.text('this is no mail, or a notification that cannot be read', 400);
        case 'too_large':
          return context.text('the mail is too large', 413);
        default:
          return context.body(null, 204);
      }
    } catch (thrown) {
      door.log.error({ err: thrown }, 'a bounce could not be taken');
      return later();
    }
  };
}
