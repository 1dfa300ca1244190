import { z } from 'zod';
import { approveRun } from '../billing/runs/approve-run.ts';
import { prepareRun } from '../billing/runs/prepare-run.ts';
import { type RunStanding, runStanding, runStandings } from '../billing/runs/run-standing.ts';
import { isMonth, jstMinute, jstMonth } from '../domain/calendar.ts';
import { printableLine } from '../domain/text.ts';
import { defineCommand, EXIT, writeJson } from './command.ts';
import { type Column, table } from './table.ts';

const RUNS_SHOWN = 24;

const RUN: readonly Column<RunStanding>[] = [
  { title: 'MONTH', value: (run) => run.month },
  { title: 'STATE', value: stateOf },
  { title: 'SENT', value: (run) => `${run.sent} of ${run.clients}`, right: true },
  { title: 'ARRIVED', value: (run) => run.arrived, right: true },
  { title: 'UNDER WAY', value: (run) => run.underWay, right: true },
  { title: 'FAILED', value: (run) => run.failed, right: true },
  { title: 'YEN', value: (run) => run.figures.totalYen, right: true },
  { title: 'APPROVED (JST)', value: (run) => run.approvedAt && jstMinute(run.approvedAt) },
  { title: 'BY', value: (run) => run.approvedBy },
];

/** `statements runs`: how far the runs of the last months are. */
export const statementsRunsCommand = defineCommand({
  name: 'statements runs',
  input: z.strictObject({ json: z.boolean() }),
  async run(context, { json }) {
    const runs = await runStandings(context.database.db, RUNS_SHOWN);
    if (json) writeJson(context, runs);
    else if (runs.length === 0) context.out('No month was prepared yet.\n');
    else context.out(table(RUN, runs));
    return EXIT.done;
  },
});

/** `statements run`: prepares a month's run, shows what there is to approve, and approves it. */
export const statementsRunCommand = defineCommand({
  name: 'statements run',
  input: z.strictObject({
    month: z.string().refine(isMonth, { error: 'a month is written YYYY-MM, such as 2024-06' }),
    approve: z.boolean(),
    json: z.boolean(),
  }),
  async run(context, { month, approve, json }) {
    const { database, clock, newId, actor } = context;
    const { db } = database;
    if (month >= jstMonth(clock())) {
      context.err(`${month} is not over yet in Japan; nothing was prepared.\n`);
      return EXIT.failed;
    }
    await prepareRun(db, { clock, newId }, month);
    const run = await runStanding(db, month);
    if (run === undefined) {
      context.err(`No client has a statement for ${month}.\n`);
      return EXIT.failed;
    }
    if (!approve) {
      if (json) writeJson(context, run);
      else context.out(runText(run));
      return EXIT.done;
    }
    const result = await approveRun(db, { clock, newId }, { month, events: run.figures.events, by: actor });
    if (result.type === 'refused') {
      context.err(
        result.why.type === 'earlier-open'
          ? `${result.why.month} has to be closed first; nothing was sent.\n`
          : result.why.type === 'changed'
            ? `Something was booked since these figures were prepared; nothing was sent. Look at the new ones:\n  npm run toritsugi -- statements run --month ${month}\n`
            : `${month} is not over yet in Japan; nothing was sent.\n`,
      );
      return EXIT.failed;
    }
    if (json) writeJson(context, await runStanding(db, month));
    else {
      context.out(
        result.type === 'already'
          ? `${month} was approved before; nothing is sent twice.\n`
          : `${month} is closed. The running server sends ${run.figures.clients} statements; see how far it is:\n  npm run toritsugi -- statements runs\n`,
      );
    }
    return EXIT.done;
  },
});

function stateOf(run: RunStanding): string {
  if (run.approvedAt === null) return 'waits for approval';
  return run.finishedAt === null ? 'under way' : 'sent';
}

function runText(run: RunStanding): string {
  const { figures, month } = run;
  const yen = (amount: number) => `${amount.toLocaleString('en-US')} yen`;
  const outliers = figures.outliers.map(
    ({ code, name, totalYen, usualYen }) =>
      `  ${code}, ${printableLine(name)}: ${yen(totalYen)}, usually ${yen(usualYen)}`,
  );
  return [
    `${month}: ${figures.clients.toLocaleString('en-US')} statements, ${figures.counted.toLocaleString('en-US')} counted calls, ` +
      `${yen(figures.totalYen)}, ${yen(figures.taxYen)} of it tax.`,
    outliers.length === 0
      ? 'No client is above twice its usual.'
      : `Above twice their usual, the mean of up to three months before: ${outliers.length}`,
    ...outliers,
    ...(figures.withoutPlan.length > 0
      ? [`Calls counted without a plan, so that nothing is charged: ${figures.withoutPlan.join(', ')}`]
      : []),
    ...(figures.registered
      ? []
      : ['The agency has no registration number: these are no qualified invoices (agency import).']),
    run.approvedAt === null
      ? 'Nothing was sent. To close the month for good and send them:\n' +
        `  npm run toritsugi -- statements run --month ${month} --approve`
      : `Approved ${jstMinute(run.approvedAt)} JST by ${run.approvedBy ?? '-'}; sent to ${run.sent} of ${run.clients} clients.`,
    '',
  ].join('\n');
}
