import type { Context, Handler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Child } from 'hono/jsx';
import type { Logger } from 'pino';
import type { SlackOAuth } from '../../channels/slack/oauth.ts';
import { INSTALL_STATE_MINUTES, type InstallLinks } from '../../domain/install-link.ts';
import type { Clock } from '../../domain/ports.ts';
import type { ConnectWorkspace } from '../../workspaces/connect.ts';
import type { LinkStanding } from '../../workspaces/install-links.ts';
import { replyHeaders } from '../reply/headers.ts';
import { ConnectedPage, ConnectPage, InstallNoticePage } from './page.tsx';
import { STYLE } from './style.ts';

/** What the two pages need; undefined settings of the app's own id leave only an explanation. */
export interface InstallDoor {
  readonly links: InstallLinks;
  readonly oauth: SlackOAuth;
  readonly standing: (linkId: string, now: Date) => Promise<LinkStanding>;
  readonly connect: ConnectWorkspace;
  /** Id of the agency's own workspace; undefined while Slack has not said. */
  readonly ownTeam: () => Promise<string | undefined>;
  /** Does not end with a slash. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly exchangeTimeoutMs?: number;
}

const COOKIE = 'toritsugi_install';
const EXCHANGE_TIMEOUT_MS = 10_000;
const CODE = /^[\w.~-]{1,512}$/;

const ASK_AGAIN = 'お手数ですが、当社の担当者へ新しいリンクをお申し付けください。';
const OPEN_AGAIN = '当社からお送りしたリンクを、もう一度開いてください。';

/** Both pages where no app id is set. */
export function noInstallHandler(): Handler {
  return (context) => {
    wear(context);
    return page(
      context,
      404,
      'この機能は使われていません',
      'Slackワークスペースの連携は、現在受け付けておりません。',
    );
  };
}

/**
 * `GET /slack/install?link=…`: shows whose reports the workspace will get, and the way to Slack. It uses nothing up,
 * because scanners open every link; it gives the browser the secret that the way back is held against (P9).
 *
 * 200 · 404 no link of ours, or none at all · 410 used, replaced or expired · 503 the database is away.
 */
export function installHandler(door: InstallDoor): Handler {
  return guarded(door, async (context) => {
    const token = context.req.query('link') ?? '';
    const now = door.clock();
    const link = door.links.read(token, now);
    if (link.type === 'invalid') {
      return page(
        context,
        404,
        'このリンクは使えません',
        `貴社のSlackワークスペースを連携するには、当社からお送りするリンクが必要です。リンクが途中で切れている場合は、もう一度お確かめください。${ASK_AGAIN}`,
      );
    }
    const standing = link.type === 'valid' ? await door.standing(link.linkId, now) : undefined;
    if (link.type === 'expired' || standing?.type !== 'open') return closed(context);
    const { state, browser } = door.links.begin(link.linkId, now);
    setCookie(context, COOKIE, browser, { ...cookieFor(door), maxAge: INSTALL_STATE_MINUTES * 60 });
    return html(
      context,
      200,
      <ConnectPage clientName={standing.clientName} authorizeUrl={door.oauth.authorizeUrl(state)} />,
    );
  });
}

/**
 * `GET /slack/oauth_redirect?code=…&state=…`: Slack sends the browser back. The state must be ours, of this browser
 * and fresh, its link not used yet; only then is the code exchanged.
 *
 * 200 connected · 400 not ours, not this browser's, too late, or nothing that can be kept · 409 another's workspace ·
 * 410 the link is used · 502 Slack did not hand over a token · 503 the database is away.
 */
export function oauthRedirectHandler(door: InstallDoor): Handler {
  return guarded(door, async (context) => {
    const now = door.clock();
    const begun = door.links.finish(context.req.query('state') ?? '', getCookie(context, COOKIE) ?? '', now);
    if (begun.type === 'invalid') {
      return page(
        context,
        400,
        '連携を確認できませんでした',
        `この画面は、連携を始めたときと同じブラウザーで開いてください。何も連携していません。${OPEN_AGAIN}`,
      );
    }
    if (begun.type === 'expired') {
      return page(context, 400, '時間が過ぎました', `何も連携していません。${OPEN_AGAIN}`);
    }
    const { linkId } = begun;
    if ((await door.standing(linkId, now)).type !== 'open') return closed(context);
    if (context.req.query('error') !== undefined) {
      return page(
        context,
        400,
        '連携しませんでした',
        `Slackで許可されなかったため、何も連携していません。やり直す場合は、${OPEN_AGAIN}`,
      );
    }
    const code = context.req.query('code') ?? '';
    if (!CODE.test(code)) return notHandedOver(context);
    return await finish(context, linkId, code);
  });

  async function finish(context: Context, linkId: string, code: string): Promise<Response> {
    // Before the code is spent: what the answer is held against must be known.
    const own = await door.ownTeam();
    if (own === undefined) return notHandedOver(context);
    const limit = AbortSignal.timeout(door.exchangeTimeoutMs ?? EXCHANGE_TIMEOUT_MS);
    const exchanged = await door.oauth.exchange(code, limit);
    switch (exchanged.type) {
      case 'refused':
      case 'failed':
        door.log.warn({ reason: exchanged.reason.code }, 'a workspace was not connected');
        return notHandedOver(context);
      case 'unsuitable':
        door.log.warn({ reason: exchanged.why }, 'a workspace was not connected');
        return page(
          context,
          400,
          '連携できませんでした',
          exchanged.why === 'organisation'
            ? `組織全体へのインストールには対応しておりません。ワークスペースを1つ選んでください。${OPEN_AGAIN}`
            : 'アプリの設定に誤りがあります。お手数ですが、当社の担当者へお知らせください。',
        );
      case 'installed':
        break;
      default:
        return exchanged satisfies never;
    }
    if (own === exchanged.teamId) {
      // P9: its token would stand for operators, and its channels are every client's.
      return page(
        context,
        409,
        '連携できませんでした',
        `選ばれたのは当社のワークスペースです。貴社のワークスペースを選んでください。${OPEN_AGAIN}`,
      );
    }
    const { type: _type, ...installation } = exchanged;
    const connected = await door.connect(linkId, installation);
    switch (connected.type) {
      case 'connected': {
        deleteCookie(context, COOKIE, cookieFor(door));
        door.log.info({ workspace: exchanged.teamId }, 'a workspace was connected');
        const { clientName, teamName, teamId, channels } = connected.workspace;
        return html(context, 200, <ConnectedPage {...{ clientName, teamName, teamId, channels }} />);
      }
      case 'closed':
        return closed(context);
      case 'taken':
        return page(
          context,
          409,
          '連携できませんでした',
          'このワークスペースは、すでに別のご契約で連携されています。お手数ですが、当社の担当者へお知らせください。',
        );
      default:
        return connected satisfies never;
    }
  }
}

function guarded(door: InstallDoor, answer: (context: Context) => Promise<Response>): Handler {
  return async (context) => {
    wear(context);
    try {
      return await answer(context);
    } catch (thrown) {
      // P10: the address holds the link or the code, and is not logged.
      door.log.error({ err: thrown }, 'a page for connecting a workspace failed');
      context.header('Retry-After', '30');
      return page(
        context,
        503,
        'ただいまお受けできません',
        `恐れ入りますが、少し時間をおいてから、${OPEN_AGAIN}`,
      );
    }
  };
}

/** Lax: Slack sends the browser back by a link from another site. */
function cookieFor({ publicUrl }: InstallDoor) {
  const { protocol, pathname } = new URL(publicUrl);
  return {
    path: `${pathname.replace(/\/$/, '')}/slack`,
    httpOnly: true,
    secure: protocol === 'https:',
    sameSite: 'Lax',
  } as const;
}

function wear(context: Context): void {
  for (const [name, value] of Object.entries(replyHeaders([STYLE]))) context.header(name, value);
}

function closed(context: Context): Promise<Response> {
  return page(
    context,
    410,
    'このリンクは使えなくなりました',
    `リンクは一度だけ使えます。使用済みか、有効期限が過ぎたか、新しいリンクに替わっています。${ASK_AGAIN}`,
  );
}

function notHandedOver(context: Context): Promise<Response> {
  return page(
    context,
    502,
    '連携できませんでした',
    `Slackから応答を受け取れませんでした。何も連携していません。少し時間をおいて、${OPEN_AGAIN}`,
  );
}

type Status = 200 | 400 | 404 | 409 | 410 | 502 | 503;

function page(context: Context, status: Status, title: string, words: string): Promise<Response> {
  return html(context, status, <InstallNoticePage title={title}>{words}</InstallNoticePage>);
}

async function html(context: Context, status: Status, content: Child): Promise<Response> {
  return context.html(`<!doctype html>${content}`, status);
}
