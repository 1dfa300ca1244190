import { type Command as CommanderCommand, InvalidArgumentError, Option } from 'commander';
import { ANSWER_CHOICES } from '../domain/cases/answers.ts';
import { CASE_STATES } from '../domain/cases/events.ts';

type Run = (name: string, input: unknown) => Promise<void>;

/** `cases list|show|answer|close` on the command line. */
export function addCases(program: CommanderCommand, run: Run, wholeNumber: (text: string) => number): void {
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
}

/** With or without the sign people put before it. */
function caseNumber(text: string): number {
  if (!/^#?\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be the number of a case, such as 1001.');
  return Number(text.replace('#', ''));
}
