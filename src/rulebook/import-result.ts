/** A file as an administrator gave it; `file` is its name, for messages only. */
export interface ImportSource {
  readonly file: string;
  readonly text: string;
}

/** One mistake in a file, in English, for administrators. */
export interface ImportProblem {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** Where in the file's structure: `clients[1].destinations[0].address`. */
  readonly field: string;
  /** The value as written, quoted and shortened, or `(missing)`, `(a list)`, `(a mapping)`. */
  readonly value: string;
  /** What is allowed. */
  readonly message: string;
}

export type ImportResult =
  | {
      readonly ok: true;
      /** One readable line each; empty when the file says what is stored already. */
      readonly changes: readonly string[];
      /** What is allowed but probably not meant, such as a client nobody's report reaches. */
      readonly warnings: readonly string[];
      /** Whether the changes were written: not on a dry run. */
      readonly applied: boolean;
    }
  /** Every mistake of the file; nothing was written. */
  | { readonly ok: false; readonly problems: readonly ImportProblem[] };

/** One line for the terminal: `clients.yaml:14: clients[1].code: "A b" — lower-case letters …`. */
export function formatProblem(problem: ImportProblem): string {
  const field = problem.field === '' ? '' : `${problem.field}: `;
  return `${problem.file}:${problem.line}: ${field}${problem.value} — ${problem.message}`;
}
