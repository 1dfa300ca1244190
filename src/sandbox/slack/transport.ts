import type { Clock } from '../../domain/ports.ts';
import type { Limits } from '../limits.ts';
import type { JsonObject } from './json.ts';
import { signSlackRequest } from './signature.ts';
import type { EnvelopeType, SocketMode } from './socket-mode.ts';

/** A request Slack made to the app; `replay` sends the same bytes again. */
export interface SentRequest {
  readonly kind: EnvelopeType;
  readonly payload: JsonObject;
  /** Empty over Socket Mode. */
  readonly rawBody: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the app answered, or that Slack stopped waiting. */
export type AppAnswer = { readonly request: SentRequest; readonly tookMs: number } & (
  | { readonly type: 'answered'; readonly status: number; readonly body: string }
  | { readonly type: 'timeout' }
  | { readonly type: 'unreachable'; readonly reason: string }
);

/** A request made by hand, for hostile tests: whatever is left out is as Slack would have it. */
export interface RawRequest {
  readonly body: string | Uint8Array;
  /** `application/x-www-form-urlencoded` by default. */
  readonly contentType?: string;
  /** Unix seconds as text; null leaves the header out. */
  readonly timestamp?: string | null;
  /** null leaves the header out. */
  readonly signature?: string | null;
  /** Signs with another secret. */
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface RawAnswer {
  /** 0 when the connection broke or nobody answered in time. */
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
}

/** How requests reach the app: signed over HTTP once its URL is known, else over Socket Mode. */
export function createTransport(deps: {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly signingSecret: string;
  readonly socketMode: SocketMode;
}) {
  const { clock, limits, signingSecret } = deps;
  let requestUrl: string | undefined;

  async function post(kind: EnvelopeType, payload: JsonObject, rawBody: string, contentType: string) {
    const timestamp = String(Math.floor(clock().getTime() / 1000));
    return exchange({
      kind,
      payload,
      rawBody,
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signSlackRequest(signingSecret, timestamp, rawBody),
      },
    });
  }

  async function exchange(request: SentRequest): Promise<AppAnswer> {
    const started = performance.now();
    const took = () => performance.now() - started;
    if (requestUrl === undefined)
      return { type: 'unreachable', reason: 'no request URL', request, tookMs: took() };
    try {
      const response = await fetch(requestUrl, {
        method: 'POST',
        headers: request.headers,
        body: request.rawBody,
        signal: AbortSignal.timeout(limits.ackMs),
      });
      const body = await response.text();
      return { type: 'answered', status: response.status, body, request, tookMs: took() };
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError')
        return { type: 'timeout', request, tookMs: took() };
      return { type: 'unreachable', reason: reasonOf(error), request, tookMs: took() };
    }
  }

  async function overSocket(kind: EnvelopeType, payload: JsonObject): Promise<AppAnswer> {
    const started = performance.now();
    const request: SentRequest = { kind, payload, rawBody: '', headers: {} };
    const ack = await deps.socketMode.deliver(kind, payload, limits.ackMs);
    const tookMs = performance.now() - started;
    if (ack === undefined) return { type: 'timeout', request, tookMs };
    const body = Object.keys(ack.payload).length === 0 ? '' : JSON.stringify(ack.payload);
    return { type: 'answered', status: 200, body, request, tookMs };
  }

  const bySocket = () => requestUrl === undefined && deps.socketMode.connected() > 0;
  const FORM = 'application/x-www-form-urlencoded';

  return {
    /** Where the app takes requests (`…/slack/events`); known only once it runs. */
    connectTo(url: string): void {
      requestUrl = url;
    },
    command(fields: Readonly<Record<string, string>>): Promise<AppAnswer> {
      if (bySocket()) return overSocket('slash_commands', fields);
      return post('slash_commands', fields, new URLSearchParams(fields).toString(), FORM);
    },
    interact(payload: JsonObject): Promise<AppAnswer> {
      if (bySocket()) return overSocket('interactive', payload);
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      return post('interactive', payload, body, FORM);
    },
    event(payload: JsonObject): Promise<AppAnswer> {
      if (bySocket()) return overSocket('events_api', payload);
      return post('events_api', payload, JSON.stringify(payload), 'application/json');
    },
    /** The same bytes once more, old timestamp and signature included. Over HTTP only. */
    replay(request: SentRequest): Promise<AppAnswer> {
      return request.rawBody === '' ? overSocket(request.kind, request.payload) : exchange(request);
    },
    async raw(request: RawRequest): Promise<RawAnswer> {
      const started = performance.now();
      const timestamp =
        request.timestamp === undefined ? String(Math.floor(clock().getTime() / 1000)) : request.timestamp;
      const signature =
        request.signature === undefined
          ? signSlackRequest(request.secret ?? signingSecret, timestamp ?? '', request.body)
          : request.signature;
      try {
        const response = await fetch(requestUrl ?? '', {
          method: 'POST',
          headers: {
            'content-type': request.contentType ?? FORM,
            ...(timestamp === null ? {} : { 'x-slack-request-timestamp': timestamp }),
            ...(signature === null ? {} : { 'x-slack-signature': signature }),
            ...request.headers,
          },
          body: typeof request.body === 'string' ? request.body : Buffer.from(request.body),
          signal: AbortSignal.timeout(request.timeoutMs ?? limits.ackMs),
        });
        return { status: response.status, body: await response.text(), tookMs: performance.now() - started };
      } catch {
        return { status: 0, body: '', tookMs: performance.now() - started };
      }
    },
  };
}
export type Transport = ReturnType<typeof createTransport>;

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error instanceof Error ? error.message : String(error);
}
