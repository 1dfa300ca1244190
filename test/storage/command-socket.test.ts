import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type CommandChunk,
  type CommandHandler,
  MAX_REQUEST_BYTES,
  sendCommand,
  serveCommands,
} from '../../src/storage/command-socket.ts';
import { acquireDataDir, type DataLock } from '../../src/storage/data-lock.ts';

let dataDir: string;
let lock: DataLock;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'toritsugi-socket-'));
  const result = await acquireDataDir(dataDir);
  if (result.type === 'held') throw new Error('the lock was not acquired');
  lock = result.lock;
});

afterEach(async () => {
  await lock.release();
  await rm(dataDir, { recursive: true, force: true });
});

const echo: CommandHandler = async function* (request) {
  yield { type: 'output', stream: 'stdout', text: JSON.stringify(request) };
  yield { type: 'output', stream: 'stderr', text: '完了\n' };
  yield { type: 'exit', code: 3 };
};

async function send(request: unknown) {
  const output: [string, string][] = [];
  const exitCode = await sendCommand(lock.socketPath, request, {
    onOutput: (stream, text) => output.push([stream, text]),
  });
  return { output, exitCode };
}

/** Sends raw bytes and collects what comes back until the server ends. */
async function raw(bytes: string | Buffer): Promise<string> {
  const socket = connect(lock.socketPath);
  socket.on('error', () => undefined);
  socket.write(bytes);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text;
  });
  await once(socket, 'close');
  return answer;
}

const exitOf = (answer: string) => JSON.parse(answer.trim().split('\n').at(-1) ?? '');

it('carries a request there and output and exit code back', async () => {
  serveCommands(lock, echo);
  const request = { command: 'clients list', text: '株式会社サンプル\n🎌' };
  expect(await send(request)).toEqual({
    output: [
      ['stdout', JSON.stringify(request)],
      ['stderr', '完了\n'],
    ],
    exitCode: 3,
  });
});

it('carries megabytes in both directions, for several at once', async () => {
  serveCommands(lock, echo);
  const request = { file: 'あ'.repeat(1_000_000) };
  const answers = await Promise.all([send(request), send(request), send({ small: true })]);
  expect(answers[0]?.output[0]?.[1]).toBe(JSON.stringify(request));
  expect(answers[2]?.output[0]?.[1]).toBe('{"small":true}');
});

it('answers those who asked before anybody served', async () => {
  const early = send({ early: true });
  const socket = connect(lock.socketPath);
  await once(socket, 'connect');
  serveCommands(lock, echo);
  expect((await early).exitCode).toBe(3);
  socket.destroy();
});

it('answers garbage with exit code 2 and goes on', async () => {
  serveCommands(lock, echo);
  for (const bytes of ['nonsense\n', '{"a":\n', Buffer.from([0xff, 0xfe, 0x0a]), '\n']) {
    expect(exitOf(await raw(bytes))).toEqual({ type: 'exit', code: 2 });
  }
  expect((await send({})).exitCode).toBe(3);
});

it('answers an oversized request with exit code 2 and goes on', async () => {
  serveCommands(lock, echo);
  const answer = await raw(Buffer.alloc(MAX_REQUEST_BYTES + 1, 'x'));
  expect(exitOf(answer)).toEqual({ type: 'exit', code: 2 });
  await expect(send('x'.repeat(MAX_REQUEST_BYTES))).rejects.toMatchObject({ code: 'command.too_large' });
  expect((await send({})).exitCode).toBe(3);
});

it('gives exit code 1 for a handler that throws, without its words', async () => {
  serveCommands(lock, () => {
    throw new Error('佐藤 090-0000-0000');
  });
  const { output, exitCode } = await send({});
  expect(exitCode).toBe(1);
  expect(JSON.stringify(output)).not.toContain('佐藤');
});

it('gives exit code 1 for a handler that ends without one', async () => {
  serveCommands(lock, async function* (): AsyncGenerator<CommandChunk> {
    yield { type: 'output', stream: 'stdout', text: 'half' };
  });
  expect(await send({})).toEqual({ output: [['stdout', 'half']], exitCode: 1 });
});

it('tells the handler when whoever asked is gone', async () => {
  let aborted: Promise<unknown> | undefined;
  serveCommands(lock, async function* (_request, signal): AsyncGenerator<CommandChunk> {
    aborted = once(signal, 'abort');
    yield { type: 'output', stream: 'stdout', text: 'begun' };
    await aborted;
  });
  const stop = new AbortController();
  const asked = sendCommand(lock.socketPath, {}, { onOutput: () => stop.abort(), signal: stop.signal });
  await expect(asked).rejects.toMatchObject({ code: 'command.cut_off' });
  await aborted;
});

it('says that the outcome is unknown when the server stops in the middle', async () => {
  serveCommands(lock, async function* (_request, signal): AsyncGenerator<CommandChunk> {
    yield { type: 'output', stream: 'stdout', text: 'begun' };
    await once(signal, 'abort');
  });
  const asked = sendCommand(lock.socketPath, {}, { onOutput: () => void lock.release() });
  await expect(asked).rejects.toMatchObject({ code: 'command.cut_off' });
  await expect(send({})).rejects.toMatchObject({ code: 'command.unreachable' });
});
