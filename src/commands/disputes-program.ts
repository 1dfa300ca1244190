import type { Command as CommanderCommand } from 'commander';

type Run = (name: string, input: unknown) => Promise<void>;

/** `disputes list|shares` on the command line. */
export function addDisputes(
  program: CommanderCommand,
  run: Run,
  wholeNumber: (text: string) => number,
): void {
  const disputes = program.command('disputes').description('what clients say is wrong with reports');
  disputes
    .command('list')
    .description('list what clients said, newest first')
    .option('--waiting', 'only what nobody has decided')
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action((o: { waiting?: boolean; limit: number; json?: boolean }) =>
      run('disputes list', { waiting: o.waiting === true, limit: o.limit, json: o.json === true }),
    );
  disputes
    .command('shares')
    .description('disputed and credited calls of a month, by operator and kind')
    .option('--month <YYYY-MM>', 'a month in Japan; the current one unless given')
    .option('--json', 'print JSON')
    .action((o: { month?: string; json?: boolean }) =>
      run('disputes shares', { month: o.month, json: o.json === true }),
    );
}
