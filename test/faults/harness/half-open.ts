import { connect, createServer, type Socket } from 'node:net';
import { listening } from '../../support/proxy.ts';

/** Stands before a server and lets connections die without a word: no FIN, no RST, as a lost NAT entry does. */
export interface HalfOpenLink {
  readonly port: number;
  /**
   * What has been connected so far goes silent for good. `both`: nothing passes any more. `answers`: requests still
   * get through, their answers do not. New connections are not touched. Returns how many died.
   */
  silence(how: 'both' | 'answers'): number;
  close(): Promise<void>;
}

export async function startHalfOpenLink(port: number): Promise<HalfOpenLink> {
  type Line = { near: Socket; far: Socket; dead: 'both' | 'answers' | undefined };
  const lines = new Set<Line>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const line: Line = { near, far, dead: undefined };
    lines.add(line);
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.on('data', (bytes) => line.dead !== 'both' && far.write(bytes));
    far.on('data', (bytes) => line.dead === undefined && near.write(bytes));
    // The near end giving up is real; the far end's goodbye gets lost with everything else.
    near.on('close', () => {
      far.destroy();
      lines.delete(line);
    });
    far.on('close', () => {
      if (line.dead === undefined) near.destroy();
    });
  });
  return {
    port: await listening(server),
    silence(how) {
      const living = [...lines].filter(({ dead }) => dead === undefined);
      for (const line of living) line.dead = how;
      return living.length;
    },
    async close() {
      for (const { near, far } of lines) {
        near.destroy();
        far.destroy();
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
