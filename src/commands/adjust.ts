import { z } from 'zod';
import { correctUsage } from '../billing/correct-usage.ts';
import { printableLine, storable, textOrNull } from '../domain/text.ts';
import { defineCommand, EXIT } from './command.ts';

const MOST_YEN = 9_999_999;

/** `statements adjust`: an amount given back or charged on top, with the reason its client reads (調整). */
export const statementsAdjustCommand = defineCommand({
  name: 'statements adjust',
  input: z.strictObject({
    clientCode: z.string().min(1),
    yen: z
      .int({ error: 'the amount is whole yen' })
      .min(-MOST_YEN)
      .max(MOST_YEN)
      .refine((yen) => yen !== 0, { error: 'an amount of 0 yen changes nothing' }),
    reason: z
      .string()
      .max(200)
      .refine((text) => textOrNull(text) !== null, { error: 'say why: the client reads it' }),
    receiptNumber: z.string().optional(),
  }),
  async run(context, { clientCode, yen, reason, receiptNumber }) {
    const { database, clock, newId, actor } = context;
    const client = await database.db
      .selectFrom('clients')
      .select('id')
      .where('code', '=', clientCode)
      .executeTakeFirst();
    if (client === undefined) {
      context.err(`There is no client with the code ${JSON.stringify(clientCode)}.\n`);
      return EXIT.failed;
    }
    const call =
      receiptNumber === undefined
        ? null
        : await database.db
            .selectFrom('calls')
            .select(['id', 'occurred_at as occurredAt'])
            .where('receipt_number', '=', receiptNumber)
            .where('client_id', '=', client.id)
            .executeTakeFirst();
    if (call === undefined) {
      context.err(`${clientCode} has no call with the receipt number ${JSON.stringify(receiptNumber)}.\n`);
      return EXIT.failed;
    }
    const month = await database.db.transaction().execute((trx) =>
      correctUsage(
        trx,
        { clock, newId },
        {
          ...{ clientId: client.id, call, amountYen: yen, actor },
          reason: storable(printableLine(reason)),
        },
      ),
    );
    context.out(`${clientCode}: ${yen.toLocaleString('en-US')} yen in ${month}.\n`);
    return EXIT.done;
  },
});
