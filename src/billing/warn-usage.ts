import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { AddReport } from '../delivery/add-report.ts';
import { routeOfClient } from '../delivery/concerned.ts';
import { addNotice } from '../delivery/notice.ts';
import { marksReached, outlookOf, type UsageFigures, type WarnedAt } from '../domain/billing/outlook.ts';
import { nextOpen, USUAL_HOURS } from '../domain/business-hours.ts';
import { monthStart, nextMonth } from '../domain/calendar.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import { loadAgency } from '../rulebook/agency.ts';
import { planOf, plansIn } from '../rulebook/plans.ts';
import type { Schema } from '../storage/schema.ts';
import { openPrice } from './price-of-month.ts';
import { runningCount } from './running-count.ts';
import { usageStaffNotice } from './usage-staff-notice.ts';

export interface UsageWatch {
  /** Tells what is due. True when there may be more. */
  watch(): Promise<boolean>;
}

const BATCH = 20;
/** How soon to look again at a client that could not be dealt with, so that it keeps no other waiting. */
const AGAIN_MS = 300_000;

interface Marked {
  readonly clientId: string;
  readonly month: string;
  readonly percent: WarnedAt;
}

/**
 * Tells clients and supervisors that 80 or 100 % of a plan are used, with what it leads to (【ご利用状況】). Each client's
 * month is one transaction under the client's lock, which counting takes as well: it is decided by the count of that
 * moment, and of two processes the second finds nothing left. Where calls were credited below the mark meanwhile, the
 * mark is taken off and nobody is told; once told, it is told for the month, whatever is credited and counted again.
 */
export function createUsageWatch(deps: {
  readonly db: Kysely<Schema>;
  readonly addReport: AddReport;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Called after a commit that made something due. A hint. */
  readonly wake: () => void;
  readonly log: Logger;
}): UsageWatch {
  const { db } = deps;
  return {
    async watch() {
      // Index: usage_warnings_waiting.
      const rows = await db
        .selectFrom('usage_warnings')
        .select(['client_id as clientId', 'month'])
        .where('state', '=', 'waiting')
        .where('due_at', '<=', deps.clock())
        .orderBy('due_at')
        .limit(BATCH)
        .execute();
      let done = 0;
      for (const { clientId, month } of rows) {
        try {
          await db.transaction().execute((trx) => tellOne(trx, clientId, month.slice(0, 7)));
          done += 1;
        } catch (thrown) {
          const error = thrown instanceof Error ? thrown : new Error('unknown');
          deps.log.error(
            { client: clientId, error: error.name, code: (error as { code?: unknown }).code },
            'the word about used calls could not be written; it is tried again',
          );
          await putOff(clientId, month);
        }
      }
      if (done > 0) deps.wake();
      return done > 0 && rows.length === BATCH;
    },
  };

  async function tellOne(trx: Transaction<Schema>, clientId: string, month: string): Promise<void> {
    const client = await trx
      .selectFrom('clients')
      .select(['code', 'name', 'status', 'contract_from as from', 'contract_until as until'])
      .where('id', '=', clientId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const now = deps.clock();
    const waiting = await waitingOf(trx, clientId, month, now);
    if (waiting.length === 0) return;
    if (client.status === 'ended' || (await isClosed(trx, month))) return await drop(trx, waiting, now);
    // Held up until the evening, it must not come at night.
    if (nextOpen(now, USUAL_HOURS) > now) return await putOff(clientId, monthStart(month), trx);
    const [counted, price, plan] = [
      await runningCount(trx, clientId, month),
      await openPrice(trx, clientId, month),
      await planOf(trx, clientId, month),
    ];
    const reached = price === null ? [] : marksReached(counted, price.includedCalls);
    const standing = waiting.filter(({ percent }) => reached.includes(percent));
    await takeOff(
      trx,
      waiting.filter((mark) => !standing.includes(mark)),
    );
    // Both in one night: the higher says it all.
    const told = standing.at(-1);
    if (told === undefined || plan === undefined) return;
    await drop(trx, standing.slice(0, -1), now);
    const figures: UsageFigures = {
      asOf: now.toISOString(),
      ...outlookOf({
        month,
        counted,
        now,
        plan,
        plans: await plansIn(trx, month),
        nextPlan: (await planOf(trx, clientId, nextMonth(month)))?.code ?? null,
        business: (await loadAgency(trx)) ?? null,
        contract: client,
      }),
    };
    await tell(trx, told, figures, client, now);
  }

  async function tell(
    trx: Transaction<Schema>,
    mark: Marked,
    figures: UsageFigures,
    client: { readonly code: string; readonly name: string },
    now: Date,
  ): Promise<void> {
    await trx
      .updateTable('usage_warnings')
      .set({ state: 'told', figures: JSON.stringify(figures), ended_at: now })
      .where('client_id', '=', mark.clientId)
      .where('month', '=', monthStart(mark.month))
      .where('percent', '=', mark.percent)
      .execute();
    const { primary } = await routeOfClient(trx, mark.clientId);
    const { month, percent, clientId } = mark;
    if (primary.length > 0) {
      const callId = await newestCounted(trx, clientId, month);
      await deps.addReport(trx, {
        callId,
        clientId,
        purpose: 'usage_notice',
        template: 'usage-notice',
        count: null,
        urgent: false,
        destinations: primary,
        aboutUsage: { month, percent },
      });
    }
    const notice = usageStaffNotice({ month, percent, figures, client, clientId, told: primary.length > 0 });
    await addNotice(trx, notice, deps);
  }

  async function putOff(clientId: string, month: string, trx: Kysely<Schema> = db): Promise<void> {
    const due = nextOpen(new Date(deps.clock().getTime() + AGAIN_MS), USUAL_HOURS);
    await trx
      .updateTable('usage_warnings')
      .set({ due_at: due })
      .where('client_id', '=', clientId)
      .where('month', '=', month)
      .where('state', '=', 'waiting')
      .execute();
  }
}

/** Those of a client's month, lowest first. */
async function waitingOf(
  trx: Transaction<Schema>,
  clientId: string,
  month: string,
  now: Date,
): Promise<readonly Marked[]> {
  const rows = await trx
    .selectFrom('usage_warnings')
    .select('percent')
    .where('client_id', '=', clientId)
    .where('month', '=', monthStart(month))
    .where('state', '=', 'waiting')
    .where('due_at', '<=', now)
    .orderBy('percent')
    .forUpdate()
    .execute();
  return rows.map((row) => ({ ...row, clientId, month }));
}

/** The next call that is counted marks it anew. */
async function takeOff(trx: Transaction<Schema>, marks: readonly Marked[]): Promise<void> {
  for (const { clientId, month, percent } of marks) {
    await trx
      .deleteFrom('usage_warnings')
      .where('client_id', '=', clientId)
      .where('month', '=', monthStart(month))
      .where('percent', '=', percent)
      .execute();
  }
}

async function drop(trx: Transaction<Schema>, marks: readonly Marked[], now: Date): Promise<void> {
  for (const { clientId, month, percent } of marks) {
    await trx
      .updateTable('usage_warnings')
      .set({ state: 'dropped', ended_at: now })
      .where('client_id', '=', clientId)
      .where('month', '=', monthStart(month))
      .where('percent', '=', percent)
      .execute();
  }
}

/** The call a report hangs on: one that counts, its row locked so that its reports are numbered one after the other. */
async function newestCounted(trx: Transaction<Schema>, clientId: string, month: string): Promise<string> {
  // Index: usage_events_client_month.
  const { id } = await trx
    .selectFrom('usage_events as counted')
    .innerJoin('calls as c', 'c.id', 'counted.call_id')
    .select('c.id')
    .where('counted.client_id', '=', clientId)
    .where('counted.month', '=', monthStart(month))
    .where('counted.of_month', 'is', null)
    .where('counted.type', '=', 'count')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('usage_events as reversal')
            .select('reversal.id')
            .whereRef('reversal.reverses', '=', 'counted.id'),
        ),
      ),
    )
    .orderBy('c.recorded_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  await trx.selectFrom('calls').select('id').where('id', '=', id).forNoKeyUpdate().execute();
  return id;
}

async function isClosed(trx: Transaction<Schema>, month: string): Promise<boolean> {
  const closed = await trx
    .selectFrom('billing_months')
    .select('month')
    .where('month', '>=', monthStart(month))
    .limit(1)
    .executeTakeFirst();
  return closed !== undefined;
}
