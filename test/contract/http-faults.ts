import type { Socket } from 'node:net';
import type { Channel } from '../../src/channels/channel.ts';
import type { Fault, Rig } from './contract.ts';
import { type Answer, answer, type HttpScript, openScriptedHttp } from './far-sides/http-far-side.ts';
import { drip, openSocketFarSide, unusedPort } from './far-sides/socket-far-side.ts';

/** Times for tests: the same order as the real ones, a fraction of their length. */
export const TEST_HTTP_TIMEOUTS = { connectMs: 250, totalMs: 500 };

/** Builds a far side for each fault of the contract, for the channels that speak HTTP. */
export async function startHttpRig(
  fault: Fault,
  o: {
    /** The channel under test, pointed at an origin such as `http://127.0.0.1:1234`. */
    readonly connect: (origin: string) => Channel;
    /** The answer of a far side that took the message. */
    readonly taken: () => Answer;
  },
): Promise<Rig> {
  let accepted = 0;
  const take = (): void => {
    accepted += 1;
  };
  const rig = (channel: Channel, farSide: { connections(): number; close(): Promise<void> }): Rig => ({
    channel,
    accepted: () => accepted,
    connections: () => farSide.connections(),
    async close() {
      await farSide.close();
      await channel.close();
    },
  });
  const scripted = async (script: HttpScript): Promise<Rig> => {
    const farSide = await openScriptedHttp(script);
    return rig(o.connect(farSide.url), farSide);
  };
  const raw = async (onConnection: (socket: Socket) => void, scheme = 'http'): Promise<Rig> => {
    const farSide = await openSocketFarSide(onConnection);
    return rig(o.connect(`${scheme}://127.0.0.1:${farSide.port}`), farSide);
  };
  const nobody = { connections: () => 0, close: async () => {} };

  switch (fault) {
    case 'healthy':
      return scripted((socket) => {
        take();
        answer(socket, o.taken());
      });
    case 'refused':
      return rig(o.connect(`http://127.0.0.1:${await unusedPort()}`), nobody);
    case 'noSuchHost':
      return rig(o.connect('http://nobody.invalid'), nobody);
    case 'tlsSilence':
      return raw(() => {}, 'https');
    case 'tlsGarbage':
      return raw((socket) => socket.write('HTTP/1.1 400 This is not TLS\r\n\r\n'), 'https');
    case 'resetAtOnce':
      return raw((socket) => socket.resetAndDestroy());
    case 'silentAtOnce':
      return raw((socket) => socket.resume());
    case 'garbageAtOnce':
      return raw((socket) => {
        socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
      });
    case 'lostMidway':
      return raw((socket) => {
        socket.once('data', () => socket.resetAndDestroy());
      });
    case 'readThenReset':
      return scripted((socket) => socket.resetAndDestroy());
    case 'takenThenReset':
      return scripted((socket) => {
        take();
        socket.resetAndDestroy();
      });
    case 'takenThenClosed':
      return scripted((socket) => {
        take();
        socket.end();
      });
    case 'takenThenSilent':
      return scripted(take);
    case 'takenThenTruncated':
      return scripted((socket) => {
        take();
        const { body = '' } = o.taken();
        socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, -4)}`,
        );
      });
    case 'takenThenDripping':
      return scripted((socket) => {
        take();
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n');
        drip(socket, ' ', 20);
      });
    case 'takenThenGarbage':
      return scripted((socket) => {
        take();
        socket.end('\u0000\u0001 not HTTP at all\r\n\r\n');
      });
    default:
      return fault satisfies never;
  }
}
