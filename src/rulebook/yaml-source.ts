import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml';
import type { ZodType, z } from 'zod';
import { groupBy } from '../domain/group-by.ts';
import type { ImportProblem, ImportSource } from './import-result.ts';
import { parseShallow } from './yaml-document.ts';

/** A file of 5,000 clients is about 4 MB; parsing takes time and memory in proportion. */
const MAX_BYTES = 8_000_000;
const SHOWN_CHARACTERS = 60;

export type Path = readonly PropertyKey[];

/** What is left of a file's data when everything malformed is taken out: each part there is well-formed. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Draft<T[K]> | undefined }
    : T;

export interface YamlReading<S extends ZodType> {
  /** Mistakes of syntax and structure, in the order of the file. */
  readonly problems: readonly ImportProblem[];
  /**
   * The well-formed parts, for checks that look across the file, so that their findings are reported together
   * with the structural ones.
   */
  readonly draft: Draft<z.input<S>> | undefined;
  /** The whole data; undefined when there is any problem. */
  readonly value: z.output<S> | undefined;
  /** A further mistake, found by a check, at its place in the file. */
  problem(path: Path, message: string): ImportProblem;
}

/**
 * Reads a YAML file into data of a schema and keeps the positions, so that every mistake names its line.
 * Scalars stay the text that was typed (`0120…` is no number, `2026-04` no date, ids above 2^53 stay whole) and
 * the schema reads numbers out of it; empty and `null` values are null. Anchors, aliases, tags, several
 * documents, duplicate and unknown keys are refused.
 */
export function readYaml<S extends ZodType>(source: ImportSource, schema: S): YamlReading<S> {
  const at = (line: number, column: number, value: string, message: string): ImportProblem => ({
    file: source.file,
    line,
    column,
    field: '',
    value,
    message,
  });
  const unreadable = (...problems: readonly ImportProblem[]): YamlReading<S> => ({
    problems,
    draft: undefined,
    value: undefined,
    problem: (path, message) => ({ ...at(1, 1, '(unread)', message), field: fieldName(path) }),
  });

  const bytes = Buffer.byteLength(source.text, 'utf8');
  if (bytes > MAX_BYTES) {
    return unreadable(
      at(1, 1, `(${bytes} bytes)`, `a file has at most ${MAX_BYTES} bytes; split it into several files`),
    );
  }
  const lines = new LineCounter();
  const parsing = parseShallow(source.text, lines);
  const shownAt = (start: number, end: number) =>
    shownText(source.text.slice(start, Math.min(end, start + SHOWN_CHARACTERS + 1)));
  const atOffset = (start: number, end: number, message: string) => {
    const { line, col } = lines.linePos(start);
    return at(line, col, shownAt(start, end), message);
  };

  const replacement = source.text.indexOf('\ufffd');
  if (replacement >= 0) {
    const message = 'the file is not UTF-8 (Shift_JIS, perhaps?); save it as UTF-8';
    return unreadable(atOffset(replacement, replacement + 1, message));
  }

  if ('tooDeepAt' in parsing) {
    return unreadable(atOffset(parsing.tooDeepAt, parsing.tooDeepAt + 1, 'nested too deeply'));
  }
  const [document, second] = parsing.documents;
  if (!document) throw new Error('a document is composed even of an empty file');
  const syntax = document.errors.map((error) =>
    atOffset(error.pos[0], error.pos[1], syntaxMessage(error.code, error.message)),
  );
  if (second) {
    const [start, end] = second.range;
    syntax.push(atOffset(start, end, 'one file holds one document; remove the line "---" in its middle'));
  }
  if (syntax.length > 0) return unreadable(...inFileOrder(syntax));
  const { duplicates, others } = forbidden(document, atOffset);
  if (others.length > 0) return unreadable(...inFileOrder([...duplicates, ...others]));

  const pairsOf = pairIndex();
  const problem = (path: Path, message: string): ImportProblem => {
    const { start, value } = locate(document, path, pairsOf);
    const { line, col } = lines.linePos(start);
    return { file: source.file, line, column: col, field: fieldName(path), value, message };
  };
  const data = plain(document.contents);
  const parsed = schema.safeParse(data);
  if (parsed.success) {
    // The input was checked to have exactly this shape.
    const draft = data as Draft<z.input<S>>;
    return { problems: duplicates, draft, value: duplicates.length > 0 ? undefined : parsed.data, problem };
  }
  const malformed = parsed.error.issues.flatMap((issue): readonly { path: Path; message: string }[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], message: issue.message }))
      : [{ path: issue.path, message: issue.message }],
  );
  return {
    problems: inFileOrder([...duplicates, ...malformed.map(({ path, message }) => problem(path, message))]),
    // Everything the schema complained of is gone, so what is left is of its shape.
    draft: without(
      data,
      malformed.map(({ path }) => path),
    ) as Draft<z.input<S>>,
    value: undefined,
    problem,
  };
}

export function inFileOrder(problems: readonly ImportProblem[]): readonly ImportProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** `['clients', 1, 'code']` → `clients[1].code`. */
function fieldName(path: Path): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}

function syntaxMessage(code: string, message: string): string {
  return code === 'NON_STRING_KEY' ? 'a key is a plain word' : `not valid YAML: ${message}`;
}

/**
 * What YAML knows and these files do not: anchors and aliases, which make a small file huge and positions
 * ambiguous, and tags; and keys that are there twice.
 */
function forbidden(
  document: Document.Parsed,
  atOffset: (start: number, end: number, message: string) => ImportProblem,
): { readonly duplicates: readonly ImportProblem[]; readonly others: readonly ImportProblem[] } {
  const duplicates: ImportProblem[] = [];
  const others: ImportProblem[] = [];
  visit(document, {
    Node: (_key, node) => {
      const [start = 0, end = 0] = node.range ?? [];
      if (isAlias(node) || node.anchor !== undefined) {
        others.push(
          atOffset(start, end, 'anchors (&…) and aliases (*…) are not supported; write the value out'),
        );
      } else if (node.tag !== undefined) {
        others.push(atOffset(start, end, 'tags (!…) are not supported; write plain values'));
      }
      if (!isMap(node)) return;
      const seen = new Set<string>();
      for (const { key } of node.items) {
        const [from = start, to = end] = isNode(key) ? (key.range ?? []) : [];
        if (seen.has(keyText(key))) {
          duplicates.push(atOffset(from, to, 'this key appears twice in one mapping; keep one'));
        }
        seen.add(keyText(key));
      }
    },
  });
  return { duplicates, others };
}

/** Nodes as plain data: scalars as their text, empty and `null` ones as null. */
function plain(node: unknown): unknown {
  if (isScalar(node)) {
    const text = String(node.value ?? '');
    return node.type === 'PLAIN' && /^(|~|null|Null|NULL)$/.test(text) ? null : text;
  }
  if (isSeq(node)) return node.items.map(plain);
  if (isMap(node)) {
    // No prototype: a key such as `__proto__` is a key like others, and unknown.
    const data: Record<string, unknown> = Object.create(null);
    for (const pair of node.items) data[keyText(pair.key)] = plain(pair.value);
    return data;
  }
  return null;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

/** The pairs of a mapping by key, indexed when first asked for: a large one may hold many mistakes. */
function pairIndex(): (map: YAMLMap) => ReadonlyMap<string, Pair> {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map) => {
    const index = indexes.get(map) ?? new Map(map.items.map((pair) => [keyText(pair.key), pair]));
    indexes.set(map, index);
    return index;
  };
}

/** The offset of the deepest node on the path that exists, and how the value there reads. */
function locate(
  document: Document.Parsed,
  path: Path,
  pairsOf: (map: YAMLMap) => ReadonlyMap<string, Pair>,
): { readonly start: number; readonly value: string } {
  let node: unknown = document.contents;
  let start = offset(node) ?? 0;
  for (const step of path) {
    const pair = isMap(node) ? pairsOf(node).get(String(step)) : undefined;
    const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
    if (pair === undefined && next === undefined) return { start, value: '(missing)' };
    // A list or mapping is found by its key, one line above its first item.
    start = (isScalar(next) ? undefined : offset(pair?.key)) ?? offset(next) ?? start;
    node = next;
  }
  return { start, value: shown(node) };
}

function offset(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function shown(node: unknown): string {
  if (isSeq(node)) return '(a list)';
  if (isMap(node)) return '(a mapping)';
  const value = plain(node);
  return value === null ? '(empty)' : shownText(String(value));
}

/** Quoted for the terminal: controls, and what reorders or hides text there, by their codes. */
function shownText(text: string): string {
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(short).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (control) => `\\u${(control.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** The data without what is at these paths; a list keeps its length, with a hole. */
function without(data: unknown, paths: readonly Path[]): unknown {
  if (paths.some((path) => path.length === 0)) return undefined;
  if (paths.length === 0 || typeof data !== 'object' || data === null) return data;
  const below = groupBy(paths, (path) => String(path[0]));
  const rest = (key: string) => (below.get(key) ?? []).map((path) => path.slice(1));
  if (Array.isArray(data)) return data.map((item: unknown, index) => without(item, rest(String(index))));
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, without(value, rest(key))]));
}
