import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import { NoticePage } from './frame.tsx';

type Answer = Response | Promise<Response>;

/** Why a link that was ours is not acted on. */
export type Refusal = keyof typeof REFUSALS;

const REFUSALS = {
  gone: {
    status: 410,
    title: 'このリンクは使えなくなりました',
    words: '有効期限が過ぎたか、報告が取り消されたリンクです。ご用の際は、当社までお知らせください。',
  },
  often: {
    status: 429,
    title: '少し時間をおいてください',
    words: '1分ほどたってから、もう一度お試しください。',
  },
  away: {
    status: 503,
    title: 'ただいまお受けできません',
    words:
      '恐れ入りますが、少し時間をおいて、もう一度お試しください。同じ操作を繰り返していただいて差し支えありません。',
  },
} as const;
const RETRY_AFTER: Readonly<Partial<Record<Refusal, string>>> = { often: '60', away: '30' };

/** What a link of one purpose leads to. */
export interface Reply {
  /** GET: shows, and changes nothing. Throws when the database cannot say. */
  show(context: Context, deliveryId: string): Promise<Response>;
  /** POST: acts, then leads back to the page. Throws when the database cannot say. */
  act(context: Context, deliveryId: string, sent: string): Promise<Response>;
  /** A POST that is not acted on: says why, and shows again what was typed, if anything was. */
  refuse(context: Context, why: Refusal, sent: string): Answer;
}

/** Back to the page: relative, so that it holds behind a proxy that gives this server a path of its own. */
export function backToPage(context: Context): Response {
  return context.body(null, 303, { Location: `./${context.req.param('token') ?? ''}` });
}

/** Status, headers and words of a refusal, for the page that is sent with it. */
export function refusal(context: Context, why: Refusal): (typeof REFUSALS)[Refusal] {
  const retryAfter = RETRY_AFTER[why];
  if (retryAfter !== undefined) context.header('Retry-After', retryAfter);
  return REFUSALS[why];
}

export function refusalPage(context: Context, why: Refusal): Answer {
  const { status, title, words } = refusal(context, why);
  return notice(context, status, title, words);
}

export type Status = 200 | 400 | 403 | 404 | 405 | 410 | 413 | 422 | 429 | 503;

export function notice(context: Context, status: Status, title: string, words: string): Answer {
  return html(context, status, <NoticePage title={title}>{words}</NoticePage>);
}

/** A form that our own page did not send. */
export function unreadable(context: Context): Answer {
  return notice(context, 400, '送信できませんでした', 'もう一度、報告のリンクから開いてください。');
}

export function html(context: Context, status: Status, content: Child): Answer {
  return context.html(`<!doctype html>${content}`, status);
}
