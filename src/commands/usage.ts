import { z } from 'zod';
import { type ClientUsage, monthUsage } from '../billing/usage.ts';
import { isMonth, jstMonth } from '../domain/calendar.ts';
import { defineCommand, EXIT, writeJson } from './command.ts';
import { type Column, table } from './table.ts';

const COLUMNS: readonly Column<ClientUsage>[] = [
  { title: 'CODE', value: (row) => row.code },
  { title: 'CLIENT', value: (row) => row.name },
  { title: 'PLAN', value: (row) => row.plan?.name ?? null },
  { title: 'COUNTED', value: (row) => row.counted, right: true },
  { title: 'INCLUDED', value: (row) => row.plan?.includedCalls ?? null, right: true },
  { title: 'OVER', value: (row) => (row.plan ? row.overCalls : null), right: true },
  { title: 'CREDITED', value: (row) => row.credited, right: true },
  { title: 'EXTRAS YEN', value: (row) => row.extrasYen, right: true },
  { title: 'SURCHARGES YEN', value: (row) => row.surchargeYen, right: true },
  {
    title: 'OTHER YEN',
    value: (row) => row.lateYen + row.creditYen + row.correctionYen,
    right: true,
  },
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
    const { db } = context.database;
    const usage = await monthUsage(db, month, input.clientCode);
    if (usage.length === 0 && input.clientCode !== undefined) {
      const known = await db
        .selectFrom('clients')
        .select('id')
        .where('code', '=', input.clientCode)
        .executeTakeFirst();
      const code = JSON.stringify(input.clientCode);
      context.err(
        known
          ? `${code} has no plan, no contract and no calls in ${month}.\n`
          : `There is no client with the code ${code}.\n`,
      );
      return EXIT.failed;
    }
    if (input.json) writeJson(context, usage.map(jsonForm));
    else if (usage.length === 0)
      context.out(
        `Nobody has a plan or counted calls in ${month}. Add clients: npm run toritsugi -- clients import <file>\n`,
      );
    else {
      const state = usage.some(({ closed }) => closed) ? 'closed' : 'open';
      context.out(`Usage in ${month} (JST), ${state}, yen with tax\n\n${table(COLUMNS, usage)}`);
    }
    return EXIT.done;
  },
});

function jsonForm({ plan, clientId: _clientId, ...usage }: ClientUsage): Record<string, unknown> {
  return {
    ...usage,
    plan: plan?.code ?? null,
    included: plan?.includedCalls ?? null,
  };
}
