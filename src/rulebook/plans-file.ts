import { z } from 'zod';
import { doubles } from './checks.ts';
import type { ImportProblem } from './import-result.ts';
import { field, firstOfMonth, flag, line, listOf, mapping, optional, whole, yen } from './yaml-fields.ts';
import type { YamlReading } from './yaml-source.ts';

const code = (what: string) =>
  field(`code of ${what}: 1 to 30 lower-case letters, digits, _ and -, beginning with a letter`, (text) =>
    /^[a-z][a-z0-9_-]{0,29}$/.test(text) ? text : undefined,
  );
const prorated = optional(flag('whether a month partly under contract is charged by the day'));

export const plansFile = mapping({
  plans: z.array(
    mapping({
      code: code('a plan'),
      name: line('name of the plan', 60),
      prices: z
        .array(
          mapping({
            effective_from: firstOfMonth('first day the price holds'),
            base: yen('monthly base charge'),
            included: whole('counted calls the base charge covers', 0, 100_000),
            over: yen('charge for each counted call above'),
            prorated,
          }),
          { error: () => 'a list of at least one price' },
        )
        .min(1, { error: () => 'a list of at least one price' }),
    }),
    { error: () => 'a list of plans' },
  ),
  extras: listOf(
    mapping({
      code: code('an extra'),
      name: line('name of the extra', 60),
      prices: z
        .array(
          mapping({
            effective_from: firstOfMonth('first day the price holds'),
            monthly: yen('monthly charge'),
            prorated,
          }),
          { error: () => 'a list of at least one price' },
        )
        .min(1, { error: () => 'a list of at least one price' }),
    }),
    'a list of extras',
  ),
});
export type PlansFile = z.output<typeof plansFile>;

/** Doubles, which no single value shows. */
export function checkPlansFile({ draft, problem }: YamlReading<typeof plansFile>): readonly ImportProblem[] {
  const sections = [
    { key: 'plans', what: 'a plan', items: draft?.plans ?? [] },
    { key: 'extras', what: 'an extra', items: draft?.extras ?? [] },
  ];
  return sections.flatMap(({ key, what, items }) => [
    ...doubles(items.map((item) => item?.code)).map((index) =>
      problem([key, index, 'code'], `this code is taken by ${what} above`),
    ),
    ...items.flatMap((item, index) =>
      doubles((item?.prices ?? []).map((price) => price?.effective_from)).map((n) =>
        problem([key, index, 'prices', n, 'effective_from'], 'two prices begin on this day; keep one'),
      ),
    ),
  ]);
}
