import type { AddressInfo, Socket } from 'node:net';
import { type AddressObject, type HeaderLines, simpleParser } from 'mailparser';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerError,
  type SMTPServerSession,
} from 'smtp-server';
import type { Inbox } from '../arrived.ts';
import { SMTP_PASSWORD, SMTP_USER } from '../credentials.ts';
import type { EmailFailure, FailurePlan, SmtpPhase } from '../failures.ts';
import type { Limits } from '../limits.ts';

export interface MailRelay {
  /** `smtp://user:password@host:port`, ready for SMTP_URL. */
  readonly url: string;
  close(): Promise<void>;
}

type Refuse = (error?: SMTPServerError | null) => void;
type Reply = (error?: SMTPServerError | null, message?: string) => void;

/**
 * A mail relay on loopback: AUTH is required, TLS is not offered, every accepted message is parsed and kept with
 * its source. It fails in any phase as told, including silence after the final dot.
 */
export async function startMailRelay(o: {
  readonly host: string;
  readonly port: number;
  readonly inbox: Inbox;
  readonly failures: FailurePlan;
  readonly limits: Limits;
}): Promise<MailRelay> {
  const { inbox, failures } = o;
  const sockets = new Map<number, Socket>();

  /** Carries a failure out. Replying is the caller's `reply`; a silent one never calls it. */
  function fail(failure: EmailFailure, session: SMTPServerSession, reply: Refuse): void {
    switch (failure.how) {
      case 'reply':
        reply(Object.assign(new Error(failure.message), { responseCode: failure.code }));
        return;
      case 'close':
        sockets.get(session.remotePort)?.destroy();
        return;
      case 'reset':
        sockets.get(session.remotePort)?.resetAndDestroy();
        return;
      case 'silence':
        return;
      default:
        failure satisfies never;
    }
  }

  function guard(
    phase: SmtpPhase,
    session: SMTPServerSession,
    recipient: string | undefined,
    reply: Refuse,
    pass: () => void,
  ) {
    const failure = failures.email(phase, recipient);
    if (failure === undefined) pass();
    else fail(failure, session, reply);
  }

  /** smtp-server has no hook before 354, so the connection's own DATA handler stands aside for one command. */
  function refuseData(session: SMTPServerSession, failure: EmailFailure): void {
    for (const connection of server.connections) {
      if (connection.session.id !== session.id) continue;
      const original = connection.handler_DATA;
      connection.handler_DATA = (_command, done) => {
        connection.handler_DATA = original;
        fail(failure, session, (error) => {
          connection.send(error?.responseCode ?? 451, error?.message);
          done();
        });
      };
    }
  }

  const server = new SMTPServer({
    name: 'relay.sandbox.example',
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: false,
    disableReverseLookup: true,
    size: o.limits.mailBytes,
    rejectOversized: true,
    closeTimeout: 200,
    onConnect: (session, reply) => guard('connect', session, undefined, reply, () => reply()),
    onAuth(auth, session, reply) {
      guard('auth', session, undefined, reply, () => {
        if (auth.username === SMTP_USER && auth.password === SMTP_PASSWORD) reply(null, { user: SMTP_USER });
        else
          reply(Object.assign(new Error('5.7.8 Authentication credentials invalid'), { responseCode: 535 }));
      });
    },
    onMailFrom: (_address, session, reply) => guard('mail', session, undefined, reply, () => reply()),
    onRcptTo(address, session, reply) {
      guard('rcpt', session, address.address, reply, () => {
        const failure = failures.email('data', address.address);
        if (failure !== undefined) refuseData(session, failure);
        reply();
      });
    },
    onData(stream, session, reply) {
      void receive(stream, session, reply);
    },
  });

  async function receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    reply: Reply,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
    } catch {
      return; // The client went away in the middle: nothing arrived.
    }
    if (stream.sizeExceeded) return reply();
    const failure = failures.email('end', session.envelope.rcptTo[0]?.address);
    const accepted = failure === undefined || (failure.accept ?? failure.how !== 'reply');
    let queuedAs = '';
    try {
      if (accepted) queuedAs = await keep(Buffer.concat(chunks), session, inbox);
    } catch {
      return fail(
        { how: 'reply', phase: 'end', code: 554, message: '5.6.0 Message cannot be parsed' },
        session,
        reply,
      );
    }
    if (failure === undefined) reply(null, `2.0.0 Ok: queued as ${queuedAs}`);
    else fail(failure, session, reply);
  }

  server.on('error', () => {
    // A client's broken connection; the client learns of it by itself.
  });
  server.server.on('connection', (socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(o.port, o.host, () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://${SMTP_USER}:${SMTP_PASSWORD}@${o.host.includes(':') ? `[${o.host}]` : o.host}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

/** Parses an accepted message into the inbox, one arrival a recipient; gives the name it is queued under. */
async function keep(raw: Buffer, session: SMTPServerSession, inbox: Inbox): Promise<string> {
  const source = raw.toString('utf8');
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  const headers = headersOf(mail.headerLines);
  const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
  let queuedAs = '';
  for (const recipient of recipients) {
    const arrived = inbox.add({
      channel: 'email',
      target: recipient,
      targetName: recipient,
      id: mail.messageId ?? '',
      text: (mail.text ?? '').replaceAll('\r\n', '\n'),
      deliveryId: uuidIn(mail.messageId),
      headers,
      subject: mail.subject ?? '',
      from: addressLine(mail.from),
      to: addressLine(mail.to),
      html: mail.html || null,
      envelope: { from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '', to: recipients },
      source,
    });
    queuedAs ||= `S${String(arrived.number).padStart(8, '0')}`;
  }
  return queuedAs;
}

function addressLine(header: AddressObject | AddressObject[] | undefined): string {
  return [header ?? []]
    .flat()
    .flatMap((object) => object.value)
    .map(({ name, address }) => (name ? `${name} <${address ?? ''}>` : (address ?? '')))
    .join(', ');
}

function headersOf(lines: HeaderLines): Record<string, string> {
  return Object.fromEntries(
    lines.map(({ key, line }) => [
      key,
      line
        .slice(line.indexOf(':') + 1)
        .replace(/\r?\n[ \t]+/g, ' ')
        .trim(),
    ]),
  );
}

/** The UUID in front of a Message-ID's `@`: how Toritsugi names its mails. */
function uuidIn(messageId: string | undefined): string | null {
  return (
    /^<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@/.exec(messageId ?? '')?.[1] ?? null
  );
}
