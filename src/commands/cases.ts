import { z } from 'zod';
import { createConsequences } from '../delivery/consequences.ts';
import { isDay, jstMinute } from '../domain/calendar.ts';
import { ANSWER_CHOICES, ANSWER_LABELS } from '../domain/cases/answers.ts';
import { CASE_STATE_LABELS, CASE_STATES } from '../domain/cases/events.ts';
import { checkSeal } from '../domain/cases/seal.ts';
import { formatE164 } from '../domain/phone.ts';
import { printableLine } from '../domain/text.ts';
import type { By, Cases, CaseView } from '../followup/cases/cases.ts';
import { createCases } from '../followup/cases/create-cases.ts';
import { eventsOf } from '../followup/cases/held-case.ts';
import { listCases, readCases } from '../followup/cases/read-cases.ts';
import { alteredCalls } from '../followup/cases/sealed-words.ts';
import { createLogger } from '../log.ts';
import { createRenderer } from '../reports/render.ts';
import { eventInWords } from './case-events.ts';
import { type CommandContext, defineCommand, EXIT, type ExitCode, writeJson } from './command.ts';
import { type Column, table } from './table.ts';

const number = (row: CaseView) => (row.numberE164 === null ? null : formatE164(row.numberE164));
const LIST: readonly Column<CaseView>[] = [
  { title: 'CASE', value: (row) => `#${row.number}` },
  { title: 'STATE', value: (row) => row.state },
  { title: 'CLIENT', value: (row) => row.clientCode },
  { title: 'KIND', value: (row) => row.kind },
  { title: 'NUMBER', value: number },
  { title: 'CALLS', value: (row) => row.calls.length, right: true },
  { title: 'FIRST (JST)', value: (row) => jstMinute(row.openedAt) },
  { title: 'LAST (JST)', value: (row) => jstMinute(row.lastCallAt) },
  { title: 'ANSWER', value: (row) => row.stands && ANSWER_LABELS[row.stands.choice] },
  { title: 'UNTIL', value: (row) => row.stands?.until ?? null },
];
const CALLS: readonly Column<CaseView['calls'][number]>[] = [
  { title: 'RECEIPT NO.', value: (row) => row.receiptNumber },
  { title: 'TIME (JST)', value: (row) => jstMinute(row.occurredAt) },
  { title: 'KIND', value: (row) => row.kindLabel },
  { title: 'NUMBER', value: (row) => row.numberDisplay },
  { title: 'SAID', value: (row) => row.quote },
  { title: 'SURCHARGE YEN', value: (row) => row.surchargeYen, right: true },
  { title: 'OPERATOR', value: (row) => row.operatorName },
];
const EVENTS: readonly Column<CaseView['events'][number]>[] = [
  { title: 'NO.', value: (row) => row.seq, right: true },
  { title: 'TIME (JST)', value: (row) => jstMinute(row.at) },
  { title: 'WHO', value: (row) => row.actor },
  { title: 'WHAT', value: (row) => eventInWords(row.body) },
];

/** `cases list`: newest first. */
export const casesListCommand = defineCommand({
  name: 'cases list',
  input: z.strictObject({
    state: z.enum(CASE_STATES, { error: `a state is one of ${CASE_STATES.join(', ')}` }).optional(),
    clientCode: z.string().min(1).optional(),
    limit: z.int().min(1).max(10_000),
    json: z.boolean(),
  }),
  async run(context, { state, clientCode, limit, json }) {
    const { db } = context.database;
    const client =
      clientCode === undefined
        ? undefined
        : await db.selectFrom('clients').select('id').where('code', '=', clientCode).executeTakeFirst();
    if (clientCode !== undefined && client === undefined) {
      context.err(`There is no client with the code ${JSON.stringify(clientCode)}.\n`);
      return EXIT.failed;
    }
    const rows = await listCases(db, {
      limit,
      ...(client && { clientId: client.id }),
      ...(state && { states: [state] }),
    });
    // What was said stands in `cases show` alone.
    if (json)
      writeJson(
        context,
        rows.map(({ events: _, calls, ...row }) => ({ ...row, calls: calls.length })),
      );
    else if (rows.length === 0) context.out('There are no such cases.\n');
    else {
      context.out(table(LIST, rows));
      if (rows.length === limit) context.out(`\nOnly the newest ${limit} are shown; --limit shows more.\n`);
    }
    return EXIT.done;
  },
});

const caseNumber = z.int().min(1);

/** `cases show`: its calls, everything that happened, and whether the record is as it was written. */
export const casesShowCommand = defineCommand({
  name: 'cases show',
  input: z.strictObject({ number: caseNumber, json: z.boolean() }),
  async run(context, { number: wanted, json }) {
    const view = await viewOf(context, wanted);
    if (view === undefined) return noSuchCase(context, wanted);
    const { db } = context.database;
    const events = await eventsOf(db, view.id);
    const seal = checkSeal(view.id, events);
    const altered = await alteredCalls(db, events);
    const sealed = seal.whole && altered.length === 0;
    if (json) writeJson(context, { ...view, sealed });
    else context.out(inWords(view, seal, altered));
    return sealed ? EXIT.done : EXIT.failed;
  },
});

/** `cases answer`: in the client's name, after a telephone call for instance. */
export const casesAnswerCommand = defineCommand({
  name: 'cases answer',
  input: z.strictObject({
    number: caseNumber,
    choice: z.enum(ANSWER_CHOICES, { error: `an answer is one of ${ANSWER_CHOICES.join(', ')}` }),
    until: z.string().refine(isDay, { error: 'a day is written YYYY-MM-DD, such as 2026-12-25' }).optional(),
    note: z.string().optional(),
  }),
  async run(context, { number: wanted, choice, until, note }) {
    const view = await viewOf(context, wanted);
    if (view === undefined) return noSuchCase(context, wanted);
    const given = { choice, note: note ?? null, until: until ?? null };
    const result = await (await casesOf(context)).answer({ caseId: view.id }, given, byTerminal(context));
    switch (result.type) {
      case 'answered':
      case 'already':
        context.out(`#${wanted}: answered, ${result.state} now\n`);
        return EXIT.done;
      case 'refused':
        for (const { field, message } of result.problems) context.err(`${field}: ${message}\n`);
        return EXIT.failed;
      case 'revoked':
        context.err(`#${wanted}: not done: it is closed\n`);
        return EXIT.failed;
      default:
        return result satisfies never;
    }
  },
});

/** `cases close`: a later call reopens it. */
export const casesCloseCommand = defineCommand({
  name: 'cases close',
  input: z.strictObject({ number: caseNumber, reason: z.string().optional() }),
  async run(context, { number: wanted, reason }) {
    const view = await viewOf(context, wanted);
    if (view === undefined) return noSuchCase(context, wanted);
    const close = { type: 'close', reason: reason ?? null } as const;
    const result = await (await casesOf(context)).act(view.id, close, byTerminal(context));
    switch (result.type) {
      case 'done':
      case 'already':
        context.out(`#${wanted}: closed\n`);
        return EXIT.done;
      case 'refused':
        context.err(`#${wanted}: not done: ${result.message}\n`);
        return EXIT.failed;
      case 'unknown':
        return noSuchCase(context, wanted);
      default:
        return result satisfies never;
    }
  },
});

async function viewOf({ database }: CommandContext, wanted: number): Promise<CaseView | undefined> {
  const row = await database.db
    .selectFrom('cases')
    .select('id')
    .where('number', '=', wanted)
    .executeTakeFirst();
  return row && (await readCases(database.db, [row.id]))[0];
}

/** Everything a case may lead to, as the server has it. */
async function casesOf(context: CommandContext): Promise<Cases> {
  const log = createLogger('error', { write: context.err });
  const renderer = await createRenderer({ templatesDir: context.templatesDir });
  const { addReport } = createConsequences({ ...context, replyLinks: context.replyLinks, renderer, log });
  // What becomes due is found by the server's own look, a second later.
  return createCases({ ...context, db: context.database.db, addReport, wake: () => undefined });
}

function byTerminal({ actor, newId }: CommandContext): By {
  return { via: 'staff', person: actor, key: `cli:${newId()}` };
}

function noSuchCase(context: CommandContext, wanted: number): ExitCode {
  context.err(`There is no case #${wanted}. npm run toritsugi -- cases list shows them.\n`);
  return EXIT.failed;
}

function inWords(view: CaseView, seal: ReturnType<typeof checkSeal>, altered: readonly string[]): string {
  const { stands, agreed } = view;
  const until = stands?.until ? `, until ${stands.until}` : '';
  const answer = stands && `${ANSWER_LABELS[stands.choice]}${until}${stands.note ? `: ${stands.note}` : ''}`;
  const words = altered.length === 0 ? '' : `; words NOT as they were recorded: ${altered.join(', ')}`;
  const record = seal.whole
    ? `${view.events.length} events, as they were written${words}`
    : `NOT as it was written, from event ${seal.seq} on${words}`;
  const lines: readonly (readonly [string, string | null])[] = [
    ['Case', `#${view.number}, ${view.state} (${CASE_STATE_LABELS[view.state]})`],
    ['Client', `${view.clientCode} ${view.clientName}`],
    ['Number', number(view) ?? 'none shown'],
    ['Answer', answer ?? 'none yet'],
    ['Agreed', agreed && `${agreed.text}${agreed.wording === null ? '' : ` / ${agreed.wording}`}`],
    ['Record', record],
  ];
  const head = lines
    .filter(([, text]) => text !== null)
    .map(([label, text]) => `${`${label}:`.padEnd(9)}${printableLine(text ?? '')}\n`);
  return `${head.join('')}\n${table(CALLS, view.calls)}\n${table(EVENTS, view.events)}`;
}
