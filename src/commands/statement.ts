import { z } from 'zod';
import { type MonthStatement, statementOf } from '../billing/statements.ts';
import type { AgencyProfile } from '../domain/agency.ts';
import type { BilledCall, StatementLine, TakenBackCall } from '../domain/billing/statement.ts';
import { isMonth, jstMinute } from '../domain/calendar.ts';
import { printableLine } from '../domain/text.ts';
import { loadAgency } from '../rulebook/agency.ts';
import { defineCommand, EXIT, writeJson } from './command.ts';
import { type Column, table } from './table.ts';

const LINES: readonly Column<StatementLine>[] = [
  { title: 'FOR', value: describeLine },
  { title: 'RECEIPT NO.', value: (line) => ('call' in line ? (line.call?.receiptNumber ?? null) : null) },
  {
    title: 'TIME (JST)',
    value: (line) => ('call' in line && line.call ? jstMinute(line.call.occurredAt) : null),
  },
  { title: 'TAX %', value: (line) => line.taxPercent, right: true },
  { title: 'YEN', value: (line) => line.yen, right: true },
];

const CALL: readonly Column<BilledCall>[] = [
  { title: 'RECEIPT NO.', value: (call) => call.receiptNumber },
  { title: 'TIME (JST)', value: (call) => jstMinute(call.occurredAt) },
  { title: 'FOR', value: (call) => call.addressee },
  { title: 'KIND', value: (call) => call.kind.label },
];

const TAKEN_BACK: readonly Column<TakenBackCall>[] = [
  ...CALL.map(({ title, value }) => ({ title, value: ({ call }: TakenBackCall) => value(call) })),
  { title: 'REASON', value: ({ reason }) => reason },
];

/** `statement <client> <month>`: everything a client pays for in a JST month, and why. */
export const statementCommand = defineCommand({
  name: 'statement',
  input: z.strictObject({
    clientCode: z.string().min(1),
    month: z.string().refine(isMonth, { error: 'a month is written YYYY-MM, such as 2024-06' }),
    json: z.boolean(),
  }),
  async run(context, { clientCode, month, json }) {
    const { db } = context.database;
    const client = await db
      .selectFrom('clients')
      .select('id')
      .where('code', '=', clientCode)
      .executeTakeFirst();
    if (client === undefined) {
      context.err(`There is no client with the code ${JSON.stringify(clientCode)}.\n`);
      return EXIT.failed;
    }
    const statement = await statementOf(db, client.id, month);
    if (statement === undefined) {
      context.err(`${clientCode} has no statement for ${month}: no contract with a plan, and no calls.\n`);
      return EXIT.failed;
    }
    const agency = await loadAgency(db);
    if (json) {
      const { name = null, registrationNumber = null } = agency ?? {};
      writeJson(context, { ...statement, agency: { name, registrationNumber } });
    } else context.out(statementText(statement, agency));
    return EXIT.done;
  },
});

function statementText(statement: MonthStatement, agency: AgencyProfile | undefined): string {
  const { client, month, closed, plan, counted, overCalls, calls, takenBack, refusedSales } = statement;
  const yen = (amount: number) => `${amount.toLocaleString('en-US')} yen`;
  const printed = (text: string) => printableLine(text);
  return [
    `Statement of ${month} (JST) for ${client.code}, ${printed(client.name)}${closed ? '' : ': the month is still open'}`,
    ...(agency
      ? [`${printed(agency.name)}, registration number ${agency.registrationNumber ?? '(none)'}`]
      : []),
    '',
    plan === null
      ? `${counted} counted calls; no plan in this month, so nothing is charged for them`
      : `${printed(plan.name)}: ${counted} of ${plan.includedCalls} calls counted, ${overCalls} above`,
    '',
    table(LINES, statement.lines),
    `Total ${yen(statement.totalYen)}, of which consumption tax ${yen(statement.taxYen)}`,
    ...statement.taxes.map((tax) => `  at ${tax.percent} %: ${yen(tax.taxYen)} of ${yen(tax.totalYen)}`),
    '',
    ...(calls.length > 0 ? ['Calls counted', table(CALL, calls)] : ['No calls counted', '']),
    ...(takenBack.length > 0 ? ['Calls found not to count', table(TAKEN_BACK, takenBack)] : []),
    ...(refusedSales
      ? [`Sales calls refused: ${refusedSales.calls}, which saved ${yen(refusedSales.savedYen)}`, '']
      : []),
  ].join('\n');
}

function describeLine(line: StatementLine): string {
  const share = 'days' in line && line.days ? `, ${line.days.charged} of ${line.days.ofMonth} days` : '';
  switch (line.type) {
    case 'base':
      return `${line.name}${share}`;
    case 'over':
      return `${line.calls} calls above × ${line.eachYen}`;
    case 'extra':
      return `${line.name}${line.quantity > 1 ? ` × ${line.quantity}` : ''}${share}`;
    case 'surcharge':
      return `surcharge: ${line.reason ?? ''}`;
    case 'surcharge-credit':
      return `surcharge taken back: ${line.reason ?? ''}`;
    case 'late-call':
      return `call of ${line.ofMonth}, counted later`;
    case 'credit':
      return `credit for a call of ${line.ofMonth}: ${line.reason ?? ''}`;
    case 'correction':
      return `correction: ${line.reason ?? ''}`;
    default:
      return line satisfies never;
  }
}
