import type { Command, CommandContext } from '../../src/commands/command.ts';
import type { Terminal } from '../../src/commands/terminal.ts';
import type { Clock } from '../../src/domain/ports.ts';
import type { Database } from '../../src/storage/database.ts';
import { newId } from '../support/ids.ts';

export const KINDS_FILE = new URL('../../examples/kinds.yaml', import.meta.url);
export const TEMPLATES = new URL('../../templates/ja/', import.meta.url);

/** What a command wrote and gave back. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command right on a database. */
export async function runOn(
  database: Database,
  command: Command,
  input: unknown,
  o: { readonly clock?: Clock } = {},
): Promise<Ran> {
  const written = writing();
  const context: CommandContext = {
    database,
    queueTables: true,
    kindsFile: KINDS_FILE,
    templatesDir: TEMPLATES,
    clock: o.clock ?? (() => new Date()),
    newId,
    actor: 'cli:test',
    ...written.to,
  };
  const code = await command.execute(context, input);
  return { code, ...written.read() };
}

/** Somewhere to write, read afterwards. */
export function writing() {
  let out = '';
  let err = '';
  return {
    to: {
      out: (text: string) => {
        out += text;
      },
      err: (text: string) => {
        err += text;
      },
    },
    read: () => ({ out, err }),
  };
}

/** A terminal nobody sits at. */
export function quietTerminal(over: Partial<Terminal> = {}): {
  readonly terminal: Terminal;
  readonly read: () => { readonly out: string; readonly err: string };
} {
  const written = writing();
  return {
    terminal: {
      ...written.to,
      readStdin: async () => new Uint8Array(),
      env: {},
      directory: '/nowhere',
      user: 'sato',
      templatesDir: TEMPLATES,
      kindsFile: KINDS_FILE,
      clock: () => new Date(),
      newId,
      ...over,
    },
    read: written.read,
  };
}
