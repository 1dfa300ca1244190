import type { Kysely } from 'kysely';
import { digestOf, type Evidence } from '../../domain/cases/evidence.ts';
import type { NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { readEvidence } from './read-evidence.ts';

export type EvidenceFormat = 'html' | 'csv' | 'json';

/**
 * The evidence of a case to be handed out, noted in the audit log with the digest of what it says: who took what about
 * people out of the program, and whether a file that turns up is one of ours, can be told for good.
 */
export async function exportEvidence(
  db: Kysely<Schema>,
  caseId: string,
  o: {
    readonly now: Date;
    readonly newId: NewId;
    readonly internal: boolean;
    readonly format: EvidenceFormat;
    readonly actor: string;
  },
): Promise<Evidence | undefined> {
  const evidence = await readEvidence(db, caseId, o);
  if (evidence === undefined) return undefined;
  await db
    .insertInto('audit_log')
    .values({
      id: o.newId(),
      at: o.now,
      actor: o.actor,
      action: ACTION,
      subject_type: 'case',
      subject_id: caseId,
      detail: JSON.stringify({
        sha256: digestOf(evidence),
        format: o.format,
        internal: o.internal,
        events: evidence.events.length,
      }),
    })
    .execute();
  return evidence;
}

const ACTION = 'case.exported';

/** When a record with this digest was exported, and by whom; undefined: never. By index `audit_log_subject`. */
export async function exportedAs(
  db: Kysely<Schema>,
  caseId: string,
  digest: string,
): Promise<{ readonly at: Date; readonly actor: string } | undefined> {
  const rows = await db
    .selectFrom('audit_log')
    .select(['at', 'actor', 'detail'])
    .where('subject_type', '=', 'case')
    .where('subject_id', '=', caseId)
    .where('action', '=', ACTION)
    .execute();
  return rows.find(({ detail }) => detail.sha256 === digest);
}
