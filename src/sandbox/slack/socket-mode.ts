import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { asText, isObject, type JsonObject, parseJson } from './json.ts';
import { APP_ID } from './workspace.ts';

export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api';

/** What an app answered to an envelope; undefined when it did not within the time. */
export type EnvelopeAck = { readonly payload: JsonObject } | undefined;

/**
 * Slack's side of Socket Mode: one-time addresses, the hello, envelopes and their acknowledgements. With several
 * connections each envelope goes to one of them, in turn.
 */
export function createSocketMode(path: string) {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const connections: WebSocket[] = [];
  const waiting = new Map<string, (payload: JsonObject) => void>();
  let turn = 0;

  function accept(socket: WebSocket): void {
    connections.push(socket);
    socket.on('message', (data) => {
      const message = parseJson(String(data));
      if (!isObject(message)) return;
      waiting.get(asText(message.envelope_id))?.(isObject(message.payload) ? message.payload : {});
    });
    const forget = () => {
      const index = connections.indexOf(socket);
      if (index >= 0) connections.splice(index, 1);
    };
    socket.on('close', forget);
    socket.on('error', forget);
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: connections.length,
        connection_info: { app_id: APP_ID },
        debug_info: { host: 'sandbox', approximate_connection_time: 18_060 },
      }),
    );
  }

  return {
    /** The path of a fresh WebSocket address, good for one connection. */
    newTicket(): string {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${path}?ticket=${ticket}&app_id=${APP_ID}`;
    },
    /** For the HTTP server's `upgrade` event. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const url = new URL(request.url ?? '/', 'http://sandbox');
      if (url.pathname !== path || !tickets.delete(url.searchParams.get('ticket') ?? '')) {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    connected: (): number => connections.length,
    async deliver(type: EnvelopeType, payload: JsonObject, timeoutMs: number): Promise<EnvelopeAck> {
      const socket = connections[turn++ % Math.max(connections.length, 1)];
      if (socket === undefined) return undefined;
      const id = randomUUID();
      return new Promise((resolve) => {
        const finish = (ack: EnvelopeAck) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(ack);
        };
        const timer = setTimeout(() => finish(undefined), timeoutMs);
        waiting.set(id, (answer) => finish({ payload: answer }));
        socket.send(
          JSON.stringify({
            envelope_id: id,
            type,
            accepts_response_payload: type !== 'events_api',
            payload,
            ...(type === 'events_api' ? { retry_attempt: 0, retry_reason: '' } : {}),
          }),
        );
      });
    },
    /** Asks every client to connect anew, as Slack does when it refreshes its servers. */
    disconnect(reason: 'refresh_requested' | 'warning' = 'refresh_requested'): void {
      for (const socket of connections) socket.send(JSON.stringify({ type: 'disconnect', reason }));
    },
    close(): void {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
export type SocketMode = ReturnType<typeof createSocketMode>;
