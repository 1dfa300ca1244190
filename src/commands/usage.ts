import { z } from 'zod';
import { type ClientMonthCharge, monthCharges } from '../billing/usage.ts';
import { isMonth, jstMonth } from '../domain/calendar.ts';
import { defineCommand, EXIT, writeJson } from './command.ts';
import { type Column, table } from './table.ts';

const COLUMNS: readonly Column<ClientMonthCharge>[] = [
  { title: 'CODE', value: (row) => row.code },
  { title: 'CLIENT', value: (row) => row.name },
  { title: 'PLAN', value: (row) => row.plan?.name ?? null },
  { title: 'COUNTED', value: (row) => row.counted, right: true },
  { title: 'INCLUDED', value: (row) => row.plan?.includedCalls ?? null, right: true },
  { title: 'OVER', value: (row) => row.overCalls, right: true },
  { title: 'CREDITED', value: (row) => row.credited, right: true },
  { title: 'SURCHARGES YEN', value: (row) => row.surchargeYen, right: true },
  { title: 'TOTAL YEN', value: (row) => row.totalYen, right: true },
];

/** `usage`: counted calls and charge of each client in a JST month. */
export const usageCommand = defineCommand({
  name: 'usage',
  input: z.strictObject({
    month: z.string().refine(isMonth, { error: 'a month is written YYYY-MM, such as 2024-06' }).optional(),
    clientCode: z.string().min(1).optional(),
    json: z.boolean(),
  }),
  async run(context, input) {
    const month = input.month ?? jstMonth(context.clock());
    const charges = await monthCharges(context.database.db, month, input.clientCode);
    if (charges.length === 0 && input.clientCode !== undefined) {
      context.err(`There is no client with the code ${JSON.stringify(input.clientCode)} in ${month}.\n`);
      return EXIT.failed;
    }
    if (input.json) writeJson(context, charges.map(jsonForm));
    else if (charges.length === 0)
      context.out('There are no clients yet. Add some: npm run toritsugi -- clients import <file>\n');
    else context.out(`Usage in ${month} (JST), yen with tax\n\n${table(COLUMNS, charges)}`);
    return EXIT.done;
  },
});

function jsonForm(charge: ClientMonthCharge): Record<string, unknown> {
  return {
    month: charge.month,
    code: charge.code,
    name: charge.name,
    plan: charge.plan?.code ?? null,
    counted: charge.counted,
    included: charge.plan?.includedCalls ?? null,
    overCalls: charge.overCalls,
    overYen: charge.overYen,
    credited: charge.credited,
    surchargeYen: charge.surchargeYen,
    correctionYen: charge.correctionYen,
    totalYen: charge.totalYen,
  };
}
