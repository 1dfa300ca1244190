import type { Socket } from 'node:net';
import { openSocketFarSide } from './socket-far-side.ts';

/** The places of an SMTP session at which a script may act instead of the usual reply. */
export type SmtpStep = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'body' | 'dot' | 'RSET';

export interface SmtpMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

/**
 * What happens at a step: a reply (without CRLF), or anything done to the socket. `body` is called with the first
 * bytes of the message. `accept` puts the mail into the ledger, as a server does before it answers.
 */
export type SmtpAct =
  | string
  | ((socket: Socket, session: { accept(): void; readonly mail: SmtpMail }) => void);
export type SmtpScript = Partial<Record<SmtpStep, SmtpAct>>;

export interface SmtpFarSide {
  readonly port: number;
  /** The mails this server has taken. */
  readonly mails: readonly SmtpMail[];
  /** Every line the client sent outside of messages. */
  readonly commands: readonly string[];
  connections(): number;
  close(): Promise<void>;
}

const REPLIES: Readonly<Record<SmtpStep, string>> = {
  greeting: '220 relay.example ESMTP',
  EHLO: '250-relay.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN',
  AUTH: '235 2.7.0 ok',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go ahead',
  body: '',
  dot: '250 2.0.0 ok: queued as 4RzXq1',
  RSET: '250 2.0.0 ok',
};

/**
 * An SMTP server written on bare TCP. `scriptOf` gives the script of each message, asked for when the greeting is
 * due (message 0 of the connection) and again at every MAIL; a script may go by the recipient, too.
 */
export async function openScriptedSmtp(
  script: SmtpScript | ((mail: SmtpMail) => SmtpScript),
  o: { readonly pipelining?: boolean } = {},
): Promise<SmtpFarSide> {
  const mails: SmtpMail[] = [];
  const commands: string[] = [];
  const farSide = await openSocketFarSide((socket) => {
    let from = '';
    let to: string[] = [];
    let source: string | undefined;
    let bodySeen = false;
    let buffer = '';
    const current = (): SmtpMail => ({ from, to, source: source ?? '' });
    const act = (step: SmtpStep, usual = REPLIES[step]): void => {
      const scripted = (typeof script === 'function' ? script(current()) : script)[step] ?? usual;
      if (typeof scripted !== 'string')
        scripted(socket, { accept: () => mails.push(current()), mail: current() });
      else if (scripted !== '') socket.write(`${scripted}\r\n`);
    };
    const refusedAt = (step: SmtpStep): boolean => {
      const scripted = (typeof script === 'function' ? script(current()) : script)[step];
      return typeof scripted === 'string' && /^[45]/.test(scripted);
    };
    const onLine = (line: string): void => {
      commands.push(line);
      const verb = line.slice(0, 4).toUpperCase();
      switch (verb) {
        case 'EHLO':
          act('EHLO', o.pipelining === false ? REPLIES.EHLO.replace('250-PIPELINING\r\n', '') : REPLIES.EHLO);
          return;
        case 'AUTH':
          act('AUTH');
          return;
        case 'MAIL':
          from = line.slice(line.indexOf('<') + 1, line.lastIndexOf('>'));
          to = [];
          act('MAIL');
          return;
        case 'RCPT':
          to.push(line.slice(line.indexOf('<') + 1, line.lastIndexOf('>')));
          if (refusedAt('RCPT') || refusedAt('MAIL')) {
            act('RCPT');
            to = [];
          } else act('RCPT');
          return;
        case 'DATA': {
          if (to.length === 0) {
            // Sent ahead, after a refused sender or recipient.
            socket.write('503 5.5.1 no valid recipients\r\n');
            return;
          }
          const scripted = (typeof script === 'function' ? script(current()) : script).DATA;
          act('DATA');
          if (scripted === undefined || (typeof scripted === 'string' && scripted.startsWith('354'))) {
            source = '';
            bodySeen = false;
          }
          return;
        }
        case 'RSET':
          act('RSET');
          return;
        case 'QUIT':
          socket.end('221 bye\r\n');
          return;
        default:
          socket.write('500 what?\r\n');
      }
    };
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      for (;;) {
        if (socket.destroyed) return;
        if (source !== undefined) {
          if (!bodySeen && buffer !== '') {
            bodySeen = true;
            act('body');
          }
          // An empty message's dot stands at the beginning; ours are never empty.
          const end = buffer.indexOf('\r\n.\r\n');
          if (end < 0) return;
          source = buffer.slice(0, end + 2);
          buffer = buffer.slice(end + 5);
          const scripts = typeof script === 'function' ? script(current()) : script;
          if (scripts.dot === undefined) mails.push(current());
          act('dot');
          source = undefined;
          continue;
        }
        const eol = buffer.indexOf('\r\n');
        if (eol < 0) return;
        const line = buffer.slice(0, eol);
        buffer = buffer.slice(eol + 2);
        onLine(line);
      }
    });
    act('greeting');
  });
  return { port: farSide.port, mails, commands, connections: farSide.connections, close: farSide.close };
}
