import type { ImportProblem } from '../rulebook/import-result.ts';
import type { Path } from '../rulebook/yaml-source.ts';
import type { KnownWorkspace } from './check-workspaces.ts';
import type { StoredClient } from './stored-clients.ts';

/** What is stored and a clients file refers to or could collide with. */
export interface ClientReferences {
  /** Plans with the first day of their first price. */
  readonly plans: ReadonlyMap<string, string>;
  /** Monthly extras with the first day of their first price. */
  readonly extras: ReadonlyMap<string, string>;
  readonly kinds: ReadonlySet<string>;
  /** Clients the file does not name. */
  readonly others: readonly {
    readonly code: string;
    readonly name: string;
    readonly kana: string;
    readonly aliases: readonly string[];
  }[];
  /** Clients the file names, as stored, by code. */
  readonly stored: ReadonlyMap<string, StoredClient>;
  /** Clients' own Slack workspaces, by their ids. */
  readonly workspaces: ReadonlyMap<string, KnownWorkspace>;
  /** The current JST month, `YYYY-MM`. */
  readonly month: string;
  /** First day of the last closed month; null before the first closing. */
  readonly closed: string | null;
}

export type Problem = (path: Path, message: string) => ImportProblem;

/** The words a value may be, for the message of one that is not. */
export function listed(words: ReadonlySet<string | undefined>, ifNone = 'there is none yet'): string {
  return [...words].filter((word) => word !== undefined).join(', ') || ifNone;
}

export function importFirst(what: 'plans' | 'kinds'): string {
  return `there is none yet; first run: npm run toritsugi -- ${what} import ${what}.yaml`;
}
