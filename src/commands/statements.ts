import { z } from 'zod';
import { accountingCsv } from '../billing/accounting-csv.ts';
import { closeMonth, monthTotals } from '../billing/close-month.ts';
import { monthUsage } from '../billing/usage.ts';
import { isMonth } from '../domain/calendar.ts';
import { defineCommand, EXIT, writeJson } from './command.ts';

const month = z.string().refine(isMonth, { error: 'a month is written YYYY-MM, such as 2024-06' });

/** `statements export`: a month as one CSV file for accounting. */
export const statementsExportCommand = defineCommand({
  name: 'statements export',
  input: z.strictObject({ month }),
  async run(context, input) {
    context.out(accountingCsv(await monthUsage(context.database.db, input.month)));
    return EXIT.done;
  },
});

/** `statements close`: closes a month for good once its totals were looked at (P5). */
export const statementsCloseCommand = defineCommand({
  name: 'statements close',
  input: z.strictObject({ month, events: z.int().min(0).optional(), json: z.boolean() }),
  async run(context, input) {
    const { database, clock, newId, actor } = context;
    if (input.events === undefined) {
      const totals = await monthTotals(database.db, input.month);
      if (input.json) writeJson(context, totals);
      else {
        context.out(
          `${input.month}: ${totals.statements} statements, ${totals.counted.toLocaleString('en-US')} counted calls, ` +
            `${totals.totalYen.toLocaleString('en-US')} yen, ${totals.taxYen.toLocaleString('en-US')} of it tax.\n` +
            'Nothing was closed. To close the month for good with these figures:\n' +
            `  npm run toritsugi -- statements close --month ${input.month} --events ${totals.events}\n`,
        );
      }
      return EXIT.done;
    }
    const result = await closeMonth(
      database.db,
      { clock, newId },
      { month: input.month, by: actor, seenEvents: input.events },
    );
    if (result.type === 'closed') {
      if (input.json) writeJson(context, result);
      else context.out(`${input.month} is closed; ${result.statements} statements are stored.\n`);
      return EXIT.done;
    }
    const { why } = result;
    switch (why.type) {
      case 'not-over':
        context.err(`${input.month} is not over yet in Japan; nothing was closed.\n`);
        break;
      case 'earlier-open':
        context.err(`${why.month} has to be closed first; nothing was closed.\n`);
        break;
      case 'changed':
        context.err(
          'Something was booked since these figures were shown; nothing was closed. Look at them again:\n' +
            `  npm run toritsugi -- statements close --month ${input.month}\n`,
        );
        break;
      default:
        why satisfies never;
    }
    return EXIT.failed;
  },
});
