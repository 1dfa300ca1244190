import { z } from 'zod';
import type { Outcome, Reason, Receipt } from '../../domain/outcome.ts';
import type { HttpAnswer, HttpLoss } from '../http/far-side.ts';
import { type Hidden, quote } from '../said.ts';
import type { SlackCall } from './client.ts';
import { classOfSlackError } from './errors.ts';
import { teamOf } from './team.ts';

/** Slack: without a Retry-After, assume 30 s. */
const RATE_LIMIT_UNSTATED_MS = 30_000;
const RATE_LIMIT_AT_MOST_MS = 60 * 60_000;
/** `message_limit_exceeded` concerns the whole workspace and passes slowly. */
const WORKSPACE_LIMIT_MS = 5 * 60_000;
const PAUSE_MS = 60_000;

const posted = z.object({
  channel: z.string().min(1),
  ts: z.string().regex(/^\d+\.\d+$/),
  message: z
    .object({ team: z.string().min(1) })
    .optional()
    .catch(undefined),
});
const refused = z.object({
  error: z.string().regex(/^[a-z][a-z0-9_]{1,79}$/),
  response_metadata: z.object({ messages: z.array(z.string()).optional() }).optional(),
});

/** What a call of `chat.postMessage` came to, by the failure table of the Slack channel. */
export function classifyPost(
  call: SlackCall,
  o: { readonly nowMs: number; readonly hidden: Hidden; readonly workspace?: string | null },
): Outcome {
  if (call.type === 'ok') {
    const message = posted.safeParse(call.result);
    return message.success
      ? { type: 'delivered', receipt: receiptOf(message.data, o.workspace ?? null) }
      : { type: 'uncertain', reason: { code: 'slack.no_timestamp' } };
  }
  const { exchange } = call;
  if (exchange === undefined) return { type: 'retry', reason: { code: 'slack.not_sent' } };
  if (exchange.type === 'lost') return classifyLoss(exchange);
  // WebClient throws a bare Error for a 429 without Retry-After, so the status itself is asked.
  if (exchange.status === 429) return rateLimit('slack.rate_limit', exchange, o.nowMs);
  if (exchange.status !== 200) {
    const code = exchange.status >= 500 ? 'slack.server_error' : 'slack.unexpected_answer';
    return { type: 'uncertain', reason: { code, said: `HTTP ${exchange.status}` } };
  }
  // A 200 that is not JSON reaches us as a platform error whose code is the page itself, or nothing.
  const code = errorCode(call);
  if (code === undefined) return { type: 'uncertain', reason: { code: 'slack.unexpected_answer' } };
  return classifyCode(code, exchange, reasonOf(code, call, o.hidden), o.nowMs);
}

/** `team` is the workspace the message stands in, where Slack says it: a press of its button is held against it. */
function receiptOf({ channel, ts, message }: z.infer<typeof posted>, workspace: string | null): Receipt {
  return { channel, ts, ...teamOf(message?.team, workspace) };
}

function classifyCode(code: string, answer: HttpAnswer, reason: Reason, nowMs: number): Outcome {
  const scope = classOfSlackError(code);
  switch (scope) {
    case 'destination':
    case 'credential':
    case 'payload':
      return { type: 'rejected', scope, reason };
    case 'rate_limit':
      return rateLimit(reason.code, answer, nowMs);
    case 'workspace_limit':
      return { type: 'wait', scope: 'credential', untilMs: nowMs + WORKSPACE_LIMIT_MS, reason, alert: true };
    case 'pause':
      return { type: 'wait', scope: 'destination', untilMs: nowMs + PAUSE_MS, reason };
    case 'pause_workspace':
      return { type: 'wait', scope: 'credential', untilMs: nowMs + PAUSE_MS, reason };
    case 'uncertain':
      return { type: 'uncertain', reason };
    default:
      return scope satisfies never;
  }
}

/**
 * Slack does not say which limit was met. Nearly always it is the channel's own (about one message a second), so
 * only that destination waits; should it be the workspace's, each destination learns it from its own 429 (P8).
 */
function rateLimit(code: string, answer: HttpAnswer, nowMs: number): Outcome {
  const seconds = Number.parseInt(answer.headers['retry-after'] ?? '', 10);
  const waitMs =
    Number.isNaN(seconds) || seconds < 0
      ? RATE_LIMIT_UNSTATED_MS
      : Math.min(seconds * 1000, RATE_LIMIT_AT_MOST_MS);
  return { type: 'wait', scope: 'destination', untilMs: nowMs + waitMs, reason: { code } };
}

/** A request without a complete answer: `retry` only when not a byte of it was written. */
export function classifyLoss(loss: HttpLoss): Outcome {
  return { type: loss.written ? 'uncertain' : 'retry', reason: lossReason(loss) };
}

export function lossReason(loss: HttpLoss): Reason {
  const code = loss.written
    ? loss.cause === 'network'
      ? 'connection_lost'
      : loss.cause
    : loss.cause === 'network'
      ? 'unreachable'
      : `${loss.cause}_before_sending`;
  return { code: `slack.${code}`, ...(loss.code === undefined ? {} : { said: loss.code }) };
}

/** Slack's own error code of a failed call, or undefined when the answer has another shape. */
export function errorCode(call: SlackCall): string | undefined {
  if (call.type === 'ok') return undefined;
  const parsed = refused.safeParse(dataOf(call.error));
  return parsed.success ? parsed.data.error : undefined;
}

/** Why a reading call failed. */
export function failureReason(call: SlackCall & { readonly type: 'failed' }, hidden: Hidden): Reason {
  if (call.exchange === undefined) return { code: 'slack.not_sent' };
  if (call.exchange.type === 'lost') return lossReason(call.exchange);
  if (call.exchange.status === 429) return { code: 'slack.rate_limit' };
  const code = errorCode(call);
  return code === undefined
    ? { code: 'slack.unexpected_answer', said: `HTTP ${call.exchange.status}` }
    : reasonOf(code, call, hidden);
}

function reasonOf(code: string, call: SlackCall & { readonly type: 'failed' }, hidden: Hidden): Reason {
  const parsed = refused.safeParse(dataOf(call.error));
  const details = parsed.success ? (parsed.data.response_metadata?.messages ?? []) : [];
  const said = quote(details.join(' / '), hidden);
  return { code: `slack.${code}`, ...(said === undefined ? {} : { said }) };
}

function dataOf(error: unknown): unknown {
  return error instanceof Error && 'data' in error ? error.data : undefined;
}
