import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command as CommanderCommand, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Role } from '../app.ts';
import { loadConfig, loadStorageConfig } from '../config.ts';
import { DELIVERY_STATES } from '../domain/delivery.ts';
import { createReplyLinks } from '../domain/reply-link.ts';
import { addStatements } from './billing-options.ts';
import { printBounceToken, readBounce } from './bounce-input.ts';
import { addCases } from './cases-program.ts';
import { type Command, EXIT } from './command.ts';
import { addDisputes } from './disputes-program.ts';
import { InputFileError, readInputFile } from './input-file.ts';
import { installLinksOf } from './install-link.ts';
import { settingProblemsText } from './setting-problems.ts';
import { actorOf, type Terminal } from './terminal.ts';

/** What the command line leads to, beside the commands on the data. */
export interface Parts {
  /** Loaded when a command on the data is asked for: `--help` needs no database. */
  readonly registry: () => Promise<readonly Command[]>;
  readonly start: (o: { readonly role: Role }) => Promise<number>;
  readonly demo: (o: { readonly exit: boolean; readonly json: boolean }) => Promise<number>;
  readonly doctor: (o: { readonly json: boolean }) => Promise<number>;
  readonly manifest: (o: { readonly url?: string; readonly socketMode: boolean }) => Promise<number>;
}

/**
 * Reads the command line and runs what it asks for.
 * @param argv without the program's own name
 * @returns the exit code: 0 done, 1 failed, 2 wrong use
 */
export async function runProgram(argv: readonly string[], terminal: Terminal, parts: Parts): Promise<number> {
  let exit: number = EXIT.done;
  const program = createProgram(terminal, parts, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      return thrown.code === 'commander.helpDisplayed' || thrown.code === 'commander.version'
        ? EXIT.done
        : EXIT.wrongUse;
    }
    if (thrown instanceof InputFileError) {
      terminal.err(`${thrown.message}\n`);
      return EXIT.wrongUse;
    }
    throw thrown;
  }
}

type End = (code: number) => void;

function createProgram(terminal: Terminal, parts: Parts, end: End): CommanderCommand {
  const program = new CommanderCommand('toritsugi')
    .description('Brings every call an answering service takes to the client it was for.')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help to see how it is used)')
    .exitOverride();
  const run = (name: string, input: unknown) => runNamed(name, input, terminal, parts).then(end);

  addDemo(program, parts, end);
  program
    .command('start')
    .description('start the server')
    .addOption(
      new Option('--role <role>', 'answer Slack (web), deliver reports (worker), or both')
        .choices(['all', 'web', 'worker'] satisfies Role[])
        .default('all'),
    )
    .action(async (o: { role: Role }) => end(await parts.start({ role: o.role })));
  program
    .command('migrate')
    .description('bring the database up to date; start does it, too')
    .action(() => run('migrate', {}));
  program
    .command('doctor')
    .description('check settings, database, Redis, Slack, Chatwork, mail, templates and the public address')
    .option('--json', 'print JSON')
    .action(async (o: { json?: boolean }) => end(await parts.doctor({ json: o.json === true })));

  addFileCommands(program, 'agency', 'the agency’s own name, address and hours', terminal, parts, end);
  addFileCommands(program, 'plans', 'plans and their prices', terminal, parts, end);
  addFileCommands(program, 'kinds', 'kinds of calls, their rules, surcharge reasons', terminal, parts, end);
  const clients = addFileCommands(
    program,
    'clients',
    'clients, their rosters and destinations',
    terminal,
    parts,
    end,
  );
  clients
    .command('list')
    .description('list all clients')
    .option('--json', 'print JSON')
    .action((o: { json?: boolean }) => run('clients list', { json: o.json === true }));
  clients
    .command('install-link')
    .description(
      'print a link by which a client connects its own Slack workspace; the last one printed counts',
    )
    .argument('<code>', 'code of the client')
    .action((clientCode: string) => run('clients install-link', { clientCode }));

  addDeliveries(program, run);
  addCases(program, run, wholeNumber, {
    runInto: (output, name, input) => runInto(output, name, input, terminal, parts).then(end),
    read: (path) => readInputFile(path, terminal),
  });
  addDisputes(program, run, wholeNumber);
  addBounce(program, terminal, parts, end);
  addStatements(program, run, (output, name, input) =>
    runInto(output, name, input, terminal, parts).then(end),
  );
  program
    .command('slack')
    .description('the Slack app')
    .command('manifest')
    .description('print the manifest to paste at api.slack.com/apps → Create New App → From a manifest')
    .option('--url <address>', 'public address of this server; PUBLIC_URL unless given')
    .option('--socket-mode', 'for Socket Mode, which needs no public address')
    .action(async (o: { url?: string; socketMode?: boolean }) =>
      end(
        await parts.manifest({
          socketMode: o.socketMode === true,
          ...(o.url !== undefined && { url: o.url }),
        }),
      ),
    );
  return program;
}

function addDemo(program: CommanderCommand, parts: Parts, end: End): void {
  program
    .command('demo')
    .description('show a whole day with pretend Slack, Chatwork and mail; needs no settings')
    .option('--exit', 'end when the day is over')
    .option('--json', 'print one line of JSON at the end')
    .action(async (o: { exit?: boolean; json?: boolean }) =>
      end(await parts.demo({ exit: o.exit === true, json: o.json === true })),
    );
}

function addDeliveries(
  program: CommanderCommand,
  run: (name: string, input: unknown) => Promise<void>,
): void {
  const deliveries = program.command('deliveries').description('reports on their way to clients');
  deliveries
    .command('list')
    .description('list deliveries, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(DELIVERY_STATES))
    .option('--client <code>', 'only those of this client')
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action((o: { state?: string; client?: string; limit: number; json?: boolean }) =>
      run('deliveries list', {
        state: o.state,
        clientCode: o.client,
        limit: o.limit,
        json: o.json === true,
      }),
    );
  const named = '<delivery...>';
  const which = 'ids of the list, or the numbers printed at the end of reports';
  deliveries
    .command('retry')
    .description('send failed ones again')
    .argument(named, which)
    .option('--even-if-uncertain', 'also those that may have arrived: only after looking that they did not')
    .action((words: string[], o: { evenIfUncertain?: boolean }) =>
      run('deliveries retry', { deliveries: words, evenIfUncertain: o.evenIfUncertain === true }),
    );
  deliveries
    .command('cancel')
    .description('stop those that have not begun, or close uncertain ones as not delivered')
    .argument(named, which)
    .action((words: string[]) => run('deliveries cancel', { deliveries: words }));
  deliveries
    .command('confirm')
    .description('close uncertain ones that somebody saw at their destination')
    .argument(named, which)
    .action((words: string[]) => run('deliveries confirm', { deliveries: words }));
  deliveries
    .command('release')
    .description('send what waits for a supervisor, with everything else held of the same call')
    .argument(named, which)
    .action((words: string[]) => run('deliveries release', { deliveries: words }));
}

function addBounce(program: CommanderCommand, terminal: Terminal, parts: Parts, end: End): void {
  program
    .command('bounce')
    .description('take a mail that came back from standard input, as a mail server pipes it')
    .option('--token', 'only print the token of POST /webhooks/bounce, which takes the same over HTTP')
    .action(async (o: { token?: boolean }) => {
      if (o.token === true) return end(printBounceToken(terminal));
      const code = await runNamed('bounce', await readBounce(terminal), terminal, parts);
      // A mail server throws a bounce away unless it is told that another try may do.
      end(code === EXIT.failed ? EXIT.tryAgain : code);
    });
}

/** `<subject> import` and `<subject> export`. */
function addFileCommands(
  program: CommanderCommand,
  subject: string,
  what: string,
  terminal: Terminal,
  parts: Parts,
  end: End,
): CommanderCommand {
  const group = program.command(subject).description(what);
  group
    .command('import')
    .description('take over a YAML file: all of it, or nothing when there is a mistake')
    .argument('<file>', 'YAML in UTF-8; - is standard input')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--json', 'print JSON')
    .action(async (path: string, o: { dryRun?: boolean; json?: boolean }) => {
      const { file, text } = await readInputFile(path, terminal);
      const input = { file, text, dryRun: o.dryRun === true, json: o.json === true };
      end(await runNamed(`${subject} import`, input, terminal, parts));
    });
  group
    .command('export')
    .description('print the YAML file that would import what is stored')
    .option('-o, --output <file>', 'write it to a new file instead')
    .action(async (o: { output?: string }) =>
      end(await runInto(o.output, `${subject} export`, {}, terminal, parts)),
    );
  return group;
}

/** Runs a command whose output is a file: to the terminal, or to a new file when one is named. */
async function runInto(
  output: string | undefined,
  name: string,
  input: unknown,
  terminal: Terminal,
  parts: Parts,
): Promise<number> {
  if (output === undefined) return await runNamed(name, input, terminal, parts);
  let text = '';
  const collecting = {
    ...terminal,
    out: (chunk: string) => {
      text += chunk;
    },
  };
  const code = await runNamed(name, input, collecting, parts);
  if (code === EXIT.done) await writeNewFile(output, text, terminal);
  return code;
}

async function runNamed(name: string, input: unknown, terminal: Terminal, parts: Parts): Promise<number> {
  const command = (await parts.registry()).find((candidate) => candidate.name === name);
  if (!command) throw new Error(`the command ${name} is not in the registry`);
  const loaded = loadStorageConfig(terminal.env);
  if (!loaded.ok) {
    terminal.err(settingProblemsText(loaded.problems));
    return EXIT.failed;
  }
  const { runOnStorage } = await import('./run-on-storage.ts');
  const whole = loadConfig(terminal.env);
  return runOnStorage(command, input, {
    ...terminal,
    config: loaded.config,
    // A mail server that pipes a bounce may know the database alone; what is sent then goes without a link.
    replyLinks: whole.ok ? createReplyLinks(whole.config) : undefined,
    installLinks: whole.ok ? installLinksOf(whole.config) : undefined,
    actor: actorOf(terminal),
    tables: name === 'migrate' ? 'any' : 'ready',
  });
}

async function writeNewFile(path: string, text: string, terminal: Terminal): Promise<void> {
  try {
    // Client data: readable by its owner only, and nothing is overwritten by a slip of the hand.
    await writeFile(resolve(terminal.directory, path), text, { flag: 'wx', mode: 0o600 });
    terminal.err(`written to ${path}\n`);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown reason';
    throw new InputFileError(
      code === 'EEXIST'
        ? `${path} exists already; name another file.`
        : `${path} cannot be written (${code}).`,
    );
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}
