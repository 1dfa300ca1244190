import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequests, machineMs } from './helper-process.ts';

/*
 * The far side of every measurement, in a process of its own and as cheap as Node can be: takes Chatwork posts
 * and the few Slack calls the program makes, answers at once, remembers what came when. It is honest about
 * nothing but the shapes: limits and errors are the sandbox's business.
 */

export type FarSideRequest =
  | { readonly type: 'listen' }
  /** Forgets what came. */
  | { readonly type: 'reset' }
  /** Answers once `count` posts have come, or after `timeoutMs`. */
  | { readonly type: 'until'; readonly count: number; readonly timeoutMs: number }
  | { readonly type: 'report' };

export interface FarSideReport {
  /** Base address; Chatwork under `/v2`, Slack under `/api/`. */
  readonly url: string;
  readonly posts: number;
  /** Posts whose exact body had come before. */
  readonly doubled: number;
  /** `machineMs` of the first and last post. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** `machineMs` at which the message carrying `#bench-<n>#` had come whole, by n. */
  readonly tokens: ReadonlyMap<number, number>;
}

const posts: { readonly at: number; readonly room: string; readonly body: Buffer }[] = [];
let url = '';
let nextId = 984_676_321_621_000;
let waiting: { readonly count: number; readonly done: () => void } | undefined;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    if (!path.startsWith('/v2/rooms/')) {
      answer(response, slackAnswer(path));
      return;
    }
    nextId += 1;
    const at = machineMs();
    answer(response, `{"message_id":"${nextId}"}`);
    posts.push({
      at,
      room: path,
      body: chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks),
    });
    if (waiting && posts.length >= waiting.count) waiting.done();
  });
});

function answer(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function slackAnswer(path: string): string {
  if (path.startsWith('/api/users.info')) {
    return '{"ok":true,"user":{"id":"U0BENCH01","name":"suzuki","real_name":"鈴木","profile":{"display_name":"鈴木"}}}';
  }
  return `{"ok":true,"channel":"D0BENCH01","ts":"${Date.now() / 1000}","message":{"text":""},"user_id":"U0BOT"}`;
}

async function listen(): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function until(count: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, timeoutMs);
    function done(): void {
      clearTimeout(timer);
      waiting = undefined;
      resolve();
    }
    if (posts.length >= count) done();
    else waiting = { count, done };
  });
}

function report(): FarSideReport {
  const seen = new Set<string>();
  const tokens = new Map<number, number>();
  for (const { at, room, body } of posts) {
    const text = body.toString('latin1');
    seen.add(`${room} ${text}`);
    // `#` arrives as %23 in a form.
    const token = /%23bench-(\d+)%23/.exec(text)?.[1];
    if (token !== undefined && !tokens.has(Number(token))) tokens.set(Number(token), at);
  }
  return {
    url,
    posts: posts.length,
    doubled: posts.length - seen.size,
    firstMs: posts[0]?.at ?? 0,
    lastMs: posts.at(-1)?.at ?? 0,
    tokens,
  };
}

answerRequests<FarSideRequest, FarSideReport>(async (request) => {
  switch (request.type) {
    case 'listen':
      await listen();
      break;
    case 'reset':
      posts.length = 0;
      break;
    case 'until':
      await until(request.count, request.timeoutMs);
      break;
    case 'report':
      return report();
    default:
      request satisfies never;
  }
  return { url, posts: posts.length, doubled: 0, firstMs: 0, lastMs: 0, tokens: new Map() };
});
