import type { Readable } from 'node:stream';
import { createTransport, type Transporter } from 'nodemailer';
import type { MailAttachment } from '../../domain/body.ts';
import { type Deadline, type Stopped, startDeadline } from '../deadline.ts';
import type { Mailbox } from './mailbox.ts';
import type { SmtpServer } from './smtp-url.ts';

/** Times of one hand-over, in milliseconds. */
export interface MailTimeouts {
  /** DNS, TCP and TLS together. */
  readonly connectMs: number;
  readonly greetingMs: number;
  /** Longest silence of the server. */
  readonly silenceMs: number;
  /** The whole hand-over, waiting for a free connection included. */
  readonly totalMs: number;
}

/**
 * RFC 5321 4.5.3.2.6 allows a server ten minutes after the final dot. Giving up earlier loses nothing but
 * certainty, and a worker cannot be held that long; two minutes outlast every usual content filter.
 */
export const MAIL_TIMEOUTS: MailTimeouts = {
  connectMs: 10_000,
  greetingMs: 10_000,
  silenceMs: 110_000,
  totalMs: 120_000,
};

/**
 * Connections to the relay at once. Each takes as many mails a second as the relay's answer allows (about 9 at
 * 100 ms), so ten carry the busiest agency; more than that, many relays refuse.
 */
export const MAIL_CONNECTIONS = 10;
const MESSAGES_PER_CONNECTION = 100;
/** Well below the minutes after which relays close an idle connection, so that we seldom meet one being closed. */
const IDLE_MS = 15_000;
/** The attempts have had their time when channels are closed; what still hangs then is given up. */
const CLOSE_WAIT_MS = 300;

/** Our own error code: the envelope did not come out as the one address it was given (P6). Nothing was sent. */
export const WRONG_RECIPIENT = 'EWRONGRECIPIENT';

export interface Mail {
  readonly from: Mailbox;
  readonly to: Mailbox;
  /** MAIL FROM: where bounces go. */
  readonly envelopeFrom: string;
  readonly messageId: string;
  /** Message-IDs of the mail this one answers, its own first. */
  readonly references: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly MailAttachment[];
}

/**
 * How far a hand-over had come. `before_data`: not a byte of the message was given to the connection, so it surely
 * was not taken. `in_data` and `after_data`: the server had agreed to the message (354) and part of it, or all
 * with the final dot, was given to the connection.
 */
export type MailPhase = 'before_data' | 'in_data' | 'after_data';

export type HandOver =
  | { readonly type: 'accepted'; readonly reply: string; readonly serverMessageId?: string }
  | MailFailure;

export type MailFailure = {
  readonly type: 'failed';
  readonly phase: MailPhase;
  /** Set when we stopped it ourselves. */
  readonly stopped: Stopped | null;
  /** nodemailer's code, such as `EENVELOPE`, and the one it replaced, such as `ECONNREFUSED`. */
  readonly code: string;
  readonly originalCode?: string;
  /** The command that was answered: `CONN`, `EHLO`, `STARTTLS`, `AUTH …`, `MAIL FROM`, `RCPT TO`, `DATA`. */
  readonly command?: string;
  readonly responseCode?: number;
  readonly reply?: string;
};

export interface MailTransport {
  /** Hands one mail to the relay, once. Never rejects. */
  send(mail: Mail, signal: AbortSignal): Promise<HandOver>;
  /** Connects and logs in, without sending. */
  verify(signal: AbortSignal): Promise<MailFailure | null>;
  close(): Promise<void>;
}

/**
 * nodemailer over a pool of connections, without its retries (`maxRequeues: 0`) and without a log, which would
 * hold whole mails.
 *
 * Its errors do not tell whether the server had already taken the message: a loss at RCPT and one after the final
 * dot read the same. The message's own stream does: the connection begins to read it on the server's 354 and not
 * before, and each mail has a stream of its own, so the phase is right per message however the pool shares its
 * connections. (The debug log could tell 354 and dot as well, but only per connection, and it holds the mail.)
 */
export function createMailTransport(o: {
  readonly server: SmtpServer;
  readonly timeouts?: MailTimeouts | undefined;
  readonly connections?: number | undefined;
}): MailTransport {
  const { server } = o;
  const timeouts = o.timeouts ?? MAIL_TIMEOUTS;
  const transporter: Transporter = createTransport({
    pool: true,
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.requireTls,
    ignoreTLS: server.ignoreTls,
    ...(server.auth === null ? {} : { auth: { ...server.auth } }),
    ...(server.name === null ? {} : { name: server.name }),
    tls: { rejectUnauthorized: server.verifyCertificate },
    maxConnections: o.connections ?? MAIL_CONNECTIONS,
    maxMessages: MESSAGES_PER_CONNECTION,
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    dnsTimeout: timeouts.connectMs,
    socketTimeout: timeouts.silenceMs,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  /** The stream of each mail under way, found by its own signal. */
  const streams = new WeakMap<AbortSignal, Readable>();
  const underWay = new Map<Deadline, Promise<unknown>>();
  transporter.use('stream', (mail, done) => {
    const { signal } = mail.data;
    const recipients = mail.message.getEnvelope().to;
    const [recipient] = recipients;
    if (
      recipients.length !== 1 ||
      recipient === undefined ||
      unquoted(recipient) !== expectedRecipient(mail.data.to)
    ) {
      done(Object.assign(new Error('not exactly the one recipient'), { code: WRONG_RECIPIENT }));
      return;
    }
    const open = mail.message.createReadStream.bind(mail.message);
    mail.message.createReadStream = (options) => {
      const stream = open(options);
      if (signal != null) streams.set(signal, stream);
      return stream;
    };
    done();
  });
  const phaseOf = (signal: AbortSignal): MailPhase => {
    const stream = streams.get(signal);
    if (stream === undefined || !stream.readableDidRead) return 'before_data';
    return stream.readableEnded ? 'after_data' : 'in_data';
  };

  const handOver = async (mail: Mail, deadline: Deadline): Promise<HandOver> => {
    try {
      const info = await transporter.sendMail({
        from: { ...mail.from },
        to: { ...mail.to },
        envelope: { from: mail.envelopeFrom, to: [{ ...mail.to }] },
        messageId: mail.messageId,
        ...(mail.references.length > 0 && {
          inReplyTo: mail.references[0] ?? '',
          references: [...mail.references],
        }),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        ...(mail.attachments.length > 0 && {
          attachments: mail.attachments.map(({ filename, contentType, text }) => ({
            filename,
            contentType,
            content: Buffer.from(text),
          })),
        }),
        headers: {
          'Auto-Submitted': 'auto-generated',
          // Exchange answers automatic mail with out-of-office notes unless told so in its own words.
          'X-Auto-Response-Suppress': 'All',
        },
        signal: deadline.signal,
      });
      return {
        type: 'accepted',
        reply: String(info.response ?? ''),
        ...(typeof info.serverMessageId === 'string' ? { serverMessageId: info.serverMessageId } : {}),
      };
    } catch (thrown) {
      return failure(thrown, phaseOf(deadline.signal), deadline.stopped());
    }
  };

  return {
    async send(mail, caller) {
      const deadline = startDeadline(caller, timeouts.totalMs);
      const result = handOver(mail, deadline);
      underWay.set(deadline, result);
      try {
        return await result;
      } finally {
        underWay.delete(deadline);
        deadline.clear();
      }
    },
    async verify(caller) {
      const deadline = startDeadline(caller, timeouts.totalMs);
      try {
        await Promise.race([transporter.verify(), rejectOn(deadline.signal)]);
        return null;
      } catch (thrown) {
        return failure(thrown, 'before_data', deadline.stopped());
      } finally {
        deadline.clear();
      }
    },
    async close() {
      // Closes idle connections; a hand-over that is under way may end by itself for a moment.
      transporter.close();
      const timer = setTimeout(() => {
        for (const deadline of underWay.keys()) deadline.stop();
      }, CLOSE_WAIT_MS);
      await Promise.all(underWay.values());
      clearTimeout(timer);
    },
  };
}

/** nodemailer quotes local parts that are no dot-atom (`"abc."@docomo.ne.jp`); the address is the same. */
function unquoted(address: string): string {
  return address.replace(/^"([^"\\\\]*)"@/, '$1@');
}

function expectedRecipient(to: unknown): string | undefined {
  return typeof to === 'object' && to !== null && 'address' in to && typeof to.address === 'string'
    ? to.address
    : undefined;
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new Error('stopped'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function failure(thrown: unknown, phase: MailPhase, stopped: Stopped | null): MailFailure {
  const fields: { readonly [key: string]: unknown } = thrown instanceof Error ? { ...thrown } : {};
  const text = (key: string): string | undefined => {
    const value = fields[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const originalCode = text('originalCode');
  const command = text('command');
  const reply = text('response');
  const responseCode = fields.responseCode;
  return {
    type: 'failed',
    phase,
    stopped,
    code: text('code') ?? 'unknown',
    ...(originalCode === undefined ? {} : { originalCode }),
    ...(command === undefined ? {} : { command }),
    ...(typeof responseCode === 'number' ? { responseCode } : {}),
    ...(reply === undefined ? {} : { reply }),
  };
}
