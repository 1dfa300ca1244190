import { z } from 'zod';
import type { Clock, NewId } from '../domain/ports.ts';
import { formatProblem, type ImportResult, type ImportSource } from '../rulebook/import-result.ts';
import type { Database } from '../storage/database.ts';
import { type Command, defineCommand, EXIT, writeJson } from './command.ts';

type Importer = (
  db: Database['db'],
  source: ImportSource,
  o: { readonly dryRun: boolean; readonly newId: NewId; readonly clock: Clock; readonly actor: string },
) => Promise<ImportResult>;

/**
 * `<subject> import`: brings a YAML file into the data, all of it or nothing. The terminal reads the file; what
 * comes here is its name and text.
 */
export function importCommand(subject: string, importFile: Importer): Command {
  return defineCommand({
    name: `${subject} import`,
    input: z.strictObject({ file: z.string(), text: z.string(), dryRun: z.boolean(), json: z.boolean() }),
    async run(context, { file, text, dryRun, json }) {
      const { database, newId, clock, actor } = context;
      const result = await importFile(database.db, { file, text }, { dryRun, newId, clock, actor });
      if (json) {
        writeJson(context, result);
        return result.ok ? EXIT.done : EXIT.failed;
      }
      if (!result.ok) {
        for (const problem of result.problems) context.err(`${formatProblem(problem)}\n`);
        context.err(`\n${plural(result.problems.length, 'mistake')} in ${file}; nothing was changed.\n`);
        return EXIT.failed;
      }
      for (const warning of result.warnings) context.err(`warning: ${warning}\n`);
      for (const change of result.changes) context.out(`${change}\n`);
      context.out(`${summary(result)}\n`);
      return EXIT.done;
    },
  });
}

function summary(result: Extract<ImportResult, { ok: true }>): string {
  const count = result.changes.length;
  if (count === 0) return 'Nothing to change: the data is as the file says.';
  return result.applied
    ? `${plural(count, 'change')} made.`
    : `${plural(count, 'change')} would be made; this was a dry run, nothing was changed.`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
