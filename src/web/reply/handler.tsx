import type { Context, Handler } from 'hono';
import type { Child } from 'hono/jsx';
import type { Logger } from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { DoneLinks } from '../../domain/done-link.ts';
import type { Clock } from '../../domain/ports.ts';
import type { Done } from '../../followup/mark-done.ts';
import { readBody } from '../body.ts';
import { replyHeaders } from './headers.ts';
import { DONE_FIELD, DonePage, NoticePage, OpenPage } from './page.tsx';

export interface ReplyDoor {
  readonly links: DoneLinks;
  readonly done: Done;
  readonly clock: Clock;
  readonly log: Logger;
  /** Requests one link may make a minute in one process; what a person does is a handful. */
  readonly perMinute?: number;
}

const PER_MINUTE = 30;
const METHODS = 'GET, HEAD, POST';

/**
 * `/r/:token`, the link in a mail or Chatwork report. GET shows, and nothing else: scanners open every link.
 * Only POST acts, once and for all, and leads back to the page.
 *
 * 200 the page · 303 marked, now or before · 400 not our form · 403 sent by another site · 404 no link of ours ·
 * 405 · 410 expired or revoked · 413 · 429 too often · 503 the database is away: nothing was marked.
 */
export function replyHandler(door: ReplyDoor): Handler {
  const headers = replyHeaders();
  const limiter = new RateLimiterMemory({ points: door.perMinute ?? PER_MINUTE, duration: 60 });

  async function answer(context: Context): Promise<Response> {
    const { method } = context.req;
    if (!METHODS.split(', ').includes(method)) {
      context.header('Allow', METHODS);
      return page(
        context,
        405,
        'このページではできない操作です',
        'もう一度、報告のリンクから開いてください。',
      );
    }
    const token = context.req.param('token') ?? '';
    const link = door.links.read(token, door.clock());
    // Nothing is looked up, or counted, for what was not signed by us.
    if (link.type === 'invalid') return unknown(context);
    if (link.type === 'expired') return revoked(context);
    const { deliveryId } = link;
    const within = await limiter.consume(deliveryId).then(
      () => true,
      () => false,
    );
    if (!within) {
      context.header('Retry-After', '60');
      return page(context, 429, '少し時間をおいてください', '1分ほどたってから、もう一度開いてください。');
    }
    if (method === 'POST') {
      const refused = await refusal(context);
      if (refused !== undefined) return refused;
      const result = await door.done.mark(deliveryId, { via: 'link' });
      if (result.type === 'revoked') return revoked(context);
      // Relative, so that it holds behind a proxy that gives this server a path of its own.
      return context.body(null, 303, { Location: `./${token}` });
    }
    const reading = await door.done.read(deliveryId);
    switch (reading.type) {
      case 'open':
        return html(context, 200, <OpenPage report={reading.report} />);
      case 'done':
        return html(context, 200, <DonePage report={reading.report} mark={reading.mark} />);
      case 'revoked':
        return revoked(context);
      default:
        return reading satisfies never;
    }
  }

  return async (context) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    try {
      return await answer(context);
    } catch (thrown) {
      // P10: the address holds the token, and is not logged.
      door.log.error({ err: thrown }, 'a reply page failed');
      context.header('Retry-After', '30');
      return page(
        context,
        503,
        'ただいまお受けできません',
        '恐れ入りますが、少し時間をおいて、もう一度お試しください。同じ操作を繰り返していただいて差し支えありません。',
      );
    }
  };
}

/** The form of our own page sends exactly one field, from this very site. */
async function refusal(context: Context): Promise<Response | undefined> {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return page(context, 403, 'このページからだけ操作できます', 'もう一度、報告のリンクから開いてください。');
  }
  const form = /^application\/x-www-form-urlencoded\b/i.test(context.req.header('content-type') ?? '');
  const body = await readBody(context.req.raw);
  if (body === undefined)
    return page(context, 413, '送信できませんでした', 'もう一度、報告のリンクから開いてください。');
  if (!form || body.toString('latin1') !== `${DONE_FIELD.name}=${DONE_FIELD.value}`) {
    return page(context, 400, '送信できませんでした', 'もう一度、報告のリンクから開いてください。');
  }
  return undefined;
}

type Status = 200 | 400 | 403 | 404 | 405 | 410 | 413 | 429 | 503;

function unknown(context: Context): Response | Promise<Response> {
  return page(
    context,
    404,
    'このリンクは使えません',
    'リンクが途中で切れている可能性があります。お手数ですが、報告のリンクをもう一度お確かめください。',
  );
}

function revoked(context: Context): Response | Promise<Response> {
  return page(
    context,
    410,
    'このリンクは使えなくなりました',
    '有効期限が過ぎたか、報告が取り消されたリンクです。ご用の際は、当社までお知らせください。',
  );
}

function page(context: Context, status: Status, title: string, words: string): Response | Promise<Response> {
  return html(context, status, <NoticePage title={title}>{words}</NoticePage>);
}

function html(context: Context, status: Status, content: Child): Response | Promise<Response> {
  return context.html(`<!doctype html>${content}`, status);
}
