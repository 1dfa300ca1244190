import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../storage/schema.ts';
import { diffByKey } from './diff.ts';
import type { ImportProblem } from './import-result.ts';
import type { plansFile } from './plans-file.ts';
import { extraUse } from './price-use.ts';
import { inBatches } from './run-import.ts';
import type { YamlReading } from './yaml-source.ts';

interface Price {
  readonly code: string;
  readonly effective_from: string;
  readonly name: string;
  readonly monthly_yen: number;
  readonly prorated: boolean;
}

/**
 * The part of a plans file about monthly extras (月額オプション), such as a second number. As with plans, prices are only
 * ever added or corrected, and a month in which one is charged already keeps its price.
 */
export async function planExtras(
  tx: Transaction<Schema>,
  reading: YamlReading<typeof plansFile>,
): Promise<{
  readonly problems: readonly ImportProblem[];
  readonly changes: readonly string[];
  write(): Promise<void>;
}> {
  const extras = reading.value?.extras ?? [];
  const stored = await storedPrices(tx);
  const wanted = extras.flatMap(({ code, name, prices }) => {
    const named = new Set(prices.map(({ effective_from }) => effective_from));
    return [
      ...stored
        .filter((price) => price.code === code && !named.has(price.effective_from))
        .map((price): Price => ({ ...price, name })),
      ...prices.map(
        ({ effective_from, monthly, prorated }): Price => ({
          ...{ code, name, effective_from, monthly_yen: monthly, prorated: prorated ?? false },
        }),
      ),
    ];
  });
  const { added, changed } = diffByKey(
    stored,
    wanted,
    (price) => `${price.code} ${price.effective_from}`,
    (price) => `${price.name} ${describe(price)}`,
  );
  const repriced = [
    ...added,
    ...changed.filter(({ before, after }) => describe(before) !== describe(after)).map(({ after }) => after),
  ];
  const problems: ImportProblem[] = [];
  for (const price of repriced) {
    const later = wanted
      .filter(({ code, effective_from }) => code === price.code && effective_from > price.effective_from)
      .map(({ effective_from }) => effective_from)
      .toSorted();
    const used = await extraUse(tx, price.code, price.effective_from, later[0] ?? '9999-12-31');
    if (used === undefined || !used.closed) continue;
    const index = extras.findIndex(({ code }) => code === price.code);
    const n = extras[index]?.prices.findIndex((one) => one.effective_from === price.effective_from) ?? 0;
    problems.push(
      reading.problem(
        ['extras', index, 'prices', n, 'effective_from'],
        `${used.month} is closed and was charged by this price; a new price begins in a later month, and the old one stays`,
      ),
    );
  }
  const written = [...added, ...changed.map(({ after }) => after)];
  return {
    problems,
    changes: [
      ...added.map(
        (price) => `${price.code}: + ${price.name} from ${price.effective_from}: ${describe(price)}`,
      ),
      ...changed.map(
        ({ before, after }) =>
          `${after.code}: from ${after.effective_from}: ${before.name}, ${describe(before)} → ${after.name}, ${describe(after)}`,
      ),
    ],
    write: () =>
      inBatches(written, (batch) =>
        tx
          .insertInto('extras')
          .values(batch)
          .onConflict((conflict) =>
            conflict.columns(['code', 'effective_from']).doUpdateSet((set) => ({
              name: set.ref('excluded.name'),
              monthly_yen: set.ref('excluded.monthly_yen'),
              prorated: set.ref('excluded.prorated'),
            })),
          )
          .execute(),
      ),
  };
}

/** The stored extras as the part of the file that would import them. */
export async function extrasFile(db: Kysely<Schema>) {
  const stored = await storedPrices(db);
  return [...new Set(stored.map(({ code }) => code))].map((code) => {
    const prices = stored.filter((price) => price.code === code);
    return {
      code,
      name: prices.at(-1)?.name,
      prices: prices.map(({ effective_from, monthly_yen, prorated }) => ({
        effective_from,
        monthly: monthly_yen,
        ...(prorated && { prorated }),
      })),
    };
  });
}

async function storedPrices(db: Kysely<Schema>): Promise<readonly Price[]> {
  return await db.selectFrom('extras').selectAll().orderBy('code').orderBy('effective_from').execute();
}

function describe({ monthly_yen, prorated }: Price): string {
  return `${monthly_yen} yen a month${prorated ? ', by the day' : ''}`;
}
