import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.ts';
import { callerDefaults } from './caller-defaults.ts';
import { type DraftPatch, EMPTY_DRAFT, type EntryDraft, mergeDraft } from './draft.ts';
import { findDraft, saveDraft } from './draft-store.ts';

/**
 * Saves what a form shows, with the names of a known caller where nobody typed any, and returns the whole draft.
 * @param o.actedAt when the operator acted, seconds since 1970 as Slack stamps actions
 */
export async function keepDraft(
  db: Kysely<Schema>,
  o: {
    readonly viewId: string;
    readonly operatorId: string;
    readonly patch: DraftPatch;
    readonly actedAt: number;
    readonly now: Date;
  },
): Promise<EntryDraft> {
  const before = await findDraft(db, o.viewId, o.operatorId);
  const whole = mergeDraft(before ?? EMPTY_DRAFT, o.patch);
  const names = await callerDefaults(db, whole, roundAt(o.actedAt));
  const renewed = { ...o.patch.renewed, ...names.renewed };
  return await saveDraft(db, {
    ...o,
    patch: { ...o.patch, ...names, ...(Object.keys(renewed).length > 0 && { renewed }) },
  });
}

/** A round for blocks renewed by an action: later actions have higher ones. */
export function roundAt(actedAt: number): number {
  return Math.round(actedAt * 1_000_000);
}
