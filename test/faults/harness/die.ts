import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { KillPoint } from './protocol.ts';

/**
 * Kills this process with SIGKILL at a chosen point of an attempt. The points are seen from outside the code under
 * test: undici announces its requests, and a mail's socket shows the dialogue.
 */
export function watchAttempts(o: { readonly mailPort: number | undefined }): (at: KillPoint) => void {
  let armed: KillPoint | undefined;
  const reached = (point: KillPoint): void => {
    if (armed === point) process.kill(process.pid, 'SIGKILL');
  };
  // Only posts are attempts: a reconciler's reads are not.
  const ofPost = (point: KillPoint) => (message: unknown) => {
    const { request } = message as { request: { method: string; path: string } };
    if (request.method === 'POST' && /messages|postMessage/.test(request.path)) reached(point);
  };
  diagnostics.subscribe('undici:request:create', ofPost('before'));
  diagnostics.subscribe('undici:request:bodySent', ofPost('during'));
  diagnostics.subscribe('undici:request:trailers', ofPost('after'));
  diagnostics.subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => {
      if (socket.remotePort === o.mailPort) watchMail(socket, reached);
    });
  });
  return (at) => {
    armed = at;
  };
}

function watchMail(socket: Socket, reached: (point: KillPoint) => void): void {
  let dotSent = false;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = ((...args: unknown[]) => {
    const text = String(args[0]);
    if (/^RCPT TO/i.test(text)) reached('before');
    const written = write(...args);
    if (/(^|\r\n)\.\r\n$/.test(text)) {
      dotSent = true;
      reached('during');
    }
    return written;
  }) as typeof socket.write;
  socket.prependListener('data', (bytes: Buffer) => {
    if (dotSent && /^250/m.test(bytes.toString())) reached('after');
    if (/^[245]\d\d /m.test(bytes.toString())) dotSent = false;
  });
}
