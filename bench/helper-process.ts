import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the benchmark's own that answers one request after the other over Node's IPC. */
export interface HelperProcess<Request, Answer> {
  readonly pid: number;
  ask(request: Request): Promise<Answer>;
  /** Ends it and waits until it has ended. */
  end(): Promise<void>;
}

type Reply<Answer> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly error: string };

/** Starts `file`, which calls `answerRequests`. It inherits no environment but what Node itself needs. */
export async function startHelper<Request, Answer>(
  file: URL,
  o: { readonly flags?: readonly string[] } = {},
): Promise<HelperProcess<Request, Answer>> {
  const child: ChildProcess = fork(fileURLToPath(file), [], {
    execArgv: ['--import', 'tsx', ...(o.flags ?? [])],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let asked = 0;
  child.on('message', (message) => {
    const reply = message as Reply<Answer>;
    const asker = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) asker?.reject(new Error(reply.error));
    else asker?.resolve(reply.answer);
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${file.pathname} ended (${code ?? signal})`));
  });
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    ask: (request) =>
      new Promise((resolve, reject) => {
        asked += 1;
        waiting.set(asked, { resolve, reject });
        child.send({ id: asked, request });
      }),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** The other side: called once by the helper's file. */
export function answerRequests<Request, Answer>(answer: (request: Request) => Promise<Answer>): void {
  process.on('message', (message) => {
    const { id, request } = message as { id: number; request: Request };
    answer(request).then(
      (value) => process.send?.({ id, answer: value }),
      (thrown: unknown) =>
        process.send?.({
          id,
          error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
        }),
    );
  });
}

/** Milliseconds of the machine's monotonic clock: the same in every process, which `performance.now()` is not. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
