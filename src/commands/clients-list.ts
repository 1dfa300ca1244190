import { z } from 'zod';
import { type ListedClient, listClients } from '../clients/list-clients.ts';
import { jstMonth } from '../domain/calendar.ts';
import { CHANNEL_NAMES } from '../domain/outcome.ts';
import { defineCommand, EXIT, writeJson } from './command.ts';
import { type Column, table } from './table.ts';

const COLUMNS: readonly Column<ListedClient>[] = [
  { title: 'CODE', value: (row) => row.code },
  { title: 'NAME', value: (row) => row.name },
  { title: 'KANA', value: (row) => row.kana },
  { title: 'STATUS', value: (row) => row.status },
  { title: 'PLAN', value: (row) => row.plan },
  { title: 'ROSTER', value: (row) => row.members, right: true },
  { title: 'DESTINATIONS', value: destinationsText },
];

/** `clients list`: all clients, with the plan of the current month and where their reports go. */
export const clientsListCommand = defineCommand({
  name: 'clients list',
  input: z.strictObject({ json: z.boolean() }),
  async run(context, { json }) {
    const clients = await listClients(context.database.db, jstMonth(context.clock()));
    if (json) writeJson(context, clients);
    else if (clients.length === 0)
      context.out('There are no clients yet. Add some: npm run toritsugi -- clients import <file>\n');
    else context.out(table(COLUMNS, clients));
    return EXIT.done;
  },
});

function destinationsText(row: ListedClient): string {
  const parts = CHANNEL_NAMES.filter((channel) => row[channel] > 0).map(
    (channel) => `${channel} ${row[channel]}`,
  );
  if (parts.length === 0) return row.status === 'active' ? 'none: reports reach nobody' : '-';
  return parts.join(', ') + (row.disabled > 0 ? ` (${row.disabled} disabled)` : '');
}
