import { type Command as CommanderCommand, InvalidArgumentError } from 'commander';

type Run = (name: string, input: unknown) => Promise<void>;
/** The same with the output in a new file, when one is named. */
type RunInto = (output: string | undefined, name: string, input: unknown) => Promise<void>;

/** `usage`, `statement`, `statements …`: what clients pay, and why. */
export function addStatements(program: CommanderCommand, run: Run, runInto: RunInto): void {
  program
    .command('usage')
    .description('counted calls and charges of each client in a month')
    .option('--month <YYYY-MM>', 'a month in Japan; the current one unless given')
    .option('--client <code>', 'only this client')
    .option('--json', 'print JSON')
    .action((o: { month?: string; client?: string; json?: boolean }) =>
      run('usage', { month: o.month, clientCode: o.client, json: o.json === true }),
    );
  program
    .command('statement')
    .description('everything a client pays for in a month, and why')
    .argument('<client>', 'code of the client')
    .argument('<YYYY-MM>', 'a month in Japan')
    .option('--json', 'print JSON')
    .action((clientCode: string, month: string, o: { json?: boolean }) =>
      run('statement', { clientCode, month, json: o.json === true }),
    );
  const statements = program.command('statements').description('the statements of all clients');
  statements
    .command('export')
    .description('print a month as CSV for accounting, one line a client')
    .requiredOption('--month <YYYY-MM>', 'a month in Japan')
    .option('-o, --output <file>', 'write it to a new file instead')
    .action((o: { month: string; output?: string }) =>
      runInto(o.output, 'statements export', { month: o.month }),
    );
  statements
    .command('close')
    .description('show the totals of a month that is over, and with --events close it for good')
    .requiredOption('--month <YYYY-MM>', 'a month in Japan')
    .option('--events <count>', 'close it, if so many events are booked: the totals say how many', count)
    .option('--json', 'print JSON')
    .action((o: { month: string; events?: number; json?: boolean }) =>
      run('statements close', { month: o.month, events: o.events, json: o.json === true }),
    );
  statements
    .command('adjust')
    .description('charge a client an amount by hand, or give one back, in the open month')
    .argument('<client>', 'code of the client')
    .requiredOption('--yen <amount>', 'with tax; -500 gives 500 back', amount)
    .requiredOption('--reason <text>', 'as the client reads it')
    .option('--call <receipt number>', 'the call it is about')
    .action((clientCode: string, o: { yen: number; reason: string; call?: string }) =>
      run('statements adjust', { clientCode, yen: o.yen, reason: o.reason, receiptNumber: o.call }),
    );
  statements
    .command('run')
    .description('prepare the statements of a month that is over, and with --approve close it and send them')
    .requiredOption('--month <YYYY-MM>', 'a month in Japan')
    .option('--approve', 'close the month for good and send its statements to all clients')
    .option('--json', 'print JSON')
    .action((o: { month: string; approve?: boolean; json?: boolean }) =>
      run('statements run', { month: o.month, approve: o.approve === true, json: o.json === true }),
    );
  statements
    .command('runs')
    .description('how far the sending of the last months is')
    .option('--json', 'print JSON')
    .action((o: { json?: boolean }) => run('statements runs', { json: o.json === true }));
}

function amount(text: string): number {
  if (!/^[+-]?\d{1,7}$/.test(text)) throw new InvalidArgumentError('It must be whole yen.');
  return Number(text);
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
