import { type Command as CommanderCommand, InvalidArgumentError, Option } from 'commander';
import { ANSWER_CHOICES } from '../domain/cases/answers.ts';
import { CASE_STATES } from '../domain/cases/events.ts';

type Run = (name: string, input: unknown) => Promise<void>;
/** What the commands on evidence need besides: an output in a new file, and the text of one. */
interface Files {
  readonly runInto: (output: string | undefined, name: string, input: unknown) => Promise<void>;
  readonly read: (path: string) => Promise<{ readonly file: string; readonly text: string }>;
}

/** `cases list|show|answer|close|export|verify` on the command line. */
export function addCases(
  program: CommanderCommand,
  run: Run,
  wholeNumber: (text: string) => number,
  files: Files,
): void {
  const cases = program.command('cases').description('harassment cases');
  cases
    .command('list')
    .description('list cases, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(CASE_STATES))
    .option('--client <code>', 'only those of this client')
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action((o: { state?: string; client?: string; limit: number; json?: boolean }) =>
      run('cases list', { state: o.state, clientCode: o.client, limit: o.limit, json: o.json === true }),
    );
  const which = 'its number, such as 1001';
  cases
    .command('show')
    .description('show the calls of a case and everything that happened')
    .argument('<case>', which, caseNumber)
    .option('--json', 'print JSON')
    .action((number: number, o: { json?: boolean }) => run('cases show', { number, json: o.json === true }));
  cases
    .command('answer')
    .description('write down what the client answered, on the telephone for instance')
    .argument('<case>', which, caseNumber)
    .argument('<answer>', `one of ${ANSWER_CHOICES.join(', ')}`)
    .option('--until <YYYY-MM-DD>', 'the day it is promised for; for pause: the day forwarding begins again')
    .option('--note <text>', 'in the client’s words')
    .action((number: number, choice: string, o: { until?: string; note?: string }) =>
      run('cases answer', { number, choice, until: o.until, note: o.note }),
    );
  cases
    .command('close')
    .description('close a case; a later call opens it again')
    .argument('<case>', which, caseNumber)
    .option('--reason <text>', 'why')
    .action((number: number, o: { reason?: string }) => run('cases close', { number, reason: o.reason }));
  addEvidence(cases, run, which, files);
}

interface ExportOptions {
  html?: boolean;
  csv?: boolean;
  json?: boolean;
  withOperatorNotes?: boolean;
  output?: string;
}

function addEvidence(cases: CommanderCommand, run: Run, which: string, files: Files): void {
  cases
    .command('export')
    .description('the evidence of a case, for the police, a lawyer, or the protection of employees')
    .argument('<case>', which, caseNumber)
    .addOption(
      new Option('--html', 'a page to print or to keep as PDF (the default)').conflicts(['csv', 'json']),
    )
    .addOption(new Option('--csv', 'a table').conflicts(['html', 'json']))
    .addOption(new Option('--json', 'a record that cases verify reads').conflicts(['html', 'csv']))
    .option('--with-operator-notes', 'with what staff wrote for colleagues alone: never for outsiders')
    .option('-o, --output <file>', 'write it to a new file instead')
    .action((number: number, o: ExportOptions) =>
      files.runInto(o.output, 'cases export', {
        number,
        format: o.csv ? 'csv' : o.json ? 'json' : 'html',
        withOperatorNotes: o.withOperatorNotes === true,
      }),
    );
  cases
    .command('verify')
    .description('whether an exported record, or the last value of a printed one, is borne out')
    .argument('<file or case>', 'a file of cases export --json; with --hash the number of the case')
    .option('--hash <value>', 'the last value on a printed page or in a table')
    .action(async (what: string, o: { hash?: string }) => {
      if (o.hash !== undefined) {
        return run('cases verify-hash', { number: caseNumber(what), hash: o.hash });
      }
      return run('cases verify', await files.read(what));
    });
}

/** With or without the sign people put before it. */
function caseNumber(text: string): number {
  if (!/^#?\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be the number of a case, such as 1001.');
  return Number(text.replace('#', ''));
}
