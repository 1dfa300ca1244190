import type { z } from 'zod';
import type { InstallLinks } from '../domain/install-link.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { ReplyLinks } from '../domain/reply-link.ts';
import type { Database } from '../storage/database.ts';

/** What a command gives back to the shell. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  /** Only of `bounce`: what mail servers take as "keep the mail and try again" (EX_TEMPFAIL of sysexits.h). */
  tryAgain: 75,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command may use. It never touches files, the terminal or the environment: those may be elsewhere. */
export interface CommandContext {
  readonly database: Database;
  /** Whether BullMQ's tables belong to this database, because there is no Redis. */
  readonly queueTables: boolean;
  /** The shipped kinds of calls, for a database that has none. */
  readonly kindsFile: URL;
  /** The templates reports are made of. */
  readonly templatesDir: URL;
  /** Links in reports that a command makes; undefined where PUBLIC_URL and LINK_SECRET are not at hand. */
  readonly replyLinks?: ReplyLinks | undefined;
  /** Links by which clients connect their Slack workspaces; undefined without those and an id of our Slack app. */
  readonly installLinks?: InstallLinks | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Who asked, for the audit log: `cli:<user>`. */
  readonly actor: string;
  /** Writes text as it is; lines end with a line feed. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * One thing a person can ask of the data. It runs where the database is open: in the terminal's own process,
 * or inside the running server, which gets the name and the input over its socket.
 */
export interface Command {
  /** As typed, such as `clients import`. */
  readonly name: string;
  /** Checks the input, because it may come over a socket, and runs. */
  execute(context: CommandContext, input: unknown): Promise<ExitCode>;
}

/** Makes a command of a schema and what runs with it. */
export function defineCommand<Input>(definition: {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  readonly run: (context: CommandContext, input: Input) => Promise<ExitCode>;
}): Command {
  return {
    name: definition.name,
    async execute(context, input) {
      const parsed = definition.input.safeParse(input);
      if (!parsed.success) {
        for (const issue of parsed.error.issues) {
          context.err(`${[definition.name, ...issue.path].join(' ')}: ${issue.message}\n`);
        }
        return EXIT.wrongUse;
      }
      return definition.run(context, parsed.data);
    },
  };
}

/** A list as one JSON document, for scripts. */
export function writeJson(context: Pick<CommandContext, 'out'>, value: unknown): void {
  context.out(`${JSON.stringify(value, null, 2)}\n`);
}
