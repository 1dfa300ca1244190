import { z } from 'zod';
import { fold } from '../domain/search.ts';
import { contradictions, doubles } from './checks.ts';
import type { ImportProblem } from './import-result.ts';
import { code, day, flag, line, listOf, mapping, oneOf, optional, yen } from './yaml-fields.ts';
import type { Path, YamlReading } from './yaml-source.ts';

/** The flags of a rule are written out: nothing is ever reported, or silent, because a line was left out. */
export const ruleFields = {
  effective_from: day('first day the rule holds'),
  counted: flag('whether the call counts against the plan'),
  reported: flag('whether the client gets a report'),
  flagged: optional(flag('whether the client has to answer (要対応)')),
};

const kind = mapping({
  code: code('code of a kind', 'word'),
  label: line('label of a kind', 40),
  aliases: listOf(line('another word for the kind', 40), 'a list of words'),
  template: oneOf('report template', ['message', 'unsure', 'flagged']),
  rules: z
    .array(mapping(ruleFields), { error: () => 'a list of at least one rule' })
    .min(1, { error: () => 'a list of at least one rule' }),
});

const surcharge = mapping({
  code: code('code of a surcharge reason', 'word'),
  label: line('reason as the client reads it', 60),
  amounts: z
    .array(
      mapping({
        effective_from: day('first day the amount holds'),
        amount: yen('amount for one call (0 withdraws the reason)'),
        min: optional(yen('least amount')),
        max: optional(yen('greatest amount')),
      }),
      { error: () => 'a list of at least one amount' },
    )
    .min(1, { error: () => 'a list of at least one amount' }),
});

export const kindsFile = mapping({
  kinds: listOf(kind, 'a list of kinds'),
  surcharges: listOf(surcharge, 'a list of surcharge reasons'),
});
export type KindsFile = z.output<typeof kindsFile>;

/** Kinds that are stored and not in the file. */
export interface OtherKind {
  readonly code: string;
  readonly label: string;
  readonly aliases: readonly string[];
}

/** Mistakes no single value shows: doubles, words that name two kinds, flags that contradict each other. */
export function checkKindsFile(
  reading: YamlReading<typeof kindsFile>,
  others: readonly OtherKind[],
): readonly ImportProblem[] {
  const { draft, problem } = reading;
  const kinds = draft?.kinds ?? [];
  const surcharges = draft?.surcharges ?? [];
  return [
    ...doubles(kinds.map((one) => one?.code)).map((index) =>
      problem(['kinds', index, 'code'], 'this code is taken by a kind above'),
    ),
    ...ambiguousWords(kinds, others).map(({ path, taken }) =>
      problem(path, `this word already names the kind ${taken}; a word names one kind`),
    ),
    ...kinds.flatMap((one, index) => rulesProblems(one?.rules ?? [], ['kinds', index, 'rules'], problem)),
    ...doubles(surcharges.map((one) => one?.code)).map((index) =>
      problem(['surcharges', index, 'code'], 'this code is taken by a reason above'),
    ),
    ...surcharges.flatMap((one, index) =>
      amountProblems(one?.amounts ?? [], ['surcharges', index, 'amounts'], problem),
    ),
  ];
}

type DraftFile = NonNullable<YamlReading<typeof kindsFile>['draft']>;
type DraftKinds = NonNullable<DraftFile['kinds']>;
type DraftRules = NonNullable<NonNullable<DraftKinds[number]>['rules']>;
type DraftAmounts = NonNullable<NonNullable<NonNullable<DraftFile['surcharges']>[number]>['amounts']>;
type Problem = (path: Path, message: string) => ImportProblem;

function rulesProblems(rules: DraftRules, path: Path, problem: Problem): readonly ImportProblem[] {
  return [
    ...doubles(rules.map((rule) => rule?.effective_from)).map((index) =>
      problem([...path, index, 'effective_from'], 'two rules begin on this day; keep one'),
    ),
    ...rules.flatMap((rule, index) =>
      contradictions(rule).map(({ key, message }) => problem([...path, index, key], message)),
    ),
  ];
}

function amountProblems(amounts: DraftAmounts, path: Path, problem: Problem): readonly ImportProblem[] {
  return [
    ...doubles(amounts.map((amount) => amount?.effective_from)).map((index) =>
      problem([...path, index, 'effective_from'], 'two amounts begin on this day; keep one'),
    ),
    ...amounts.flatMap((amount, index) => {
      if (amount?.amount === undefined) return [];
      const yenOf = (text: string | null | undefined) => Number(text ?? amount.amount);
      return Number(amount.amount) < yenOf(amount.min) || Number(amount.amount) > yenOf(amount.max)
        ? [
            problem(
              [...path, index, 'amount'],
              `from min to max, here ${yenOf(amount.min)} to ${yenOf(amount.max)}`,
            ),
          ]
        : [];
    }),
  ];
}

/** A word an operator types must name one kind, in the file and among the stored ones. */
function ambiguousWords(
  kinds: DraftKinds,
  others: readonly OtherKind[],
): readonly { readonly path: Path; readonly taken: string }[] {
  const owners = new Map<string, string>();
  for (const other of others) {
    for (const word of [other.code, other.label, ...other.aliases]) owners.set(fold(word), other.code);
  }
  return kinds.flatMap((kind, index) => {
    // A kind without a usable code is a kind of its own; its place names it.
    const owner = kind?.code ?? `kinds[${index}]`;
    const words: readonly (readonly [Path, string | undefined])[] = [
      [['kinds', index, 'code'], kind?.code],
      [['kinds', index, 'label'], kind?.label],
      ...(kind?.aliases ?? []).map((alias, n) => [['kinds', index, 'aliases', n], alias] as const),
    ];
    return words.flatMap(([path, word]) => {
      const folded = fold(word ?? '');
      const taken = owners.get(folded);
      if (folded !== '' && taken === undefined) owners.set(folded, owner);
      return folded === '' || taken === undefined || taken === owner ? [] : [{ path, taken }];
    });
  });
}
