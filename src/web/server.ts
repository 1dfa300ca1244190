import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Readiness } from './readiness.ts';

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

/** A body larger than this is not read to its end. Slack's largest view is 250 kB before encoding. Bytes. */
const BODY_LIMIT = 1_000_000;

/** The one port: Slack's requests and the probes of whoever watches the process. */
export async function startWebServer(o: {
  readonly host: string;
  readonly port: number;
  readonly handleSlackRequest: (request: SlackRequest) => Promise<SlackAnswer>;
  readonly readiness: Readiness;
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
  app.post('/slack/events', async (context) => {
    const rawBody = await readBody(context.req.raw);
    if (rawBody === undefined) return context.text('the request is too large', 413);
    const headers = Object.fromEntries(context.req.raw.headers);
    const answer = await o.handleSlackRequest({ rawBody, headers });
    return new Response(answer.body === '' ? null : answer.body, {
      status: answer.status,
      headers: answer.headers,
    });
  });

  const server = serve({ fetch: app.fetch, hostname: o.host, port: o.port });
  await once(server, 'listening');
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

/** The body's bytes as sent, which the signature is about; undefined when there are too many. */
async function readBody(request: Request): Promise<Buffer | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
