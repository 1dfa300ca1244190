import type { Kysely, Transaction } from 'kysely';
import { stringify } from 'yaml';
import type { KindTemplate } from '../domain/kinds.ts';
import type { Schema } from '../storage/schema.ts';

type Db = Kysely<Schema> | Transaction<Schema>;

/** A kind as stored, with the agency's own rules. */
export interface StoredKind {
  readonly code: string;
  readonly label: string;
  readonly aliases: readonly string[];
  readonly template: KindTemplate;
  readonly position: number;
  readonly rules: readonly {
    readonly id: string;
    readonly effective_from: string;
    readonly counted: boolean;
    readonly reported: boolean;
    readonly flagged: boolean;
  }[];
}

export interface StoredSurcharge {
  readonly code: string;
  readonly effective_from: string;
  readonly label: string;
  readonly amount_yen: number;
  readonly min_yen: number;
  readonly max_yen: number;
}

/** Every kind in its order. */
export async function storedKinds(db: Db): Promise<readonly StoredKind[]> {
  const kinds = await db.selectFrom('kinds').selectAll().orderBy('position').orderBy('code').execute();
  const rules = await db
    .selectFrom('kind_rules')
    .selectAll()
    .where('client_id', 'is', null)
    .orderBy('effective_from')
    .execute();
  return kinds.map((kind) => ({
    ...kind,
    rules: rules
      .filter((rule) => rule.kind === kind.code)
      .map(({ kind: _kind, client_id: _client, ...rule }) => rule),
  }));
}

/** Every amount of every reason, oldest first. */
export async function storedSurcharges(db: Db): Promise<readonly StoredSurcharge[]> {
  return db.selectFrom('surcharge_reasons').selectAll().orderBy('code').orderBy('effective_from').execute();
}

/** The stored kinds and surcharge reasons as the file `importKinds` reads (YAML). */
export async function exportKinds(db: Db): Promise<string> {
  const kinds = (await storedKinds(db)).map(({ code, label, aliases, template, rules }) => ({
    code,
    label,
    ...(aliases.length > 0 && { aliases }),
    template,
    rules: rules.map(({ effective_from, counted, reported, flagged }) => ({
      effective_from,
      counted,
      reported,
      ...(flagged && { flagged }),
    })),
  }));
  const rows = await storedSurcharges(db);
  const surcharges = [...new Set(rows.map(({ code }) => code))].map((code) => {
    const amounts = rows.filter((row) => row.code === code);
    return {
      code,
      // One label a reason: calls keep the words they were recorded under.
      label: amounts.at(-1)?.label,
      amounts: amounts.map(({ effective_from, amount_yen, min_yen, max_yen }) => ({
        effective_from,
        amount: amount_yen,
        ...(min_yen !== amount_yen && { min: min_yen }),
        ...(max_yen !== amount_yen && { max: max_yen }),
      })),
    };
  });
  return stringify({ kinds, ...(surcharges.length > 0 && { surcharges }) }, { lineWidth: 0 });
}
