import { z } from 'zod';
import { doubles } from './checks.ts';
import type { ImportProblem } from './import-result.ts';
import { field, firstOfMonth, line, mapping, whole, yen } from './yaml-fields.ts';
import type { YamlReading } from './yaml-source.ts';

const allowedCode = 'code of a plan: 1 to 30 lower-case letters, digits, _ and -, beginning with a letter';

export const plansFile = mapping({
  plans: z.array(
    mapping({
      code: field(allowedCode, (text) => (/^[a-z][a-z0-9_-]{0,29}$/.test(text) ? text : undefined)),
      name: line('name of the plan', 60),
      prices: z
        .array(
          mapping({
            effective_from: firstOfMonth('first day the price holds'),
            base: yen('monthly base charge'),
            included: whole('counted calls the base charge covers', 0, 100_000),
            over: yen('charge for each counted call above'),
          }),
          { error: () => 'a list of at least one price' },
        )
        .min(1, { error: () => 'a list of at least one price' }),
    }),
    { error: () => 'a list of plans' },
  ),
});
export type PlansFile = z.output<typeof plansFile>;

/** Doubles, which no single value shows. */
export function checkPlansFile({ draft, problem }: YamlReading<typeof plansFile>): readonly ImportProblem[] {
  const plans = draft?.plans ?? [];
  return [
    ...doubles(plans.map((plan) => plan?.code)).map((index) =>
      problem(['plans', index, 'code'], 'this code is taken by a plan above'),
    ),
    ...plans.flatMap((plan, index) =>
      doubles((plan?.prices ?? []).map((price) => price?.effective_from)).map((n) =>
        problem(['plans', index, 'prices', n, 'effective_from'], 'two prices begin on this day; keep one'),
      ),
    ),
  ];
}
