import type { Kysely } from 'kysely';
import { type ClientCard, clientCard } from '../../clients/directory.ts';
import { jstDay } from '../../domain/calendar.ts';
import { type Kind, type KindRule, type RuleFlags, ruleFor } from '../../domain/kinds.ts';
import { loadKinds } from '../../rulebook/kinds.ts';
import { type SurchargeReason, surchargeReasons } from '../../rulebook/surcharges.ts';
import type { Schema } from '../../storage/schema.ts';
import type { EntryDraft } from './draft.ts';

/** Everything a form is made of, beside the draft. */
export interface FormData {
  /** The client chosen; null when none is, or it is no client any more. */
  readonly card: ClientCard | null;
  readonly kinds: readonly Kind[];
  /** What the chosen kind means for the chosen client on the day of the call; null when it cannot be told. */
  readonly rule: RuleFlags | null;
  /** Reasons in force on the day of the call. */
  readonly surcharges: readonly SurchargeReason[];
}

/** Looks up what a draft's form shows. */
export async function loadFormData(db: Kysely<Schema>, draft: EntryDraft, now: Date): Promise<FormData> {
  const day = jstDay(draft.occurredAt === null ? now : new Date(draft.occurredAt * 1000));
  // One after the other: side by side they would take several connections of a busy pool for one form.
  const { kinds, rules } = await loadKinds(db);
  const surcharges = await surchargeReasons(db, day);
  const found = draft.clientId === null ? undefined : await clientCard(db, draft.clientId);
  const card = found === undefined || found.status === 'ended' ? null : found;
  return { card, kinds, surcharges, rule: ruleOf(rules, draft, card, day) };
}

function ruleOf(
  rules: readonly KindRule[],
  draft: EntryDraft,
  card: ClientCard | null,
  day: string,
): RuleFlags | null {
  if (draft.kind === null) return null;
  // Without a client the agency's own rule holds: no rule of a client has an empty id.
  return ruleFor(rules, { kind: draft.kind, clientId: card?.id ?? '', day }) ?? null;
}
