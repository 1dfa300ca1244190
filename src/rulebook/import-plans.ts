import type { Kysely, Transaction } from 'kysely';
import { stringify } from 'yaml';
import type { Schema } from '../storage/schema.ts';
import { diffByKey } from './diff.ts';
import { extrasFile, planExtras } from './import-extras.ts';
import type { ImportProblem, ImportResult, ImportSource } from './import-result.ts';
import { checkPlansFile, type PlansFile, plansFile } from './plans-file.ts';
import { planUse } from './price-use.ts';
import { type ImportOptions, inBatches, type PlannedImport, runImport } from './run-import.ts';
import { type Path, readYaml } from './yaml-source.ts';

interface Price {
  readonly code: string;
  readonly effective_from: string;
  readonly name: string;
  readonly base_yen: number;
  readonly included_calls: number;
  readonly over_yen: number;
  readonly prorated: boolean;
}

/**
 * Takes over a file of plans and monthly extras with their prices. Prices are only ever added or corrected: those the file does not
 * name stay. A month in which calls were already counted under a plan keeps its price (P5: past months are never
 * recomputed with new prices [MK]), so a price that would reach into one is refused.
 */
export async function importPlans(
  db: Kysely<Schema>,
  source: ImportSource,
  o: ImportOptions,
): Promise<ImportResult> {
  const reading = readYaml(source, plansFile);
  return runImport(db, o, async (tx): Promise<PlannedImport> => {
    const stored = await storedPrices(tx);
    const wanted = wantedPrices(reading.value?.plans ?? [], stored);
    const { added, changed } = diffByKey(
      stored,
      wanted,
      keyOf,
      (price) => `${price.name} ${describe(price)}`,
    );
    const repriced = [
      ...added,
      ...changed
        .filter(({ before, after }) => describe(before) !== describe(after))
        .map(({ after }) => after),
    ];
    const late: ImportProblem[] = [];
    for (const price of repriced) {
      const next = firstOf(
        wanted.filter(
          ({ code, effective_from }) => code === price.code && effective_from > price.effective_from,
        ),
      );
      const used = await planUse(tx, price.code, price.effective_from, next);
      if (used === undefined) continue;
      const because = used.closed
        ? `${used.month} is closed and was charged by this plan`
        : `calls are already counted under this plan in ${used.month}`;
      late.push(
        reading.problem(
          placeOf(reading.value?.plans ?? [], price),
          `${because}; a new price begins in a later month, and the old one stays`,
        ),
      );
    }
    const extras = await planExtras(tx, reading);
    const problems = [...reading.problems, ...checkPlansFile(reading), ...late, ...extras.problems];
    if (problems.length > 0) return { problems };

    const changes = [
      ...added.map(
        (price) => `${price.code}: + ${price.name} from ${price.effective_from}: ${describe(price)}`,
      ),
      ...changed.map(({ before, after }) =>
        before.name === after.name
          ? `${after.code}: from ${after.effective_from}: ${describe(before)} → ${describe(after)}`
          : `${after.code}: from ${after.effective_from}: ${before.name}, ${describe(before)} → ${after.name}, ${describe(after)}`,
      ),
      ...extras.changes,
    ];
    const written = [...added, ...changed.map(({ after }) => after)];
    return {
      changes,
      warnings: [],
      audit: [{ subjectType: 'plans', subjectId: 'agency', changes }],
      async write() {
        await inBatches(written, (batch) =>
          tx
            .insertInto('plans')
            .values(batch)
            .onConflict((conflict) =>
              conflict.columns(['code', 'effective_from']).doUpdateSet((set) => ({
                name: set.ref('excluded.name'),
                base_yen: set.ref('excluded.base_yen'),
                included_calls: set.ref('excluded.included_calls'),
                over_yen: set.ref('excluded.over_yen'),
                prorated: set.ref('excluded.prorated'),
              })),
            )
            .execute(),
        );
        await extras.write();
      },
    };
  });
}

/** The stored plans as the file `importPlans` reads (YAML). */
export async function exportPlans(db: Kysely<Schema>): Promise<string> {
  const stored = await storedPrices(db);
  const plans = [...new Set(stored.map(({ code }) => code))].map((code) => {
    const prices = stored.filter((price) => price.code === code);
    return {
      code,
      name: prices.at(-1)?.name,
      prices: prices.map(({ effective_from, base_yen, included_calls, over_yen, prorated }) => ({
        effective_from,
        base: base_yen,
        included: included_calls,
        over: over_yen,
        ...(prorated && { prorated }),
      })),
    };
  });
  const extras = await extrasFile(db);
  return stringify({ plans, ...(extras.length > 0 && { extras }) }, { lineWidth: 0 });
}

async function storedPrices(db: Kysely<Schema> | Transaction<Schema>): Promise<readonly Price[]> {
  return db.selectFrom('plans').selectAll().orderBy('code').orderBy('effective_from').execute();
}

/** The prices of the file, and the stored ones it leaves alone, under their plan's new name. */
function wantedPrices(plans: PlansFile['plans'], stored: readonly Price[]): readonly Price[] {
  return plans.flatMap(({ code, name, prices }) => {
    const named = new Set(prices.map(({ effective_from }) => effective_from));
    return [
      ...stored
        .filter((price) => price.code === code && !named.has(price.effective_from))
        .map((price) => ({ ...price, name })),
      ...prices.map(({ effective_from, base, included, over, prorated }) => ({
        code,
        effective_from,
        name,
        base_yen: base,
        included_calls: included,
        over_yen: over,
        prorated: prorated ?? false,
      })),
    ];
  });
}

function placeOf(plans: PlansFile['plans'], price: Price): Path {
  const index = plans.findIndex(({ code }) => code === price.code);
  const n =
    plans[index]?.prices.findIndex(({ effective_from }) => effective_from === price.effective_from) ?? 0;
  return ['plans', index, 'prices', n, 'effective_from'];
}

/** The first day of the first of some prices; far ahead when there is none. */
function firstOf(prices: readonly Price[]): string {
  return prices.reduce(
    (least, { effective_from }) => (effective_from < least ? effective_from : least),
    '9999-12-31',
  );
}

function keyOf(price: Price): string {
  return `${price.code} ${price.effective_from}`;
}

function describe(price: Price): string {
  const byDay = price.prorated ? ', by the day' : '';
  return `${price.base_yen} yen for ${price.included_calls} calls, ${price.over_yen} yen each above${byDay}`;
}
