import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { TemplateError, type TemplateProblem } from './template-error.ts';

export const EXTENSION = '.liquid';
/** Twelve hexadecimal digits of sha256: enough to tell versions apart, short enough to read out. */
const VERSION_DIGITS = 12;
const INCLUDE = /\{%-?\s*include\b([^%]*)/g;
const FIXED_NAME = /^\s*'([a-z0-9/._-]+)'/;

/** Every `.liquid` file of a templates folder by its path inside it, without line breaks at the end. */
export type Sources = ReadonlyMap<string, string>;

/**
 * Reads a templates folder and the folders in it, once: what is checked at start is what is rendered, whatever
 * happens to the files later.
 */
export async function readSources(templatesDir: URL): Promise<Sources> {
  try {
    const names = await readdir(templatesDir, { recursive: true });
    const files = names.map((name) => name.replaceAll('\\', '/')).filter((name) => name.endsWith(EXTENSION));
    return new Map(
      await Promise.all(
        files.sort().map(async (file): Promise<[string, string]> => {
          const text = await readFile(new URL(file, templatesDir), 'utf8');
          // A file may end in a line break without its report doing so.
          return [file, text.replaceAll('\r\n', '\n').replace(/\n+$/, '')];
        }),
      ),
    );
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new TemplateError([{ file: templatesDir.pathname, line: null, reason }]);
  }
}

/**
 * The files a template is made of, itself first. A partial must be named as plain text in quotes, so that
 * checking a template means checking all of it.
 */
export function partsOf(sources: Sources, file: string): { files: Set<string>; problems: TemplateProblem[] } {
  const files = new Set<string>();
  const problems: TemplateProblem[] = [];
  const visit = (part: string, within: readonly string[]): void => {
    if (files.has(part)) return;
    files.add(part);
    const source = sources.get(part) ?? '';
    for (const include of source.matchAll(INCLUDE)) {
      const line = source.slice(0, include.index).split('\n').length;
      const name = FIXED_NAME.exec(include[1] ?? '')?.[1];
      const next = `${name}${EXTENSION}`;
      if (name === undefined) {
        problems.push({
          file: part,
          line,
          reason: "include takes a fixed name, such as 'partials/facts.text'",
        });
      } else if (!sources.has(next)) {
        problems.push({ file: part, line, reason: `there is no ${next}` });
      } else if (next === part || within.includes(next)) {
        problems.push({ file: part, line, reason: `${next} would include itself for ever` });
      } else {
        visit(next, [...within, part]);
      }
    }
  };
  visit(file, []);
  return { files, problems };
}

/** A short name for exactly these files with exactly this content, stored with every delivery. */
export function versionOf(sources: Sources, files: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort()) hash.update(`${file}\0${sources.get(file) ?? ''}\0`);
  return hash.digest('hex').slice(0, VERSION_DIGITS);
}
