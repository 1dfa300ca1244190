import { type Kysely, sql, type Transaction } from 'kysely';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import type { ImportProblem, ImportResult } from './import-result.ts';
import { inFileOrder } from './yaml-source.ts';

export interface ImportOptions {
  /** Works everything out and writes nothing. */
  readonly dryRun: boolean;
  readonly newId: NewId;
  readonly clock: Clock;
  /** Who imports, for the audit log. */
  readonly actor: string;
}

/** What an import found out before writing: its mistakes, or what it would change and how. */
export type PlannedImport =
  | { readonly problems: readonly ImportProblem[] }
  | {
      readonly changes: readonly string[];
      readonly warnings: readonly string[];
      write(): Promise<void>;
      /** What each changed subject's entry in the audit log says. */
      readonly audit: readonly ImportAudit[];
    };

export interface ImportAudit {
  /** `client`, `kinds`, `plans`, `agency`: also the first half of the action's name. */
  readonly subjectType: string;
  readonly subjectId: string;
  readonly changes: readonly string[];
}

const ROWS_AT_ONCE = 500;

/**
 * Plans and writes an import in one transaction: all or nothing. Imports take turns, so that what one was
 * planned on is still so when it writes; calls go on being recorded beside it.
 */
export async function runImport(
  db: Kysely<Schema>,
  o: ImportOptions,
  plan: (tx: Transaction<Schema>) => Promise<PlannedImport>,
): Promise<ImportResult> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('toritsugi import'))`.execute(tx);
    const planned = await plan(tx);
    if ('problems' in planned) return { ok: false, problems: inFileOrder(planned.problems) };
    const { changes, warnings, audit } = planned;
    if (!o.dryRun && changes.length > 0) {
      await planned.write();
      const at = o.clock();
      const rows = audit.map(({ subjectType, subjectId, changes: lines }) => ({
        id: o.newId(),
        at,
        actor: o.actor,
        action: `${subjectType}.import`,
        subject_type: subjectType,
        subject_id: subjectId,
        detail: JSON.stringify({ changes: lines }),
      }));
      await inBatches(rows, (batch) => tx.insertInto('audit_log').values(batch).execute());
    }
    return { ok: true, changes, warnings, applied: !o.dryRun && changes.length > 0 };
  });
}

/** Writes many rows without passing the limit of 65,535 parameters a statement. */
export async function inBatches<Row>(
  rows: readonly Row[],
  write: (batch: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await write(rows.slice(start, start + ROWS_AT_ONCE));
  }
}
