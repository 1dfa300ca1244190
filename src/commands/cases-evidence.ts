import { z } from 'zod';
import { jstMinute } from '../domain/calendar.ts';
import { digestOf, discrepancies, EVIDENCE_FORMAT, type Evidence } from '../domain/cases/evidence.ts';
import { evidenceCsv } from '../domain/cases/evidence-csv.ts';
import { checkSeal } from '../domain/cases/seal.ts';
import { exportEvidence, exportedAs } from '../followup/cases/export-evidence.ts';
import { eventsOf } from '../followup/cases/held-case.ts';
import { readEvidence } from '../followup/cases/read-evidence.ts';
import { evidenceHtml } from '../web/evidence/page.tsx';
import { type CommandContext, defineCommand, EXIT, type ExitCode, writeJson } from './command.ts';

const caseNumber = z.int().min(1);

/** `cases export`: the evidence of a case as a page to print, a table, or a record that can be verified. */
export const casesExportCommand = defineCommand({
  name: 'cases export',
  input: z.strictObject({
    number: caseNumber,
    format: z.enum(['html', 'csv', 'json']),
    withOperatorNotes: z.boolean(),
  }),
  async run(context, { number, format, withOperatorNotes }) {
    const { database, clock, newId, actor } = context;
    const caseId = await idOf(context, number);
    const evidence =
      caseId &&
      (await exportEvidence(database.db, caseId, {
        now: clock(),
        newId,
        internal: withOperatorNotes,
        format,
        actor,
      }));
    if (!evidence) return noSuchCase(context, number);
    if (evidence.seal.brokenAt !== null) {
      context.err(
        `#${number}: the record is NOT as it was written, from event ${evidence.seal.brokenAt} on\n`,
      );
    }
    for (const call of evidence.seal.alteredCalls) {
      context.err(`#${number}: the words of call ${call} are NOT as they were recorded\n`);
    }
    if (evidence.internal) {
      context.err(`#${number}: with what staff wrote for colleagues alone; not to leave the agency\n`);
    }
    switch (format) {
      case 'html':
        context.out(evidenceHtml(evidence));
        return EXIT.done;
      case 'csv':
        context.out(evidenceCsv(evidence));
        return EXIT.done;
      case 'json':
        writeJson(context, { sha256: digestOf(evidence), record: evidence });
        return EXIT.done;
      default:
        return format satisfies never;
    }
  },
});

/** What is read of a file; the rest is compared as it stands. */
const exportedFile = z.object({
  sha256: z.string(),
  record: z.looseObject({
    format: z.literal(EVIDENCE_FORMAT),
    caseNumber,
    calls: z.array(z.looseObject({ receiptNumber: z.string(), corrections: z.int() })),
    deliveries: z.array(z.looseObject({ id: z.string() })),
    events: z.array(z.looseObject({ seq: z.int(), hash: z.string() })),
    internal: z.array(z.unknown()).nullable(),
  }),
});

/** `cases verify <file>`: whether an export is one of ours, and whether the record still says what it said then. */
export const casesVerifyCommand = defineCommand({
  name: 'cases verify',
  input: z.strictObject({ file: z.string(), text: z.string() }),
  async run(context, { file, text }) {
    const parsed = exportedFile.safeParse(jsonOf(text));
    if (!parsed.success) {
      context.err(`${file} is not a record of \`cases export --json\`.\n`);
      return EXIT.failed;
    }
    const { sha256 } = parsed.data;
    const exported = parsed.data.record as unknown as Evidence;
    const { db } = context.database;
    const caseId = await idOf(context, exported.caseNumber);
    const today =
      caseId &&
      (await readEvidence(db, caseId, { now: context.clock(), internal: exported.internal !== null }));
    if (!caseId || !today) return noSuchCase(context, exported.caseNumber);
    const digest = digestOf(exported);
    const issued = digest === sha256 ? await exportedAs(db, caseId, digest) : undefined;
    const differing = discrepancies(exported, today);
    const changed = differing.filter(({ what }) => what === 'changed' || what === 'missing');
    const { brokenAt, alteredCalls } = today.seal;
    const lines = [
      issued === undefined
        ? `The file is NOT as it was exported: ${digest === sha256 ? 'no such export was made here' : 'its SHA-256 is another'}.`
        : `The file is as it was exported ${jstMinute(issued.at)} JST by ${issued.actor}.`,
      brokenAt === null
        ? `The record of #${today.caseNumber} is whole: ${today.events.length} events, as they were written.`
        : `The record of #${today.caseNumber} is BROKEN from event ${brokenAt} on.`,
      ...alteredCalls.map((call) => `The words of call ${call} are NOT as they were recorded.`),
      ...differing.map(({ where, what, fields }) => {
        const which = fields.length === 0 ? '' : `: ${fields.join(', ')}`;
        if (what === 'left') return `${where} left the case since, which is on record`;
        return what === 'corrected'
          ? `${where} was corrected since, which is on record${which}`
          : `${where} is ${what === 'missing' ? 'MISSING' : 'CHANGED'} since the export${which}`;
      }),
      ...(changed.length + alteredCalls.length === 0 ? ['Nothing it proves was changed since.'] : []),
    ];
    context.out(`${lines.join('\n')}\n`);
    const asWritten = brokenAt === null && alteredCalls.length === 0;
    return issued !== undefined && asWritten && changed.length === 0 ? EXIT.done : EXIT.failed;
  },
});

/** `cases verify <number> --hash`: whether a printed record's last value is one of the case's, and which. */
export const casesVerifyHashCommand = defineCommand({
  name: 'cases verify-hash',
  input: z.strictObject({
    number: caseNumber,
    hash: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[\da-f]{64}$/, { error: 'a value is 64 hexadecimal digits' }),
  }),
  async run(context, { number, hash }) {
    const caseId = await idOf(context, number);
    if (caseId === undefined) return noSuchCase(context, number);
    const events = await eventsOf(context.database.db, caseId);
    const event = events.find((one) => one.hash === hash);
    if (event === undefined) {
      context.out(`#${number} has no event with this value: what was printed is not what is on record.\n`);
      return EXIT.failed;
    }
    const seal = checkSeal(caseId, events.slice(0, event.seq));
    if (!seal.whole) {
      context.out(`The record of #${number} is BROKEN from event ${seal.seq} on.\n`);
      return EXIT.failed;
    }
    context.out(
      `It is the value of event ${event.seq} of #${number}, ${jstMinute(event.at)} JST; up to there the record is as it was written.\n`,
    );
    return EXIT.done;
  },
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

async function idOf({ database }: CommandContext, number: number): Promise<string | undefined> {
  const row = await database.db
    .selectFrom('cases')
    .select('id')
    .where('number', '=', number)
    .executeTakeFirst();
  return row?.id;
}

function noSuchCase(context: CommandContext, number: number): ExitCode {
  context.err(`There is no case #${number}. npm run toritsugi -- cases list shows them.\n`);
  return EXIT.failed;
}
