import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../storage/schema.ts';
import { describeRule } from './describe-rule.ts';
import { diffByKey, fieldChange } from './diff.ts';
import type { ImportResult, ImportSource } from './import-result.ts';
import { checkKindsFile, type KindsFile, kindsFile } from './kinds-file.ts';
import { type ImportOptions, inBatches, type PlannedImport, runImport } from './run-import.ts';
import { type StoredKind, type StoredSurcharge, storedKinds, storedSurcharges } from './stored-kinds.ts';
import { readYaml } from './yaml-source.ts';

/**
 * Takes over a file of kinds and surcharge reasons. What the file says about a kind or reason is all there is
 * of it; kinds and reasons it does not name stay as they are, after those it names. Rules may change freely,
 * because each call keeps the rule and the amount it was recorded under.
 */
export async function importKinds(
  db: Kysely<Schema>,
  source: ImportSource,
  o: ImportOptions,
): Promise<ImportResult> {
  const reading = readYaml(source, kindsFile);
  return runImport(db, o, async (tx): Promise<PlannedImport> => {
    const kinds = await storedKinds(tx);
    const named = new Set(reading.draft?.kinds?.map((kind) => kind?.code));
    const others = kinds.filter((kind) => !named.has(kind.code));
    const problems = [...reading.problems, ...checkKindsFile(reading, others)];
    if (problems.length > 0 || reading.value === undefined) return { problems };

    const wanted = [...reading.value.kinds, ...others].map((kind, index) => ({
      ...kind,
      position: index + 1,
    }));
    const kindPlan = planKinds(tx, kinds, wanted, o);
    const surchargePlan = planSurcharges(tx, await storedSurcharges(tx), reading.value.surcharges);
    const changes = [...kindPlan.changes, ...surchargePlan.changes];
    return {
      changes,
      warnings: [],
      audit: [{ subjectType: 'kinds', subjectId: 'agency', changes }],
      async write() {
        await kindPlan.write();
        await surchargePlan.write();
      },
    };
  });
}

interface Plan {
  readonly changes: readonly string[];
  write(): Promise<void>;
}

interface WantedKind {
  readonly code: string;
  readonly label: string;
  readonly aliases: readonly string[];
  readonly template: StoredKind['template'];
  readonly position: number;
  readonly rules: readonly {
    readonly effective_from: string;
    readonly counted: boolean;
    readonly reported: boolean;
    readonly flagged: boolean | null;
  }[];
}

function planKinds(
  tx: Transaction<Schema>,
  stored: readonly StoredKind[],
  wanted: readonly WantedKind[],
  o: ImportOptions,
): Plan {
  const changes: string[] = [];
  const rulesRemoved: string[] = [];
  const rulesWritten: { kind: string; rule: WantedKind['rules'][number] }[] = [];
  const moved: string[] = [];
  for (const kind of wanted) {
    const old = stored.find(({ code }) => code === kind.code);
    const fields = old
      ? [
          ...fieldChange('label', old.label, kind.label),
          ...fieldChange('aliases', old.aliases, kind.aliases),
          ...fieldChange('template', old.template, kind.template),
        ]
      : [`+ kind ${kind.label}`];
    const rules = diffByKey(old?.rules ?? [], kind.rules, (rule) => rule.effective_from, describeRule);
    const lines = [
      ...fields,
      ...rules.added.map((rule) => `+ rule from ${rule.effective_from}: ${describeRule(rule)}`),
      ...rules.removed.map((rule) => `- rule from ${rule.effective_from}: ${describeRule(rule)}`),
      ...rules.changed.map(
        ({ before, after }) =>
          `rule from ${after.effective_from}: ${describeRule(before)} → ${describeRule(after)}`,
      ),
    ];
    changes.push(...lines.map((line) => `${kind.code}: ${line}`));
    if (old && old.position !== kind.position) moved.push(kind.code);
    rulesRemoved.push(...rules.removed.map(({ id }) => id), ...rules.changed.map(({ before }) => before.id));
    for (const rule of [...rules.added, ...rules.changed.map(({ after }) => after)]) {
      rulesWritten.push({ kind: kind.code, rule });
    }
  }
  if (moved.length > 0) changes.push(`order: ${wanted.map(({ code }) => code).join(', ')}`);

  return {
    changes,
    async write() {
      await freeLabels(tx, stored, wanted);
      const rows = wanted.map(({ rules, aliases, ...kind }) => ({ ...kind, aliases: [...aliases] }));
      await inBatches(rows, (batch) =>
        tx
          .insertInto('kinds')
          .values(batch)
          .onConflict((conflict) =>
            conflict.column('code').doUpdateSet((set) => ({
              label: set.ref('excluded.label'),
              aliases: set.ref('excluded.aliases'),
              template: set.ref('excluded.template'),
              position: set.ref('excluded.position'),
            })),
          )
          .execute(),
      );
      if (rulesRemoved.length > 0)
        await tx.deleteFrom('kind_rules').where('id', 'in', rulesRemoved).execute();
      const ruleRows = rulesWritten.map(({ kind, rule }) => ({
        ...rule,
        id: o.newId(),
        kind,
        client_id: null,
        flagged: rule.flagged ?? false,
      }));
      await inBatches(ruleRows, (batch) => tx.insertInto('kind_rules').values(batch).execute());
    },
  };
}

/** Labels are unique at every moment, so kinds that swap theirs give them up first. */
async function freeLabels(
  tx: Transaction<Schema>,
  stored: readonly StoredKind[],
  wanted: readonly WantedKind[],
): Promise<void> {
  const renamed = stored.filter((old) =>
    wanted.some(({ code, label }) => code === old.code && label !== old.label),
  );
  if (renamed.length === 0) return;
  await tx
    .updateTable('kinds')
    .set({ label: sql<string>`'(' || code || ')'` })
    .where(
      'code',
      'in',
      renamed.map(({ code }) => code),
    )
    .execute();
}

function planSurcharges(
  tx: Transaction<Schema>,
  stored: readonly StoredSurcharge[],
  wanted: KindsFile['surcharges'],
): Plan {
  const named = new Set(wanted.map(({ code }) => code));
  const rows = wanted.flatMap(({ code, label, amounts }) =>
    amounts.map((one) => ({
      code,
      effective_from: one.effective_from,
      label,
      amount_yen: one.amount,
      min_yen: one.min ?? one.amount,
      max_yen: one.max ?? one.amount,
    })),
  );
  const { added, removed, changed } = diffByKey(
    stored.filter(({ code }) => named.has(code)),
    rows,
    (row) => `${row.code} ${row.effective_from}`,
    describeSurcharge,
  );
  return {
    changes: [
      ...added.map((row) => `surcharge ${row.code}: + from ${row.effective_from}: ${describeSurcharge(row)}`),
      ...removed.map(
        (row) => `surcharge ${row.code}: - from ${row.effective_from}: ${describeSurcharge(row)}`,
      ),
      ...changed.map(
        ({ before, after }) =>
          `surcharge ${after.code}: from ${after.effective_from}: ${describeSurcharge(before)} → ${describeSurcharge(after)}`,
      ),
    ],
    async write() {
      for (const { code, effective_from } of [...removed, ...changed.map(({ before }) => before)]) {
        await tx
          .deleteFrom('surcharge_reasons')
          .where('code', '=', code)
          .where('effective_from', '=', effective_from)
          .execute();
      }
      const written = [...added, ...changed.map(({ after }) => after)];
      await inBatches(written, (batch) => tx.insertInto('surcharge_reasons').values(batch).execute());
    },
  };
}

function describeSurcharge(row: StoredSurcharge): string {
  const range = row.min_yen === row.max_yen ? '' : ` (${row.min_yen} to ${row.max_yen})`;
  return `${row.label}, ${row.amount_yen} yen${range}`;
}
