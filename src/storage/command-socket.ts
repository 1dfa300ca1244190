import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import type { DataLock } from './data-lock.ts';
import { errorCode } from './errors.ts';
import { type JsonLine, jsonLines, writeLine } from './json-lines.ts';

/** What a command gives back while it runs; the exit code is the last. */
export type CommandChunk =
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'exit'; readonly code: number };

/**
 * Carries out one request. The signal is aborted when whoever asked is gone. A handler that ends without an
 * exit code, or throws, counts as exit code 1.
 */
export type CommandHandler = (
  request: unknown,
  signal: AbortSignal,
) => AsyncIterable<CommandChunk> | Promise<AsyncIterable<CommandChunk>>;

export type CommandSocketErrorCode = 'command.unreachable' | 'command.cut_off' | 'command.too_large';

/** The running server could not be asked, or was lost before it had answered. */
export class CommandSocketError extends Error {
  readonly code: CommandSocketErrorCode;

  constructor(code: CommandSocketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandSocketError';
    this.code = code;
  }
}

/** Longest request, bytes: an import file of thousands of clients fits. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
/** Longest single answer line; a command writes its output in pieces. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;
/** Who has connected must have asked by then, ms. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How long, ms, one who has had the whole answer may stay. */
const LINGER_MS = 1_000;
const WRONG_USE = 2;

const chunkSchema: z.ZodType<CommandChunk> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('output'), stream: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({ type: z.literal('exit'), code: z.int().min(0).max(255) }),
]);

/**
 * Serves commands at the data directory's socket: one connection, one request line of JSON, any number of
 * answer lines. Whatever is sent, the process goes on: a malformed or oversized request is answered on stderr
 * with exit code 2.
 */
export function serveCommands(lock: DataLock, handler: CommandHandler): void {
  lock.onConnection((socket) => void serve(socket, handler).catch(() => socket.destroy()));
}

async function serve(socket: Socket, handler: CommandHandler): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
  const line = await firstLine(socket);
  socket.setTimeout(0);
  if (!line) return void socket.destroy();
  // Whatever else is sent is thrown away; but only a reader learns that the far side has gone.
  socket.resume();
  for await (const chunk of answer(line, handler, gone.signal)) {
    await writeLine(socket, chunk);
    if (chunk.type === 'exit') break;
  }
  socket.end();
  socket.setTimeout(LINGER_MS, () => socket.destroy());
}

async function firstLine(socket: Socket): Promise<JsonLine | undefined> {
  for await (const line of jsonLines(socket, MAX_REQUEST_BYTES)) return line;
  return undefined;
}

async function* answer(
  line: JsonLine,
  handler: CommandHandler,
  signal: AbortSignal,
): AsyncGenerator<CommandChunk> {
  switch (line.type) {
    case 'malformed':
      yield* refusal('The request is no JSON.\n', WRONG_USE);
      return;
    case 'too_long':
      yield* refusal(`The request is longer than ${MAX_REQUEST_BYTES} bytes.\n`, WRONG_USE);
      return;
    case 'value':
      try {
        yield* await handler(line.value, signal);
        yield { type: 'exit', code: 1 };
      } catch (error) {
        yield* refusal(`The command failed (${errorCode(error) ?? 'no code'}).\n`, 1);
      }
      return;
    default:
      line satisfies never;
  }
}

function* refusal(text: string, code: number): Generator<CommandChunk> {
  yield { type: 'output', stream: 'stderr', text };
  yield { type: 'exit', code };
}

/**
 * Asks the process that holds the data directory to carry out a command.
 *
 * @returns its exit code, after all of its output.
 * @throws CommandSocketError when nobody answers or the answer breaks off: whether the command took effect is
 *   then unknown.
 */
export async function sendCommand(
  socketPath: string,
  request: unknown,
  o: { onOutput: (stream: 'stdout' | 'stderr', text: string) => void; signal?: AbortSignal },
): Promise<number> {
  const line = JSON.stringify(request);
  if (Buffer.byteLength(line) > MAX_REQUEST_BYTES) {
    throw new CommandSocketError(
      'command.too_large',
      `The request is longer than ${MAX_REQUEST_BYTES} bytes.`,
    );
  }
  const socket = await connected(socketPath);
  const stop = () => socket.destroy();
  o.signal?.addEventListener('abort', stop);
  try {
    socket.write(`${line}\n`);
    for await (const answered of jsonLines(socket, MAX_CHUNK_BYTES)) {
      const chunk = answered.type === 'value' ? chunkSchema.safeParse(answered.value) : undefined;
      if (!chunk?.success) break;
      if (chunk.data.type === 'exit') return chunk.data.code;
      o.onOutput(chunk.data.stream, chunk.data.text);
    }
  } catch (error) {
    throw cutOff(error);
  } finally {
    o.signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
  throw cutOff(undefined);
}

function connected(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => resolve(socket));
    socket.once('error', (cause) => {
      const code = errorCode(cause) ?? 'no code';
      reject(
        new CommandSocketError('command.unreachable', `The running server does not answer (${code}).`, {
          cause,
        }),
      );
    });
  });
}

function cutOff(cause: unknown): CommandSocketError {
  return new CommandSocketError(
    'command.cut_off',
    'The running server broke off before it had answered; look whether the command took effect.',
    { cause },
  );
}
