import { z } from 'zod';
import { readStorageFacts } from '../doctor/storage-facts.ts';
import { defineCommand, EXIT } from './command.ts';

/** What `doctor` asks of the data; a command of its own because a running embedded server must be asked. */
export const storageFactsCommand = defineCommand({
  name: 'doctor storage',
  input: z.strictObject({}),
  async run(context) {
    context.out(JSON.stringify(await readStorageFacts(context.database, context.clock())));
    return EXIT.done;
  },
});
