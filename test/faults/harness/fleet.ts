import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../../src/app.ts';
import type { KillPoint, Order, Spec, Word } from './protocol.ts';

/** One process of Toritsugi under a suite's control. */
export interface Member {
  readonly role: Role;
  readonly url: string | undefined;
  alive(): boolean;
  /** kill −9 from outside, now. */
  kill(): Promise<void>;
  /** kill −9 at the next attempt that comes to this point; resolves when it is dead, or after `withinMs`. */
  dieAt(point: KillPoint, withinMs: number): Promise<boolean>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  /** How many deliveries are in which state; undefined when it cannot say. */
  states(): Promise<Readonly<Record<string, number>> | undefined>;
}

export interface Fleet {
  /** Starts a process and resolves when it is ready. */
  start(role: Role, o?: { readonly clockOffsetMs?: number }): Promise<Member>;
  members(): readonly Member[];
  /** SIGTERM to all that live; kills what does not end. */
  stopAll(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 20_000;
const ENTRY = fileURLToPath(new URL('./process.ts', import.meta.url));

/** A start that failed, with what the process said. */
export class StartFailedError extends Error {
  readonly code = 'faults.start_failed';
}

/** Processes loaded beforehand wait in reserve, so that a killed one is replaced at once. */
export function createFleet(specOf: (role: Role) => Spec, o: { readonly reserve?: number } = {}): Fleet {
  let members: Member[] = [];
  const reserve: Promise<ChildProcess>[] = [];
  let closed = false;

  const load = async (): Promise<ChildProcess> => {
    const child = fork(ENTRY, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await heard(child, 'loaded');
    return child;
  };
  const refill = (): void => {
    while (!closed && reserve.length < (o.reserve ?? 0)) reserve.push(load());
  };

  return {
    async start(role, { clockOffsetMs = 0 } = {}) {
      const child = await (reserve.shift() ?? load());
      refill();
      tell(child, { type: 'start', spec: { ...specOf(role), clockOffsetMs } });
      const word = await heard(child, 'ready');
      const member = memberOf(child, role, word.type === 'ready' ? word.url : undefined);
      members = [...members.filter((other) => other.alive()), member];
      return member;
    },
    members: () => members.filter((member) => member.alive()),
    async stopAll() {
      closed = true;
      const spares = await Promise.allSettled(reserve.splice(0));
      for (const spare of spares) if (spare.status === 'fulfilled') spare.value.kill('SIGKILL');
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

function memberOf(child: ChildProcess, role: Role, url: string | undefined): Member {
  const alive = () => child.exitCode === null && child.signalCode === null;
  const exited = once(child, 'exit');
  return {
    role,
    url,
    alive,
    async kill() {
      if (alive()) child.kill('SIGKILL');
      await exited;
    },
    async dieAt(point, withinMs) {
      tell(child, { type: 'die', at: point });
      await Promise.race([exited, pause(withinMs)]);
      return !alive();
    },
    async stop() {
      if (alive()) child.kill('SIGTERM');
      const ended = await Promise.race([exited.then(() => true), pause(ANSWER_WITHIN_MS, false)]);
      if (!ended) child.kill('SIGKILL');
      await exited;
      return child.exitCode;
    },
    async states() {
      if (!alive()) return undefined;
      tell(child, { type: 'states' });
      const word = await heard(child, 'states').catch(() => undefined);
      return word?.type === 'states' ? word.states : undefined;
    },
  };
}

function tell(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order, () => undefined);
}

/** The next word of this type; rejects when the process says that it failed, ends, or is silent for too long. */
function heard(child: ChildProcess, type: Word['type']): Promise<Word> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(new StartFailedError('no answer in time')), READY_WITHIN_MS);
    const end = (result: Word | Error): void => {
      clearTimeout(timer);
      child.off('message', onWord);
      child.off('exit', onExit);
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const onWord = (message: unknown): void => {
      const word = message as Word;
      if (word.type === type) end(word);
      else if (word.type === 'failed') end(new StartFailedError(word.message));
    };
    const onExit = (): void => end(new StartFailedError('the process ended'));
    child.on('message', onWord);
    child.on('exit', onExit);
  });
}
