import { z } from 'zod';
import { prepareTables } from '../tables.ts';
import { defineCommand, EXIT } from './command.ts';

/** `migrate`: brings the tables up to date, and loads the usual kinds of calls where there are none. Safe to repeat, and safe while others start. */
export const migrateCommand = defineCommand({
  name: 'migrate',
  input: z.strictObject({}),
  async run(context) {
    const applied = await prepareTables(context.database, context);
    for (const name of applied) context.out(`applied ${name}\n`);
    context.out(applied.length === 0 ? 'The database was up to date.\n' : 'The database is up to date.\n');
    return EXIT.done;
  },
});
