import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands before a real server; can be cut, frozen (taking bytes and passing none on) and mended. */
export interface NetworkProxy {
  readonly url: string;
  cut(): void;
  freeze(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startProxy(target: URL, defaultPort: number): Promise<NetworkProxy> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    if (state === 'cut') return void near.destroy();
    if (state === 'frozen') return void near.resume();
    const far = connect(Number(target.port || defaultPort), target.hostname);
    sockets.add(far);
    far.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('data', (bytes) => state === 'open' && far.write(bytes));
    far.on('data', (bytes) => state === 'open' && near.write(bytes));
  });
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(await listening(server));
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: url.href,
    cut() {
      state = 'cut';
      destroyAll();
    },
    freeze() {
      state = 'frozen';
    },
    mend() {
      state = 'open';
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Starts listening on a free port of 127.0.0.1 and says which. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
