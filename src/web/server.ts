import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { INSTALL_PATH, OAUTH_REDIRECT_PATH } from '../domain/install-link.ts';
import { carriesBearer } from './bearer.ts';
import { readBody } from './body.ts';
import { type BounceDoor, bounceHandler } from './bounces.ts';
import { type ChatworkDoor, chatworkHandler } from './chatwork-webhook.ts';
import { type EvidenceDoor, evidenceHandler } from './evidence/handler.tsx';
import {
  type InstallDoor,
  installHandler,
  noInstallHandler,
  oauthRedirectHandler,
} from './install/handler.tsx';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';
import { type ReplyDoor, replyHandler } from './reply/handler.tsx';

export interface SlackRequest {
  readonly rawBody: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
}
export interface SlackAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebServer {
  /** `http://host:port` as bound; the port is known even when 0 was asked for. */
  readonly url: string;
  /** No new requests; resolves when those under way are answered, or after `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * The one port: Slack's requests and the probes of whoever watches the process. A process without Slack's requests
 * answers the probes only.
 */
export async function startWebServer(o: {
  readonly host: string;
  readonly port: number;
  /** Listens on a free port when `port` is taken, and tells so, instead of failing. */
  readonly elsewhereIfTaken?: (() => void) | undefined;
  readonly handleSlackRequest?: ((request: SlackRequest) => Promise<SlackAnswer>) | undefined;
  /** Takes mails that came back. */
  readonly bounces?: BounceDoor | undefined;
  /** Takes what Chatwork tells; there is no such door without its token. */
  readonly chatwork?: ChatworkDoor | undefined;
  /** The pages the links in reports lead to. */
  readonly replies?: ReplyDoor | undefined;
  /** The pages by which clients connect Slack workspaces of their own; `off` says that they cannot. */
  readonly install?: InstallDoor | 'off' | undefined;
  /** The page supervisors take a case's evidence from. */
  readonly evidence?: EvidenceDoor | undefined;
  readonly readiness: Readiness;
  readonly metrics: Pick<Metrics, 'text'>;
  /** Opens `/metrics`. A proxy on this machine makes every reader look local, so nobody gets in without it. */
  readonly metricsToken: string;
}): Promise<WebServer> {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
  });
  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', async (context) => {
    const readiness = await o.readiness();
    return context.json(readiness, readiness.ready ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    if (!carriesBearer(context.req.header('authorization'), o.metricsToken)) {
      return context.text('the token of the metrics is missing or wrong', 401, {
        'WWW-Authenticate': 'Bearer realm="metrics"',
      });
    }
    const { contentType, body } = await o.metrics.text();
    return context.body(body, 200, { 'Content-Type': contentType });
  });
  const { handleSlackRequest } = o;
  if (handleSlackRequest) {
    app.post('/slack/events', async (context) => {
      const rawBody = await readBody(context.req.raw);
      if (rawBody === undefined) return context.text('the request is too large', 413);
      const headers = Object.fromEntries(context.req.raw.headers);
      const answer = await handleSlackRequest({ rawBody, headers });
      return new Response(answer.body === '' ? null : answer.body, {
        status: answer.status,
        headers: answer.headers,
      });
    });
  }
  if (o.replies) app.all('/r/:token', replyHandler(o.replies));
  if (o.chatwork) app.post('/webhooks/chatwork', chatworkHandler(o.chatwork));
  if (o.install !== undefined) {
    const off = noInstallHandler();
    app.get(INSTALL_PATH, o.install === 'off' ? off : installHandler(o.install));
    app.get(OAUTH_REDIRECT_PATH, o.install === 'off' ? off : oauthRedirectHandler(o.install));
  }
  if (o.evidence) app.all('/evidence/:token', evidenceHandler(o.evidence));
  if (o.bounces) app.post('/webhooks/bounce', bounceHandler(o.bounces));

  const listen = async (port: number) => {
    const server = serve({ fetch: app.fetch, hostname: o.host, port, overrideGlobalObjects: false });
    await once(server, 'listening');
    return server;
  };
  const server = await listen(o.port).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EADDRINUSE' || o.elsewhereIfTaken === undefined) throw thrown;
    o.elsewhereIfTaken();
    return listen(0);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${o.host.includes(':') ? `[${o.host}]` : o.host}:${port}`,
    async close(timeoutMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      const late = setTimeout(() => {
        if ('closeAllConnections' in server) server.closeAllConnections();
      }, timeoutMs);
      await closed;
      clearTimeout(late);
    },
  };
}
