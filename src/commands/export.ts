import { z } from 'zod';
import type { Database } from '../storage/database.ts';
import { type Command, defineCommand, EXIT } from './command.ts';

/** `<subject> export`: the data as the YAML file that would import it. */
export function exportCommand(subject: string, exportFile: (db: Database['db']) => Promise<string>): Command {
  return defineCommand({
    name: `${subject} export`,
    input: z.strictObject({}),
    async run(context) {
      const text = await exportFile(context.database.db);
      context.out(text.endsWith('\n') ? text : `${text}\n`);
      return EXIT.done;
    },
  });
}
