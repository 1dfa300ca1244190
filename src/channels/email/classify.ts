import type { Outcome, Reason } from '../../domain/outcome.ts';
import { type Hidden, quote } from '../said.ts';
import { condemnedBy, type RefusalStep } from './refusal.ts';
import { type MailFailure, WRONG_RECIPIENT } from './transport.ts';

const MINUTE = 60_000;
/** Pauses after a temporary refusal, by attempt: greylisting passes in minutes, a full mailbox takes longer. */
const WAITS_MS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE];
/** From this attempt on nearly an hour was waited, and a person should hear of it. */
const ALERT_FROM_ATTEMPT = 4;
/** Pauses of a server that turns us away before it hears of a recipient; the first retry is not delayed. */
const TURNED_AWAY_MS = [0, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE];

export interface ClassifyContext {
  readonly nowMs: number;
  /** Which attempt at the delivery it was, from 1. */
  readonly attempt: number;
  readonly hidden: Hidden;
}

/** What a failed hand-over means, by the failure table of mail. */
export function classifyFailure(failure: MailFailure, o: ClassifyContext): Outcome {
  if (failure.phase === 'before_data') return beforeData(failure, o);
  const refused = failure.code === 'EMESSAGE' && (failure.responseCode ?? 0) >= 400;
  if (refused && failure.phase === 'after_data') return refusal(failure, 'message', o);
  return { type: 'uncertain', reason: lossReason(failure) };
}

function beforeData(failure: MailFailure, o: ClassifyContext): Outcome {
  if (failure.stopped !== null) {
    return { type: 'retry', reason: { code: `email.${failure.stopped}_before_sending` } };
  }
  if (failure.code === WRONG_RECIPIENT) {
    return { type: 'rejected', scope: 'destination', reason: { code: 'email.invalid_address' } };
  }
  const { responseCode } = failure;
  // 421: the server is closing; 503: the session was in the wrong state. Neither is about the message.
  if (responseCode === 421 || responseCode === 503) return turnedAway(failure, 'server_busy', o);
  if (isTlsFault(failure))
    return { type: 'rejected', scope: 'credential', reason: reasonOf('tls', failure, o.hidden) };
  if (failure.code === 'EAUTH' || responseCode === 530 || responseCode === 535) {
    return (responseCode ?? 500) >= 500
      ? { type: 'rejected', scope: 'credential', reason: reasonOf('login_refused', failure, o.hidden) }
      : turnedAway(failure, 'login_postponed', o);
  }
  if (responseCode !== undefined) {
    switch (failure.command) {
      case 'MAIL FROM':
        return refusal(failure, 'sender', o);
      case 'RCPT TO':
      case 'DATA':
        return refusal(failure, 'recipient', o);
      default:
        return turnedAway(failure, 'turned_away', o);
    }
  }
  // The server announced a SIZE below this message's.
  if (failure.code === 'EMESSAGE')
    return { type: 'rejected', scope: 'payload', reason: { code: 'email.too_large' } };
  return {
    type: 'retry',
    reason: reasonOf(isUnreachable(failure) ? 'unreachable' : 'lost_before_data', failure, o.hidden),
  };
}

function isUnreachable(failure: MailFailure): boolean {
  return (
    failure.code === 'EDNS' || /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/.test(failure.originalCode ?? '')
  );
}

/** A refusal after which the server surely does not hold the message. */
function refusal(failure: MailFailure, step: RefusalStep, o: ClassifyContext): Outcome {
  const code = failure.responseCode ?? 0;
  if (code === 421 || code === 503) return turnedAway(failure, 'server_busy', o);
  const reason = reasonOf(`${step}_refused`, failure, o.hidden);
  if (code < 500) return wait(reason, o, o.attempt >= ALERT_FROM_ATTEMPT);
  const condemned = condemnedBy(code, failure.reply ?? '', step);
  return condemned === 'postpone' ? wait(reason, o, true) : { type: 'rejected', scope: condemned, reason };
}

/** Only this destination waits: another mailbox at the same relay may well be open (P8). */
function wait(reason: Reason, o: ClassifyContext, alert: boolean): Outcome {
  return {
    type: 'wait',
    scope: 'destination',
    untilMs: o.nowMs + step(WAITS_MS, o.attempt),
    reason,
    ...(alert ? { alert } : {}),
  };
}

function turnedAway(failure: MailFailure, code: string, o: ClassifyContext): Outcome {
  const afterMs = step(TURNED_AWAY_MS, o.attempt);
  return {
    type: 'retry',
    reason: reasonOf(code, failure, o.hidden),
    ...(afterMs > 0 ? { afterMs } : {}),
  };
}

function step(pauses: readonly number[], attempt: number): number {
  return pauses[Math.min(Math.max(attempt, 1), pauses.length) - 1] ?? 0;
}

/** A certificate or a protocol that will not be better in a minute; a connection lost in the handshake may. */
function isTlsFault(failure: MailFailure): boolean {
  if (failure.code === 'ETLS') {
    return failure.responseCode === undefined
      ? !/ECONN|EPIPE|TIMEDOUT/.test(failure.originalCode ?? 'ECONN')
      : failure.responseCode >= 500;
  }
  return /^ERR_(SSL|TLS|OSSL)|CERT|SELF_SIGNED|UNABLE_TO|EPROTO/.test(failure.originalCode ?? '');
}

/** Where the connection was when it was lost or given up: recorded, because nobody can look it up later. */
function lossReason(failure: MailFailure): Reason {
  const how = failure.stopped ?? (failure.code === 'ETIMEDOUT' ? 'silent' : 'lost');
  return { code: `email.${how}_${failure.phase}` };
}

function reasonOf(code: string, failure: MailFailure, hidden: Hidden): Reason {
  const said =
    failure.reply === undefined
      ? (failure.originalCode ?? (failure.code === 'unknown' ? undefined : failure.code))
      : quote(failure.reply, hidden);
  return { code: `email.${code}`, ...(said === undefined ? {} : { said }) };
}

/** What is wrong with the server or our login, for `doctor`. */
export function explainFailure(
  failure: MailFailure,
  hidden: Hidden,
): { readonly reason: Reason; readonly advice: string } {
  if (isTlsFault(failure)) {
    return {
      reason: reasonOf('tls', failure, hidden),
      advice:
        'No secure connection to the mail server: check the host name and the port in SMTP_URL (smtps:// for 465, smtp:// for 587) and its certificate.',
    };
  }
  if (failure.code === 'EAUTH' || failure.responseCode === 535 || failure.responseCode === 530) {
    return {
      reason: reasonOf('login_refused', failure, hidden),
      advice:
        'The mail server refuses the login: check user and password in SMTP_URL (percent-encoded) and whether it wants an app password.',
    };
  }
  if (failure.responseCode !== undefined) {
    return {
      reason: reasonOf('turned_away', failure, hidden),
      advice: 'The mail server answered but turns us away: its reply says why.',
    };
  }
  return {
    reason:
      failure.stopped === null
        ? reasonOf('unreachable', failure, hidden)
        : { code: `email.${failure.stopped}` },
    advice:
      'The mail server did not answer: check host and port in SMTP_URL and that this machine may reach them.',
  };
}
