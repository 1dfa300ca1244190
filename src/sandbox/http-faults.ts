import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { HttpFailure } from './failures.ts';

/** Hono's bindings under Node: the raw request and response, needed to misbehave below HTTP. */
export type NodeEnv = { Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } };

/**
 * Answers a request in a broken way. `accept` does the real work and gives the real answer; it is called only
 * when the failure means that the far side took the request.
 */
export async function answerBroken(
  c: Context<NodeEnv>,
  failure: HttpFailure,
  accept: () => Promise<Response>,
): Promise<Response> {
  const { incoming, outgoing } = c.env;
  switch (failure.how) {
    case 'status': {
      if (failure.accept) await accept();
      const headers = { 'content-type': 'text/plain; charset=utf-8', ...failure.headers };
      return new Response(failure.status === 204 ? null : (failure.body ?? ''), {
        status: failure.status,
        headers,
      });
    }
    case 'reset':
      if (failure.accept) await accept();
      incoming.socket.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    case 'close':
      if (failure.accept) await accept();
      incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    case 'hang':
      if (failure.accept) await accept();
      return RESPONSE_ALREADY_SENT;
    case 'html':
      if (failure.accept !== false) await accept();
      return c.html('<!DOCTYPE html><title>Error</title><h1>Something went wrong</h1>', 200);
    case 'truncated': {
      const answer = await realAnswer(failure.accept !== false, accept);
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
      outgoing.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
        incoming.socket.destroy(),
      );
      return RESPONSE_ALREADY_SENT;
    }
    case 'drip': {
      const answer = await realAnswer(failure.accept !== false, accept);
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
      drip(outgoing, answer.body, failure.everyMs);
      return RESPONSE_ALREADY_SENT;
    }
    case 'delay':
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, failure.ms);
        incoming.socket.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
      });
      return accept();
    default:
      return failure satisfies never;
  }
}

interface RealAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function realAnswer(accepted: boolean, accept: () => Promise<Response>): Promise<RealAnswer> {
  if (!accepted) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"ok":true}') };
  }
  const response = await accept();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function drip(outgoing: ServerResponse, body: Buffer, everyMs: number): void {
  let sent = 0;
  outgoing.flushHeaders();
  const timer = setInterval(() => {
    outgoing.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent >= body.length) outgoing.end();
  }, everyMs);
  outgoing.once('close', () => clearInterval(timer));
  outgoing.once('finish', () => clearInterval(timer));
}
