import { z } from 'zod';
import { createConsequences } from '../delivery/consequences.ts';
import { releaseDelivery } from '../delivery/review/release-delivery.ts';
import { createLogger } from '../log.ts';
import { createRenderer } from '../reports/render.ts';
import { defineCommand } from './command.ts';
import { decideEach, deliveryWords } from './deliveries.ts';

/** `deliveries release`: sends what waits for a supervisor's word, with everything else held of the same call. */
export const deliveriesReleaseCommand = defineCommand({
  name: 'deliveries release',
  input: z.strictObject({ deliveries: deliveryWords }),
  async run(context, { deliveries }) {
    const log = createLogger('error', { write: context.err });
    const renderer = await createRenderer({ templatesDir: context.templatesDir });
    const { clock, newId, replyLinks, actor } = context;
    const consequences = createConsequences({ renderer, replyLinks, clock, newId, log });
    return await decideEach(context, deliveries, 'released', (id) =>
      releaseDelivery(context.database.db, { ...consequences, clock, newId, actor, id }),
    );
  },
});
