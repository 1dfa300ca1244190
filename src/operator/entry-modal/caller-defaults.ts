import type { Kysely } from 'kysely';
import { parsePhone } from '../../domain/phone.ts';
import { knownNumber } from '../../intake/known-number.ts';
import type { Schema } from '../../storage/schema.ts';
import { BLOCK } from './block-ids.ts';
import type { DraftPatch, EntryDraft, Prefill } from './draft.ts';

type Names = Pick<EntryDraft, 'company' | 'name' | 'kana'>;

/**
 * The caller's company and name, where the number is known at this client and nobody typed any: a change of the
 * draft, empty when there is none. What was typed is never replaced. Names the form put in itself go again when
 * the client or the number becomes another one, so that no client's caller is named to another (P9).
 * @param round a number no earlier round of the form had, such as the time of the action in µs
 */
export async function callerDefaults(
  db: Kysely<Schema>,
  draft: EntryDraft,
  round: number,
): Promise<DraftPatch> {
  const { clientId, number } = draft;
  const prefill = prefillOf(draft, draft);
  const e164 = e164Of(number);
  if (!isUntouched(draft, prefill)) return {};
  if (prefill !== null && prefill.clientId === clientId && prefill.number === e164) return {};
  const known =
    clientId === null || number === null ? null : await knownNumber(db, { clientId, typed: number });
  const caller = known?.caller ?? null;
  if (caller === null && isEmpty(draft)) return {};
  const { company, name, kana } = caller ?? { company: null, name: null, kana: null };
  return {
    company,
    name,
    kana,
    ...(caller !== null &&
      clientId !== null &&
      e164 !== null && { prefills: { [round]: { clientId, number: e164, ...caller } } }),
    renewed: { [BLOCK.company]: round, [BLOCK.name]: round, [BLOCK.kana]: round },
  };
}

/**
 * Whether a form would record names it put in for another client or number: a change has not reached it yet.
 * @param draft what is saved of the form
 */
export function namesAnother(shown: EntryDraft, draft: EntryDraft): boolean {
  const prefill = prefillOf(shown, draft);
  if (prefill === null || isEmpty(shown) || !isUntouched(shown, prefill)) return false;
  return prefill.clientId !== shown.clientId || prefill.number !== e164Of(shown.number);
}

/** The names put in for the blocks on the screen. */
function prefillOf({ renewed }: EntryDraft, { prefills }: EntryDraft): Prefill | null {
  return prefills[renewed[BLOCK.company] ?? ''] ?? null;
}

function isEmpty({ company, name, kana }: Names): boolean {
  return company === null && name === null && kana === null;
}

function isUntouched(names: Names, prefill: Prefill | null): boolean {
  if (isEmpty(names)) return true;
  return (
    prefill !== null &&
    prefill.company === names.company &&
    prefill.name === names.name &&
    prefill.kana === names.kana
  );
}

function e164Of(number: string | null): string | null {
  const phone = number === null ? undefined : parsePhone(number);
  return phone?.ok ? phone.e164 : null;
}
