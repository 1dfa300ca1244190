import type { Socket } from 'node:net';
import { openSocketFarSide } from './socket-far-side.ts';

export interface SeenRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request by writing to its socket, in whatever way the script likes. */
export type HttpScript = (socket: Socket, request: SeenRequest, nth: number) => void;

export interface HttpFarSideDouble {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  connections(): number;
  close(): Promise<void>;
}

/** An HTTP/1.1 server written on bare TCP, so that it can break the protocol at every place. */
export async function openScriptedHttp(script: HttpScript): Promise<HttpFarSideDouble> {
  const requests: SeenRequest[] = [];
  const farSide = await openSocketFarSide((socket) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const taken = takeRequest(received);
        if (taken === undefined) return;
        received = taken.rest;
        requests.push(taken.request);
        script(socket, taken.request, requests.length);
      }
    });
  });
  return {
    url: `http://127.0.0.1:${farSide.port}`,
    port: farSide.port,
    requests,
    connections: farSide.connections,
    close: farSide.close,
  };
}

function takeRequest(received: Buffer): { request: SeenRequest; rest: Buffer } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = Number(headers['content-length'] ?? 0);
  const body = received.subarray(end + 4, end + 4 + length);
  if (body.length < length) return undefined;
  return {
    request: { method, path, headers, body: body.toString('utf8') },
    rest: received.subarray(end + 4 + length),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Writes a complete and correct answer. */
export function answer(socket: Socket, o: Answer): void {
  const body = Buffer.from(o.body ?? '', 'utf8');
  const headers = { 'content-length': String(body.length), ...o.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 ${o.status} Status\r\n${lines.join('')}\r\n`), body]));
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
