import { z } from 'zod';
import {
  cancelDelivery,
  confirmDelivery,
  type DeliveryRow,
  listDeliveries,
  type OperationResult,
  retryDelivery,
} from '../delivery/operations.ts';
import { jstMinute } from '../domain/calendar.ts';
import { DELIVERY_STATES } from '../domain/delivery.ts';
import type { Database } from '../storage/database.ts';
import {
  type Command,
  type CommandContext,
  defineCommand,
  EXIT,
  type ExitCode,
  writeJson,
} from './command.ts';
import { type Column, table } from './table.ts';

const COLUMNS: readonly Column<DeliveryRow>[] = [
  { title: 'DELIVERY', value: (row) => row.id },
  { title: 'STATE', value: (row) => row.state },
  { title: 'RECEIPT NO.', value: (row) => row.receiptNumber },
  { title: 'CLIENT', value: (row) => row.clientCode },
  { title: 'CHANNEL', value: (row) => row.channel },
  { title: 'ADDRESS', value: (row) => row.address },
  { title: 'URGENT', value: (row) => (row.urgent ? 'yes' : null) },
  { title: 'TRIES', value: (row) => row.attempts, right: true },
  { title: 'CREATED (JST)', value: (row) => jstMinute(row.createdAt) },
  { title: 'NEXT TRY (JST)', value: (row) => (row.state === 'due' ? jstMinute(row.nextAttemptAt) : null) },
  { title: 'REASON', value: (row) => (row.said === null ? row.reason : `${row.reason ?? ''}: ${row.said}`) },
];

/** `deliveries list`: newest first. */
export const deliveriesListCommand = defineCommand({
  name: 'deliveries list',
  input: z.strictObject({
    state: z.enum(DELIVERY_STATES, { error: `a state is one of ${DELIVERY_STATES.join(', ')}` }).optional(),
    clientCode: z.string().min(1).optional(),
    limit: z.int().min(1).max(10_000),
    json: z.boolean(),
  }),
  async run(context, { state, clientCode, limit, json }) {
    const rows = await listDeliveries(context.database.db, {
      limit,
      ...(state && { state }),
      ...(clientCode && { clientCode }),
    });
    if (json) writeJson(context, rows);
    else if (rows.length === 0) context.out('There are no such deliveries.\n');
    else {
      context.out(table(COLUMNS, rows));
      if (rows.length === limit) context.out(`\nOnly the newest ${limit} are shown; --limit shows more.\n`);
    }
    return EXIT.done;
  },
});

export const deliveryWords = z.array(z.string()).min(1, { error: 'name at least one delivery' });

/** An id as lists show it, or the 配信番号 printed in the report itself, which is what a client reads out. */
const DELIVERY_WORD = /^[0-9a-f]{12}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOW_TO_NAME =
  'is no delivery. A delivery is named by its id, such as 01a2043b-4a3d-7162-980e-b36caab38660: ' +
  'npm run toritsugi -- deliveries list shows it. Or by the 12 digits after 配信番号 at the end of its report, ' +
  'such as b36caab38660.';

/** `deliveries retry`: makes failed ones due again, and uncertain ones when somebody looked (P4). */
export const deliveriesRetryCommand = defineCommand({
  name: 'deliveries retry',
  input: z.strictObject({ deliveries: deliveryWords, evenIfUncertain: z.boolean() }),
  run: (context, { deliveries, evenIfUncertain }) =>
    decideEach(context, deliveries, 'due again', (id) =>
      retryDelivery(context.database.db, { ...context, id, evenIfUncertain }),
    ),
});

/** `deliveries cancel`: stops what has not begun, or settles an uncertain one for good. */
export const deliveriesCancelCommand = deciding('deliveries cancel', 'cancelled', cancelDelivery);

/** `deliveries confirm`: somebody saw an uncertain one at its destination. */
export const deliveriesConfirmCommand = deciding('deliveries confirm', 'delivered', confirmDelivery);

function deciding(name: string, done: string, decide: typeof cancelDelivery): Command {
  return defineCommand({
    name,
    input: z.strictObject({ deliveries: deliveryWords }),
    run: (context, { deliveries }) =>
      decideEach(context, deliveries, done, (id) => decide(context.database.db, { ...context, id })),
  });
}

/**
 * Each by itself: one refusal does not keep the others from being done, and it shows in the exit code. Where a word
 * cannot be a delivery's at all, nothing is done.
 */
export async function decideEach(
  context: CommandContext,
  typed: readonly string[],
  done: string,
  decide: (id: string) => Promise<OperationResult>,
): Promise<ExitCode> {
  const words = typed.map((word) => word.trim().toLowerCase());
  const wrong = typed.filter((_, index) => !DELIVERY_WORD.test(words[index] ?? ''));
  for (const word of wrong) context.err(`${JSON.stringify(word)} ${HOW_TO_NAME}\n`);
  if (wrong.length > 0) return EXIT.wrongUse;
  let exit: ExitCode = EXIT.done;
  for (const word of words) {
    const id = await idOf(context.database, word);
    const result: OperationResult =
      id === undefined ? { type: 'refused', message: 'there is no such delivery' } : await decide(id);
    switch (result.type) {
      case 'done':
        context.out(`${word}: ${done}\n`);
        break;
      case 'refused':
        context.err(`${word}: not done: ${result.message}\n`);
        exit = EXIT.failed;
        break;
      default:
        result satisfies never;
    }
  }
  return exit;
}

async function idOf({ db }: Database, word: string): Promise<string | undefined> {
  if (word.includes('-')) return word;
  const row = await db.selectFrom('deliveries').select('id').where('mark', '=', word).executeTakeFirst();
  return row?.id;
}
