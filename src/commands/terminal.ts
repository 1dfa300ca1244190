import type { Environment } from '../config.ts';
import type { Clock, NewId } from '../domain/ports.ts';

/** Where the person is: everything the command line touches, so that tests can stand in for it. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Standard input: all of it, or enough of it to see that it is longer than `atMost` bytes. */
  readonly readStdin: (atMost?: number) => Promise<Uint8Array>;
  /** The environment and `.env`. */
  readonly env: Environment;
  /** Relative paths are meant from here. */
  readonly directory: string;
  /** The login name, for the audit log. */
  readonly user: string;
  /** What is shipped with the program: templates, and the usual kinds of calls. */
  readonly templatesDir: URL;
  readonly kindsFile: URL;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** The actor of commands typed here. */
export function actorOf(terminal: Pick<Terminal, 'user'>): string {
  return `cli:${terminal.user.replace(/\p{C}/gu, '').slice(0, 64) || 'unknown'}`;
}
