import type { Context, Handler } from 'hono';
import type { Logger } from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { LinkedStatements } from '../../billing/linked-statement.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { LinkPurpose, ReplyLinks } from '../../domain/reply-link.ts';
import type { Cases } from '../../followup/cases/cases.ts';
import type { Disputes } from '../../followup/disputes/disputes.ts';
import type { Done } from '../../followup/mark-done.ts';
import { readBody } from '../body.ts';
import { createAnswerReply } from './answer-reply.tsx';
import { createDoneReply } from './done-reply.tsx';
import { replyHeaders } from './headers.ts';
import { notice, type Reply, refusalPage, unreadable } from './reply.tsx';
import { createStatementReply } from './statement-reply.tsx';

export interface ReplyDoor {
  readonly links: ReplyLinks;
  readonly done: Done;
  readonly disputes: Pick<Disputes, 'read' | 'ask' | 'reportOf'>;
  readonly cases: Pick<Cases, 'readForDelivery' | 'answer'>;
  readonly statements: LinkedStatements;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  /** Requests one link may make a minute in one process; what a person does is a handful. */
  readonly perMinute?: number;
}

const PER_MINUTE = 30;
const METHODS = 'GET, HEAD, POST';
const FORM = /^application\/x-www-form-urlencoded\b/i;

/**
 * `/r/:token`, the link in a mail or Chatwork report; the token says whether it marks a call done (and says something
 * of its report), answers a case or shows a statement.
 * GET shows, and nothing else: scanners open every link. Only POST acts, once for the same form, and leads back to
 * the page.
 *
 * 200 the page · 303 acted, now or before · 400 not our form · 403 sent by another site · 404 no link of ours ·
 * 405 · 410 expired or revoked · 413 · 422 something to put right · 429 too often · 503 the database is away:
 * nothing was written. What was typed is shown again wherever a person could have typed it.
 */
export function replyHandler(door: ReplyDoor): Handler {
  const headers = replyHeaders();
  const limiter = new RateLimiterMemory({ points: door.perMinute ?? PER_MINUTE, duration: 60 });
  const replies: Readonly<Record<LinkPurpose, Reply>> = {
    done: createDoneReply(door),
    answer: createAnswerReply(door),
    statement: createStatementReply(door),
  };

  async function answer(context: Context): Promise<Response> {
    const { method } = context.req;
    if (!METHODS.split(', ').includes(method)) {
      context.header('Allow', METHODS);
      return await notice(
        context,
        405,
        'このページではできない操作です',
        'もう一度、報告のリンクから開いてください。',
      );
    }
    const link = door.links.read(context.req.param('token') ?? '', door.clock());
    // Nothing is looked up, or counted, for what was not signed by us.
    if (link.type === 'invalid') return await unknown(context);
    const reply = replies[link.purpose];
    const sent = method === 'POST' ? await readForm(context) : undefined;
    if (typeof sent === 'object') return sent;
    if (link.type === 'expired') return await refuse(context, reply, 'gone', sent);
    const { deliveryId } = link;
    const within = await limiter.consume(deliveryId).then(
      () => true,
      () => false,
    );
    if (!within) return await refuse(context, reply, 'often', sent);
    try {
      return await (sent === undefined
        ? reply.show(context, deliveryId)
        : reply.act(context, deliveryId, sent));
    } catch (thrown) {
      logFault(thrown);
      return await refuse(context, reply, 'away', sent);
    }
  }

  /** P10: the address holds the token, and is not logged. */
  function logFault(thrown: unknown): void {
    door.log.error({ err: thrown }, 'a reply page failed');
  }

  return async (context) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    try {
      return await answer(context);
    } catch (thrown) {
      logFault(thrown);
      return await refusalPage(context, 'away');
    }
  };
}

async function refuse(
  context: Context,
  reply: Reply,
  why: Parameters<Reply['refuse']>[1],
  sent: string | undefined,
): Promise<Response> {
  return await (sent === undefined ? refusalPage(context, why) : reply.refuse(context, why, sent));
}

/** The form a page of ours sent from this very site, or what is answered instead. */
async function readForm(context: Context): Promise<string | Response> {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return await notice(
      context,
      403,
      'このページからだけ操作できます',
      'もう一度、報告のリンクから開いてください。',
    );
  }
  const body = await readBody(context.req.raw);
  if (body === undefined) {
    return await notice(
      context,
      413,
      '送信できませんでした',
      '文章が長すぎます。前のページに戻って短くするか、もう一度、報告のリンクから開いてください。',
    );
  }
  if (!FORM.test(context.req.header('content-type') ?? '')) return await unreadable(context);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return await unreadable(context);
  }
}

function unknown(context: Context): Response | Promise<Response> {
  return notice(
    context,
    404,
    'このリンクは使えません',
    'リンクが途中で切れている可能性があります。お手数ですが、報告のリンクをもう一度お確かめください。',
  );
}
