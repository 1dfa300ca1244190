import { readFile } from 'node:fs/promises';
import type { Kysely } from 'kysely';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import { importKinds } from './import-kinds.ts';
import { formatProblem } from './import-result.ts';

/**
 * Makes sure that calls can be recorded from the first start: where no kind is stored, the shipped table of the
 * trade is loaded. Nothing that is stored is touched. Safe when several processes start at once.
 * @param o.file the shipped kinds file, `examples/kinds.yaml`
 * @returns what was loaded, one line each; empty when kinds were there
 * @throws Error when the shipped file is damaged
 */
export async function ensureKinds(
  db: Kysely<Schema>,
  o: { readonly file: URL; readonly newId: NewId; readonly clock: Clock },
): Promise<readonly string[]> {
  if (await db.selectFrom('kinds').select('code').limit(1).executeTakeFirst()) return [];
  const source = { file: 'examples/kinds.yaml', text: await readFile(o.file, 'utf8') };
  const result = await importKinds(db, source, {
    dryRun: false,
    newId: o.newId,
    clock: o.clock,
    actor: 'toritsugi',
  });
  if (!result.ok) {
    throw new Error(`the shipped kinds are damaged:\n${result.problems.map(formatProblem).join('\n')}`);
  }
  return result.changes;
}
