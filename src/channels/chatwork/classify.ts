import type { Outcome, Reason } from '../../domain/outcome.ts';
import type { Exchange, HttpAnswer, HttpLoss } from '../http/far-side.ts';
import { type Hidden, quote } from '../said.ts';
import { errorSentences, parseAnswer, postedMessage, room } from './answer.ts';

/** The per-room limit is 10 messages in 10 s; it names no moment of its own. */
const ROOM_WAIT_MS = 10_000;
/** The token's window is 5 minutes long, so nothing beyond it is believed. */
const TOKEN_WAIT_AT_MOST_MS = 5 * 60_000;
/** When a 429 comes without a usable reset. */
const TOKEN_WAIT_UNSTATED_MS = 30_000;
const TOKEN_WAIT_AT_LEAST_MS = 1_000;

/** `confirm`: the room seems closed to us; to be confirmed once before the destination is given up. */
export type PostResult = Outcome | { readonly type: 'confirm'; readonly reason: Reason };

/** What the answer to `POST /rooms/{room_id}/messages` means, by the failure table of the Chatwork channel. */
export function classifyPost(
  result: Exchange,
  o: { readonly roomId: string; readonly nowMs: number; readonly hidden: Hidden },
): PostResult {
  if (result.type === 'lost') return classifyLoss(result);
  if (result.status === 200) {
    const posted = postedMessage.safeParse(parseAnswer(result.body));
    return posted.success
      ? { type: 'delivered', receipt: { room_id: o.roomId, message_id: posted.data.message_id } }
      : { type: 'uncertain', reason: reason('no_message_id', result, o.hidden) };
  }
  switch (result.status) {
    case 401:
      return { type: 'rejected', scope: 'credential', reason: reason('unauthorized', result, o.hidden) };
    case 403:
    case 404:
      // Not Chatwork's own words: a proxy's or a wrong CHATWORK_API_URL's, which says nothing about the room.
      if (errorSentences(result.body) === undefined) {
        return { type: 'uncertain', reason: reason('unexpected_answer', result, o.hidden) };
      }
      return {
        type: 'confirm',
        reason: reason(result.status === 403 ? 'forbidden' : 'not_found', result, o.hidden),
      };
    case 400:
    case 413:
    case 422:
      return { type: 'rejected', scope: 'payload', reason: reason('refused_message', result, o.hidden) };
    case 429:
      return classifyRateLimit(result, o);
    default:
      return {
        type: 'uncertain',
        reason: reason(result.status >= 500 ? 'server_error' : 'unexpected_answer', result, o.hidden),
      };
  }
}

/** What `GET /rooms/{room_id}` says about a room that has just refused a message. The message was surely not taken. */
export function classifyConfirmation(
  result: Exchange,
  o: { readonly nowMs: number; readonly hidden: Hidden; readonly refusal: Reason },
): Outcome {
  const { refusal } = o;
  if (result.type === 'lost') return { type: 'retry', reason: refusal };
  switch (result.status) {
    case 401:
      return { type: 'rejected', scope: 'credential', reason: reason('unauthorized', result, o.hidden) };
    case 403:
    case 404:
      return errorSentences(result.body) === undefined
        ? { type: 'retry', reason: refusal }
        : { type: 'rejected', scope: 'destination', reason: refusal };
    case 429:
      return classifyRateLimit(result, o);
    case 200: {
      const seen = room.safeParse(parseAnswer(result.body));
      // We may read the room but not write to it.
      if (seen.success && seen.data.role === 'readonly') {
        return { type: 'rejected', scope: 'destination', reason: { ...refusal, code: 'chatwork.readonly' } };
      }
      return { type: 'retry', reason: refusal };
    }
    default:
      return { type: 'retry', reason: refusal };
  }
}

/** A request without a complete answer: `retry` only when not a byte of it was written. */
export function classifyLoss(loss: HttpLoss): Outcome {
  if (!loss.written) {
    return {
      type: 'retry',
      reason: lossReason(loss.cause === 'network' ? 'unreachable' : `${loss.cause}_before_sending`, loss),
    };
  }
  return {
    type: 'uncertain',
    reason: lossReason(loss.cause === 'network' ? 'connection_lost' : loss.cause, loss),
  };
}

/** Two limits share 429 and are told apart by their sentence: the room's own, and the token's. */
export function classifyRateLimit(
  answer: HttpAnswer,
  o: { readonly nowMs: number; readonly hidden: Hidden },
): Outcome {
  if (errorSentences(answer.body)?.some((sentence) => /per room/i.test(sentence)) === true) {
    return {
      type: 'wait',
      scope: 'destination',
      untilMs: o.nowMs + ROOM_WAIT_MS,
      reason: reason('room_rate_limit', answer, o.hidden),
    };
  }
  return {
    type: 'wait',
    scope: 'credential',
    untilMs: o.nowMs + tokenWaitMs(answer, o.nowMs),
    reason: reason('token_rate_limit', answer, o.hidden),
  };
}

/** Milliseconds until `x-ratelimit-reset` (unix seconds), by the far side's own clock where it tells it. */
function tokenWaitMs(answer: HttpAnswer, nowMs: number): number {
  const reset = Number(answer.headers['x-ratelimit-reset'] ?? '');
  if (!Number.isFinite(reset) || reset <= 0) return TOKEN_WAIT_UNSTATED_MS;
  const theirNowMs = Date.parse(answer.headers.date ?? '');
  const wait = reset * 1000 - (Number.isNaN(theirNowMs) ? nowMs : theirNowMs);
  return Math.min(Math.max(wait, TOKEN_WAIT_AT_LEAST_MS), TOKEN_WAIT_AT_MOST_MS);
}

/** A reason that quotes an official error; anything else is described by its status only. */
export function reason(code: string, answer: HttpAnswer, hidden: Hidden): Reason {
  const sentences = errorSentences(answer.body);
  const status = `HTTP ${answer.status}`;
  const said = sentences === undefined ? status : quote(`${status}: ${sentences.join(' / ')}`, hidden);
  return { code: `chatwork.${code}`, ...(said === undefined ? {} : { said }) };
}

export function lossReason(code: string, loss: HttpLoss): Reason {
  return { code: `chatwork.${code}`, ...(loss.code === undefined ? {} : { said: loss.code }) };
}
