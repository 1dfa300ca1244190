import { createSlackUpdater } from '../../channels/slack/update.ts';
import { createShowRun } from './show-run.ts';
import { createStatementRuns, type StatementRuns } from './statement-runs.ts';

/** The runs, and how far they are in the supervisors' message; its connection to Slack is closed with `close`. */
export function openStatementRuns(
  deps: Parameters<typeof createStatementRuns>[0] & {
    readonly slack: { readonly botToken: string; readonly apiUrl: string };
  },
): { readonly runs: StatementRuns; close(): Promise<void> } {
  const { botToken, apiUrl } = deps.slack;
  const updater = createSlackUpdater({ botToken, apiUrl, clock: deps.clock });
  const runs = createStatementRuns(deps);
  const show = createShowRun({ ...deps, updater });
  return {
    runs: {
      async work() {
        const more = await runs.work();
        await show();
        return more;
      },
    },
    close: () => updater.close(),
  };
}
