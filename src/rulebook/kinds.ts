import type { Kysely, Transaction } from 'kysely';
import type { Kind, KindRule } from '../domain/kinds.ts';
import { fold } from '../domain/search.ts';
import type { Schema } from '../storage/schema.ts';

/** Every kind of call in its order, and every rule, past and future, of the agency and of single clients. */
export async function loadKinds(
  db: Kysely<Schema> | Transaction<Schema>,
): Promise<{ readonly kinds: readonly Kind[]; readonly rules: readonly KindRule[] }> {
  const kinds = await db
    .selectFrom('kinds')
    .select(['code', 'label', 'aliases', 'template', 'position'])
    .orderBy('position')
    .orderBy('code')
    .execute();
  const rules = await db
    .selectFrom('kind_rules')
    .select([
      'kind',
      'client_id as clientId',
      'effective_from as effectiveFrom',
      'counted',
      'reported',
      'flagged',
    ])
    .orderBy('kind')
    .orderBy('effective_from')
    .execute();
  return { kinds, rules };
}

/** The kind a typed word names, by code, label or alias, whatever its width, case or kana script. */
export function kindByWord(kinds: readonly Kind[], word: string): Kind | undefined {
  const folded = fold(word);
  if (folded === '') return undefined;
  return (
    kinds.find((kind) => fold(kind.code) === folded) ??
    kinds.find((kind) => fold(kind.label) === folded) ??
    kinds.find((kind) => kind.aliases.some((alias) => fold(alias) === folded))
  );
}
