import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A TCP server on loopback whose every connection is handled by a script. */
export interface SocketFarSide {
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
  /** Destroys what is open and stops listening. */
  close(): Promise<void>;
}

export async function openSocketFarSide(
  onConnection: (socket: Socket, nth: number) => void,
): Promise<SocketFarSide> {
  const open = new Set<Socket>();
  let count = 0;
  // Half-open on purpose: what the script does not close stays open.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    count += 1;
    onConnection(socket, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A port on which nothing listens: one that was ours a moment ago. */
export async function unusedPort(): Promise<number> {
  const farSide = await openSocketFarSide((socket) => socket.destroy());
  await farSide.close();
  return farSide.port;
}

/** Sends one byte every `everyMs` until the socket is gone: alive for ever, finished never. */
export function drip(socket: Socket, text: string, everyMs: number): void {
  let position = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || !socket.writable) {
      clearInterval(timer);
      return;
    }
    socket.write(text.charAt(position % text.length));
    position += 1;
  }, everyMs);
  socket.on('close', () => clearInterval(timer));
}
