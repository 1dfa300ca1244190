import { z } from 'zod';
import { isMonth, jstMinute, jstMonth } from '../domain/calendar.ts';
import { type DisputeShare, disputeShares } from '../followup/disputes/dispute-shares.ts';
import { type ListedDispute, listDisputes } from '../followup/disputes/list-disputes.ts';
import { defineCommand, EXIT, writeJson } from './command.ts';
import { type Column, table } from './table.ts';

const percent = (part: number, of: number): string => `${((100 * part) / Math.max(1, of)).toFixed(1)} %`;

const SHARES: readonly Column<DisputeShare>[] = [
  { title: 'OPERATOR', value: (row) => row.operatorName },
  { title: 'KIND', value: (row) => row.kindLabel },
  { title: 'REPORTED', value: (row) => row.reported, right: true },
  { title: 'DISPUTED', value: (row) => row.disputed, right: true },
  { title: 'SHARE', value: (row) => percent(row.disputed, row.reported), right: true },
  { title: 'CREDITED', value: (row) => row.credited, right: true },
  { title: 'SHARE', value: (row) => percent(row.credited, row.reported), right: true },
];

const LIST: readonly Column<ListedDispute>[] = [
  { title: 'RECEIPT NO.', value: (row) => row.receiptNumber },
  { title: 'CLIENT', value: (row) => row.clientCode },
  { title: 'SAYS', value: (row) => row.claim },
  { title: 'VIA', value: (row) => row.via },
  { title: 'SINCE (JST)', value: (row) => jstMinute(row.at) },
  { title: 'DECISION', value: (row) => row.decision },
  { title: 'DECIDED (JST)', value: (row) => row.decidedAt && jstMinute(row.decidedAt) },
  { title: 'BY', value: (row) => row.decidedName },
];

/** `disputes shares`: disputed and credited calls of a JST month by operator and kind. */
export const disputesSharesCommand = defineCommand({
  name: 'disputes shares',
  input: z.strictObject({
    month: z.string().refine(isMonth, { error: 'a month is written YYYY-MM, such as 2024-06' }).optional(),
    json: z.boolean(),
  }),
  async run(context, input) {
    const month = input.month ?? jstMonth(context.clock());
    const shares = await disputeShares(context.database.db, month);
    if (input.json) writeJson(context, shares);
    else if (shares.length === 0) context.out(`No calls were reported in ${month}.\n`);
    else {
      const sum = (of: (row: DisputeShare) => number) => shares.reduce((total, row) => total + of(row), 0);
      const [reported, disputed, credited] = [
        sum((row) => row.reported),
        sum((row) => row.disputed),
        sum((row) => row.credited),
      ];
      context.out(
        `Calls of ${month} (JST): ${disputed} of ${reported} disputed (${percent(disputed, reported)}), ${credited} credited (${percent(credited, reported)})\n\n${table(SHARES, shares)}`,
      );
    }
    return EXIT.done;
  },
});

/** `disputes list`: what clients said of reports, newest first. */
export const disputesListCommand = defineCommand({
  name: 'disputes list',
  input: z.strictObject({ waiting: z.boolean(), limit: z.int().min(1).max(10_000), json: z.boolean() }),
  async run(context, { waiting, limit, json }) {
    const rows = await listDisputes(context.database.db, { waiting, limit });
    if (json) writeJson(context, rows);
    else if (rows.length === 0) context.out('There are no such disputes.\n');
    else context.out(table(LIST, rows));
    return EXIT.done;
  },
});
