import type { Socket } from 'node:net';

export type JsonLine =
  | { readonly type: 'value'; readonly value: unknown }
  /** The line is no JSON, or longer than allowed; nothing after it is read. */
  | { readonly type: 'malformed' }
  | { readonly type: 'too_long' };

const NEWLINE = 0x0a;

/**
 * Reads newline-delimited JSON until the far side ends. What follows the last newline is no line. Leaving it
 * early leaves the socket open.
 */
export async function* jsonLines(socket: Socket, limitBytes: number): AsyncGenerator<JsonLine> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const data of socket.iterator({ destroyOnReturn: false })) {
    let rest = data as Buffer;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      parts.push(rest.subarray(0, end));
      held += end;
      if (held > limitBytes) return yield { type: 'too_long' };
      const line = parse(Buffer.concat(parts));
      yield line;
      if (line.type !== 'value') return;
      rest = rest.subarray(end + 1);
      parts = [];
      held = 0;
    }
    parts.push(rest);
    held += rest.length;
    if (held > limitBytes) return yield { type: 'too_long' };
  }
}

/** Writes one line and waits until the far side keeps up. Resolves also when it is gone. */
export function writeLine(socket: Socket, value: unknown): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || !socket.writable) return resolve();
    socket.write(`${JSON.stringify(value)}\n`, () => resolve());
  });
}

function parse(line: Buffer): JsonLine {
  try {
    return { type: 'value', value: JSON.parse(line.toString('utf8')) };
  } catch {
    return { type: 'malformed' };
  }
}
