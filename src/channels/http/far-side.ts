import { Agent, type Dispatcher } from 'undici';
import { type Deadline, type Stopped, startDeadline } from '../deadline.ts';

/** Times of one exchange, in milliseconds. */
export interface HttpTimeouts {
  /** DNS, TCP and TLS together. */
  readonly connectMs: number;
  /** The whole exchange, connecting included. */
  readonly totalMs: number;
}

/** Slack's own advice and Chatwork's habits both fit: an answer that takes longer than this is lost. */
export const HTTP_TIMEOUTS: HttpTimeouts = { connectMs: 5_000, totalMs: 10_000 };

/**
 * How long an idle connection is kept. Short, because a request written to a connection that the far side is
 * just closing is lost without a trace and can only be called uncertain.
 */
const IDLE_MS = 4_000;
const IDLE_AT_MOST_MS = 15_000;
/** No answer we ask for comes near this; a larger one is not read to its end. */
const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;
/** The attempts have had their time when channels are closed; what still hangs then is given up. */
const CLOSE_WAIT_MS = 300;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type HttpAnswer = {
  readonly type: 'answered';
  readonly status: number;
  /** Names in lower case; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * No complete answer came. `written` says whether any of the request may have left: it is set in the moment the
 * request is handed to an open connection, so false means that the far side surely never saw it.
 */
export type HttpLoss = {
  readonly type: 'lost';
  readonly written: boolean;
  readonly cause: Stopped | 'network' | 'too_large';
  /** Node's or undici's error code, such as `ECONNREFUSED`. */
  readonly code?: string;
};

export type Exchange = HttpAnswer | HttpLoss;

/** The HTTP side of a channel: one request, one answer or a loss, no retries, no redirects followed. */
export interface HttpFarSide {
  exchange(request: HttpRequest, signal: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
}

/** Opens a pool of kept-alive connections. Never rejects for what the network or the far side does. */
export function openHttpFarSide(timeouts: HttpTimeouts = HTTP_TIMEOUTS): HttpFarSide {
  const agent = new Agent({
    connect: { timeout: timeouts.connectMs },
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_AT_MOST_MS,
    pipelining: 1,
    // The deadline below bounds the whole exchange, a dripping answer included.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const underWay = new Map<Deadline, Promise<Exchange>>();
  return {
    async exchange(request, signal) {
      const deadline = startDeadline(signal, timeouts.totalMs);
      const result = exchange(agent, request, deadline);
      underWay.set(deadline, result);
      try {
        return await result;
      } finally {
        underWay.delete(deadline);
        deadline.clear();
      }
    },
    async close() {
      const timer = setTimeout(() => {
        for (const deadline of underWay.keys()) deadline.stop();
      }, CLOSE_WAIT_MS);
      await Promise.all(underWay.values());
      clearTimeout(timer);
      // Not agent.close(), which waits for ever for a request that was given up.
      await agent.destroy();
    },
  };
}

function exchange(agent: Agent, request: HttpRequest, deadline: Deadline): Promise<Exchange> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status = 0;
    let headers: Record<string, string> = {};
    const chunks: Buffer[] = [];
    let size = 0;

    const settle = (result: Exchange): void => {
      if (settled) return;
      settled = true;
      resolve(result);
    };
    const lose = (cause: HttpLoss['cause'], code?: string): void => {
      settle({
        type: 'lost',
        written: controller !== undefined,
        cause,
        ...(code === undefined ? {} : { code }),
      });
    };
    const stop = (): void => {
      lose(deadline.stopped() ?? 'aborted');
      controller?.abort(new Error('stopped'));
    };
    if (deadline.signal.aborted) {
      stop();
      return;
    }
    deadline.signal.addEventListener('abort', stop, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        // Called once the connection stands and just before the first byte is written. Given up meanwhile, or
        // asked to write a second time, it must stay unwritten (P4).
        if (settled || controller !== undefined) {
          started.abort(new Error('not to be sent'));
          return;
        }
        controller = started;
      },
      onResponseStart(_controller, code, received) {
        status = code;
        headers = Object.fromEntries(
          Object.entries(received).map(([name, value]) => [
            name.toLowerCase(),
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        );
      },
      onResponseData(current, chunk) {
        size += chunk.length;
        if (size > LARGEST_ANSWER_BYTES) {
          lose('too_large');
          current.abort(new Error('answer too large'));
          return;
        }
        chunks.push(chunk);
      },
      onResponseEnd() {
        settle({ type: 'answered', status, headers, body: Buffer.concat(chunks).toString('utf8') });
      },
      onResponseError(_controller, error) {
        lose('network', codeOf(error));
      },
    };
    try {
      agent.dispatch(
        {
          origin: request.url.origin,
          path: `${request.url.pathname}${request.url.search}`,
          method: request.method,
          headers: request.headers,
          ...(request.body === undefined ? {} : { body: request.body }),
        },
        handler,
      );
    } catch (thrown) {
      lose('network', codeOf(thrown));
    }
  });
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && code !== '') return code;
  if (error instanceof AggregateError) return error.errors.map(codeOf)[0] ?? 'unknown';
  return error instanceof Error ? error.name : 'unknown';
}
