import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { SlackUpdater } from '../../channels/slack/update.ts';
import { asSlackMessage } from '../../delivery/notice-forms.ts';
import { monthStart } from '../../domain/calendar.ts';
import type { Clock } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { runMessage, runNotice, shownAs } from './run-message.ts';
import { type RunStanding, runStanding } from './run-standing.ts';

/** After the last statement was handed over, what becomes of it is shown for so long. */
const SHOWN_FOR_MS = 2 * 86_400_000;
const TIMEOUT_MS = 20_000;

/**
 * Brings the supervisors' message about the newest run up to date. A convenience: `statements runs` says the same.
 */
export function createShowRun(deps: {
  readonly db: Kysely<Schema>;
  readonly updater: SlackUpdater;
  readonly clock: Clock;
  readonly log: Logger;
}): () => Promise<void> {
  const { db, clock, log } = deps;
  return async () => {
    const newest = await db
      .selectFrom('statement_runs')
      .select(['month', 'finished_at'])
      .orderBy('month', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (newest === undefined || isOver(newest.finished_at, clock())) return;
    const standing = await runStanding(db, newest.month.slice(0, 7));
    if (standing !== undefined) await show(standing);
  };

  async function show(standing: RunStanding): Promise<void> {
    const body = runMessage(standing);
    const shown = shownAs(body);
    const run = db
      .selectFrom('statement_runs')
      .select('shown')
      .where('month', '=', monthStart(standing.month));
    if ((await run.executeTakeFirst())?.shown === shown) return;
    const notice = await db
      .selectFrom('notices')
      .select(['id', 'receipt'])
      .where('key', '=', runNotice(standing.month).key)
      .where('state', '=', 'sent')
      .executeTakeFirst();
    const { channel, ts } = notice?.receipt ?? {};
    // Not posted yet, or told by mail.
    if (notice === undefined || channel === undefined || ts === undefined) return;
    const outcome = await deps.updater.update(
      { channel, ts, deliveryId: notice.id, body: asSlackMessage(body) },
      AbortSignal.timeout(TIMEOUT_MS),
    );
    if (outcome.type !== 'delivered' && outcome.type !== 'gone') {
      log.warn({ reason: outcome.reason.code }, 'how far a run is could not be shown');
      return;
    }
    await db
      .updateTable('statement_runs')
      .set({ shown })
      .where('month', '=', monthStart(standing.month))
      .execute();
  }
}

function isOver(finishedAt: Date | null, now: Date): boolean {
  return finishedAt !== null && now.getTime() - finishedAt.getTime() >= SHOWN_FOR_MS;
}
