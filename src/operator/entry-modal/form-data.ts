import type { Kysely } from 'kysely';
import { type ClientCard, type ClientSummary, clientCard } from '../../clients/directory.ts';
import { jstDay } from '../../domain/calendar.ts';
import { type Kind, type KindRule, type RuleFlags, ruleFor } from '../../domain/kinds.ts';
import type { CaseBanner, Cases } from '../../followup/cases/cases.ts';
import { type KnownNumber, knownNumber } from '../../intake/known-number.ts';
import { recentClients } from '../../intake/recent-clients.ts';
import { loadKinds } from '../../rulebook/kinds.ts';
import { type SurchargeReason, surchargeReasons } from '../../rulebook/surcharges.ts';
import type { Schema } from '../../storage/schema.ts';
import type { EntryDraft } from './draft.ts';

/** Everything a form is made of, beside the draft. */
export interface FormData {
  /** The client chosen, be it one that has left; null when none is. */
  readonly card: ClientCard | null;
  readonly kinds: readonly Kind[];
  /** What the chosen kind means for the chosen client on the day of the call; null when it cannot be told. */
  readonly rule: RuleFlags | null;
  /** Reasons in force on the day of the call. */
  readonly surcharges: readonly SurchargeReason[];
  /** The kind of sales calls, where those are not reported for the chosen client on that day; else null. */
  readonly refused: Kind | null;
}

/** What a form shows beyond what it asks for. */
export interface Sights {
  /** What is known of the number typed, at the chosen client. */
  readonly known: KnownNumber | null;
  /** The operator's recent clients, while none is chosen. */
  readonly recent: readonly ClientSummary[];
  /** The chosen client's open harassment cases; never another's (P9). */
  readonly cases: readonly CaseBanner[];
}

export const NO_SIGHTS: Sights = { known: null, recent: [], cases: [] };

/** [seed] the kind of calls the operator refuses on the client's behalf. */
const SALES = 'sales';
/** More buttons would be slower to read than a name is to type. */
const RECENT_AT_MOST = 8;

/** Looks up what a draft's form shows. */
export async function loadFormData(db: Kysely<Schema>, draft: EntryDraft, now: Date): Promise<FormData> {
  const day = jstDay(draft.occurredAt === null ? now : new Date(draft.occurredAt * 1000));
  // One after the other: side by side they would take several connections of a busy pool for one form.
  const { kinds, rules } = await loadKinds(db);
  const surcharges = await surchargeReasons(db, day);
  const found = draft.clientId === null ? undefined : await clientCard(db, draft.clientId);
  const card = found ?? null;
  const sales = ruleOf(rules, { ...draft, kind: SALES }, card, day);
  const refused = sales?.reported === false ? (kinds.find(({ code }) => code === SALES) ?? null) : null;
  return { card, kinds, surcharges, rule: ruleOf(rules, draft, card, day), refused };
}

/** Looks up what a draft's form shows beside its fields. */
export async function loadSights(
  deps: { readonly db: Kysely<Schema>; readonly cases: Pick<Cases, 'openOf'> },
  draft: EntryDraft,
  operatorId: string,
): Promise<Sights> {
  const { db } = deps;
  const { clientId, number } = draft;
  if (clientId === null) {
    return { ...NO_SIGHTS, recent: await recentClients(db, { operatorId, limit: RECENT_AT_MOST }) };
  }
  const known = number === null ? null : await knownNumber(db, { clientId, typed: number });
  return { known, recent: [], cases: await deps.cases.openOf(clientId) };
}

function ruleOf(
  rules: readonly KindRule[],
  draft: Pick<EntryDraft, 'kind'>,
  card: ClientCard | null,
  day: string,
): RuleFlags | null {
  if (draft.kind === null) return null;
  // Without a client the agency's own rule holds: no rule of a client has an empty id.
  return ruleFor(rules, { kind: draft.kind, clientId: card?.id ?? '', day }) ?? null;
}
