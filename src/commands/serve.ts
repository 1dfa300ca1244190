import { z } from 'zod';
import { explain } from '../explain.ts';
import type { CommandChunk, CommandHandler } from '../storage/command-socket.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';

/** What crosses the socket. Asking who holds the directory is a request of its own, without a command. */
export const requestForm = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('who') }),
  z.strictObject({
    type: z.literal('run'),
    command: z.string().max(100),
    input: z.unknown(),
    actor: z.string().regex(/^cli:[^\p{C}]{1,64}$/u),
  }),
]);
export type CommandRequest = z.infer<typeof requestForm>;

/** Who holds a data directory: a server, which takes commands, or a command that is about to end. */
export type Holder = 'server' | 'command';

/** What commands run with, but for what each request brings. */
export type ServingContext = Omit<CommandContext, 'out' | 'err' | 'actor'>;

/**
 * The server's side of `toritsugi` commands: runs the very commands the terminal would run itself, on the
 * database this process has open. Hand it to `serveCommands`.
 */
export function commandHandler(registry: readonly Command[], context: ServingContext): CommandHandler {
  const commands = new Map(registry.map((command) => [command.name, command]));
  return (request) => respond(request, 'server', (name) => commands.get(name), context);
}

/** What a command in the terminal's own process says to others meanwhile: wait, I am about to end. */
export function busyHandler(): CommandHandler {
  return (request) => respond(request, 'command', () => undefined, undefined);
}

async function* respond(
  request: unknown,
  holder: Holder,
  find: (name: string) => Command | undefined,
  serving: ServingContext | undefined,
): AsyncGenerator<CommandChunk> {
  const parsed = requestForm.safeParse(request);
  if (!parsed.success) {
    yield error('The running Toritsugi does not understand this request; it may be another version.\n');
    yield { type: 'exit', code: EXIT.wrongUse };
    return;
  }
  const asked = parsed.data;
  switch (asked.type) {
    case 'who':
      yield { type: 'output', stream: 'stdout', text: holder };
      yield { type: 'exit', code: EXIT.done };
      return;
    case 'run': {
      const command = find(asked.command);
      if (!command || !serving) {
        yield error(
          `The running Toritsugi does not know "${asked.command}"; it may be another version. Restart it.\n`,
        );
        yield { type: 'exit', code: EXIT.wrongUse };
        return;
      }
      yield* outputOf((write) =>
        command.execute(
          {
            ...serving,
            actor: asked.actor,
            out: (text) => write({ type: 'output', stream: 'stdout', text }),
            err: (text) => write({ type: 'output', stream: 'stderr', text }),
          },
          asked.input,
        ),
      );
      return;
    }
    default:
      asked satisfies never;
  }
}

function error(text: string): CommandChunk {
  return { type: 'output', stream: 'stderr', text };
}

/** Turns writing into yielding: what is written while running comes out in order, the exit code last. */
async function* outputOf(
  run: (write: (chunk: CommandChunk) => void) => Promise<number>,
): AsyncGenerator<CommandChunk> {
  const chunks: CommandChunk[] = [];
  let wake = (): void => undefined;
  let ended = false;
  const write = (chunk: CommandChunk): void => {
    chunks.push(chunk);
    wake();
  };
  const running = run(write)
    .catch((thrown: unknown) => {
      write(error(`${explain(thrown)}\n`));
      return EXIT.failed;
    })
    .then((code) => {
      write({ type: 'exit', code });
      ended = true;
    });
  while (!ended || chunks.length > 0) {
    const chunk = chunks.shift();
    if (chunk) yield chunk;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  await running;
}
