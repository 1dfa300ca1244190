import type { EmailBody } from '../../domain/body.ts';
import type { Outcome, Reconciliation } from '../../domain/outcome.ts';
import type { Clock } from '../../domain/ports.ts';
import { checkAddress } from '../address.ts';
import type { Channel, CredentialCheck, OutgoingMessage } from '../channel.ts';
import { type Hidden, quote } from '../said.ts';
import { classifyFailure, explainFailure } from './classify.ts';
import { domainOf, oneLine, parseMailbox } from './mailbox.ts';
import { parseSmtpUrl } from './smtp-url.ts';
import { createMailTransport, type MailTimeouts } from './transport.ts';

/** A setting of the mail channel that cannot be used. Never quotes it: `SMTP_URL` holds a password. */
export class MailSettingError extends Error {
  readonly code = 'channels.mail_setting';
  readonly setting: 'SMTP_URL' | 'MAIL_FROM';

  constructor(setting: 'SMTP_URL' | 'MAIL_FROM', message: string) {
    super(`${setting}: ${message}`);
    this.name = 'MailSettingError';
    this.setting = setting;
  }
}

/**
 * Reports as mail, one recipient each, handed to one relay. `delivered` means that the relay took it (送信受付);
 * a bounce may follow.
 *
 * `bounces` switches the envelope sender to `bounce+<delivery>@<domain>`, so that a bounce names its delivery; the
 * domain is the sender's own unless given, and its mail must reach whoever reads bounces. Without it, bounces go
 * to the sender: many providers accept no other envelope sender.
 *
 * @throws MailSettingError when `smtpUrl` or `from` cannot be used
 */
export function createEmailChannel(o: {
  readonly smtpUrl: string;
  readonly from: string;
  readonly clock: Clock;
  readonly bounces?: { readonly domain?: string };
  readonly timeouts?: MailTimeouts;
  readonly connections?: number;
}): Channel<EmailBody> {
  const url = parseSmtpUrl(o.smtpUrl);
  if (!url.ok) throw new MailSettingError('SMTP_URL', url.message);
  const from = parseMailbox(o.from);
  if (from === undefined) {
    throw new MailSettingError('MAIL_FROM', 'is no sender, as in 受電報告 <report@agency.example>');
  }
  const { server } = url;
  const transport = createMailTransport({ server, timeouts: o.timeouts, connections: o.connections });
  const secrets = server.auth === null ? [] : loginSecrets(server.auth);
  const domain = domainOf(from.address);
  const bounceDomain = o.bounces === undefined ? undefined : (o.bounces.domain ?? domain);

  const hiddenOf = (message: OutgoingMessage<EmailBody>): Hidden => ({
    secrets,
    contents: [message.body.subject, message.body.text, message.mention ?? ''],
  });

  return {
    name: 'email',

    async send(message, signal): Promise<Outcome> {
      const address = checkAddress('email', message.address, null);
      if (!address.ok) {
        return { type: 'rejected', scope: 'destination', reason: { code: 'email.invalid_address' } };
      }
      const messageId = `<${message.deliveryId}@${domain}>`;
      const handOver = await transport.send(
        {
          from,
          to: { name: oneLine(message.mention ?? ''), address: address.address },
          envelopeFrom:
            bounceDomain === undefined ? from.address : `bounce+${message.deliveryId}@${bounceDomain}`,
          // The same for every attempt at a delivery: a relay or a mailbox that got two can see that they are one.
          messageId,
          references: referencesOf(message, domain),
          subject: oneLine(message.body.subject),
          text: message.body.text,
          html: message.body.html,
          attachments: message.body.attachments ?? [],
        },
        signal,
      );
      const hidden = hiddenOf(message);
      if (handOver.type === 'failed') {
        return classifyFailure(handOver, {
          nowMs: o.clock().getTime(),
          attempt: message.attempt ?? 1,
          hidden,
        });
      }
      const reply = quote(handOver.reply, hidden);
      return {
        type: 'delivered',
        receipt: {
          message_id: messageId,
          ...(handOver.serverMessageId === undefined ? {} : { server_message_id: handOver.serverMessageId }),
          ...(reply === undefined ? {} : { reply }),
        },
      };
    },

    /** SMTP has nothing to look at: how far the attempt had come, as recorded with it, is all there is. */
    async reconcile(attempt): Promise<Reconciliation> {
      return { type: 'inconclusive', reason: attempt.reason ?? { code: 'email.phase_unknown' } };
    },

    async checkCredential(signal): Promise<CredentialCheck> {
      const failure = await transport.verify(signal);
      if (failure !== null) return { ok: false, ...explainFailure(failure, { secrets, contents: [] }) };
      const login = server.auth === null ? 'without a login' : 'logged in';
      return {
        ok: true,
        detail: `mail server ${server.host}:${server.port}, ${login}, sender domain ${domain}`,
      };
    },

    close: () => transport.close(),
  };
}

/** The first mail's Message-ID, and the one its relay gave it instead, if it told. */
function referencesOf(message: OutgoingMessage<EmailBody>, domain: string): readonly string[] {
  if (message.answers === undefined) return [];
  const { deliveryId, receipt } = message.answers;
  const ids = [receipt?.message_id ?? `<${deliveryId}@${domain}>`, receipt?.server_message_id ?? ''];
  return [...new Set(ids)].filter((id) => /^<[^<>\s]+>$/.test(id));
}

/** A password in the forms in which SMTP carries it, any of which a server could echo. */
function loginSecrets(auth: { readonly user: string; readonly pass: string }): readonly string[] {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  return [
    base64(`\0${auth.user}\0${auth.pass}`),
    base64(auth.pass),
    auth.pass,
    encodeURIComponent(auth.pass),
  ];
}
