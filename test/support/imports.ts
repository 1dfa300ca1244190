import { readFile } from 'node:fs/promises';
import { v7 } from 'uuid';
import { formatProblem, type ImportResult } from '../../src/rulebook/import-result.ts';
import type { ImportOptions } from '../../src/rulebook/run-import.ts';

/** 2026-11-20 (a Friday) 12:00 in Japan. */
export const NOON = new Date('2026-11-20T03:00:00Z');

export function options(o: Partial<ImportOptions> = {}): ImportOptions {
  return { dryRun: false, newId: v7, clock: () => NOON, actor: 'tester', ...o };
}

export async function example(name: 'kinds' | 'plans' | 'agency' | 'clients') {
  const file = `${name}.yaml`;
  return { file, text: await readFile(new URL(`../../examples/${file}`, import.meta.url), 'utf8') };
}

/** The changes of an import that must succeed. */
export function changesOf(result: ImportResult): readonly string[] {
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.changes;
}

/** The mistakes of an import that must be refused, one line each as the terminal shows them. */
export function mistakesOf(result: ImportResult): readonly string[] {
  if (result.ok) throw new Error(`not refused, but: ${result.changes.join('; ')}`);
  return result.problems.map(formatProblem);
}
