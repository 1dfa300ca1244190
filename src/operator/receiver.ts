import type { Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Clock } from '../domain/ports.ts';
import type { Dispatch } from './dispatch.ts';
import { faultOf } from './fault.ts';
import type { OperatorSettings } from './settings.ts';
import { parseSlackBody } from './slack-body.ts';
import { isSignedNow } from './slack-signature.ts';

export interface SlackRequest {
  readonly rawBody: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface SlackAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Answers one request, always, within the deadline; never throws. */
export type HandleSlackRequest = (request: SlackRequest) => Promise<SlackAnswer>;

/**
 * Slack over HTTP. Everything is checked before Bolt sees it (size, time, signature, shape) and refused at once
 * with 413, 401 or 400: behind a good signature Bolt would die of a body of `null`, accept a request from the
 * future, and leave an unknown action without an answer for 3 s.
 */
export function createRequestHandler(deps: {
  /** Undefined in Socket Mode without HTTP: then every request is refused. */
  readonly signingSecret: string | undefined;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'requestLimitBytes' | 'timestampToleranceS'>;
}): HandleSlackRequest {
  async function answer({ rawBody, headers }: SlackRequest): Promise<SlackAnswer> {
    if (rawBody.length > deps.settings.requestLimitBytes) return refusal(413, 'request too large');
    const signed =
      deps.signingSecret !== undefined &&
      isSignedNow({
        rawBody,
        timestamp: headers['x-slack-request-timestamp'],
        signature: headers['x-slack-signature'],
        signingSecret: deps.signingSecret,
        now: deps.clock(),
        toleranceS: deps.settings.timestampToleranceS,
      });
    if (!signed) return refusal(401, 'not signed by Slack, or not now');
    const body = parseSlackBody(rawBody, headers['content-type']);
    if (body === undefined) return refusal(400, 'not a request of Slack');
    if ('type' in body && body.type === 'url_verification') return json({ challenge: body.challenge });
    if ('type' in body && body.type === 'ssl_check') return json(undefined);

    const retry = headers['x-slack-retry-num'] ?? '';
    const outcome = await deps.dispatch(body, /^\d{1,3}$/.test(retry) ? Number(retry) : undefined);
    switch (outcome.type) {
      case 'acknowledged':
        return json(outcome.payload);
      case 'unknown':
        return refusal(404, 'no such command, form or shortcut');
      case 'unreadable':
        return refusal(400, 'not a request of Slack');
      default:
        return outcome satisfies never;
    }
  }

  return async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      deps.log.error(faultOf(error), 'a Slack request failed');
      return refusal(500, 'failed');
    }
  };
}

/** Bolt wants a receiver of its own; ours are in front of it, so this one only stands there. */
export function idleReceiver(): Receiver {
  return { init: () => undefined, start: async () => undefined, stop: async () => undefined };
}

function json(value: unknown): SlackAnswer {
  if (value === undefined) return { status: 200, headers: {}, body: '' };
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  };
}

function refusal(status: number, reason: string): SlackAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: reason };
}
