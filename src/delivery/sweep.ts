import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import type { AlertStaff } from './alerts.ts';
import type { FallBack } from './fall-back.ts';
import type { Reviews } from './review/reviews.ts';
import type { DeliverySettings } from './settings.ts';
import { alertStalled } from './stalled.ts';

export interface Sweeper {
  /** One pass over everything whose time is over. True when there may be more. */
  sweep(): Promise<boolean>;
}

const BATCH = 100;

/**
 * Brings back what got stuck (P3). It touches only rows whose lease or time is over, never what is in flight,
 * and never a terminal one:
 *
 * - `queued` past its lease → `due`: the job was lost, or no worker is there.
 * - `sending` past its lease → `uncertain`: the worker is gone, and what it did is unknown.
 * - waiting too long → the client's fallback, the original superseded in the same transaction.
 * - waiting for a day → `failed`, and staff is told.
 *
 * What is held waits for a person and is never given up: supervisors are reminded of it. Besides, staff hears of a
 * credential behind which reports pile up.
 */
export function createSweeper(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: DeliverySettings;
  readonly fallBack: FallBack;
  readonly alertStaff: AlertStaff;
  readonly reviews: Pick<Reviews, 'remind'>;
  readonly log: Logger;
}): Sweeper {
  return {
    async sweep() {
      const now = deps.clock();
      await endLeases(now);
      await alertStalled(deps.db, deps);
      const late = await fallBackLate(now);
      const over = await giveUp(now);
      const more = await deps.reviews.remind();
      return late === BATCH || over === BATCH || more;
    },
  };

  /** By index `deliveries_leased`. A new generation makes a job that turns up after all find nothing to claim. */
  async function endLeases(now: Date): Promise<void> {
    const firstLook = new Date(now.getTime() + deps.settings.firstLookMs);
    const { rows } = await sql<{ id: string; state: string }>`
      update deliveries set
        state = case state when 'queued' then 'due' else 'uncertain' end,
        next_attempt_at = case state when 'queued' then next_attempt_at else ${firstLook} end,
        reason = case state when 'queued' then reason else 'worker.lost' end,
        lease_until = null, updated_at = ${now}
      where state in ('queued', 'sending') and lease_until <= ${now}
      returning id, state
    `.execute(deps.db);
    for (const { id, state } of rows) deps.log.warn({ delivery: id, state }, 'a lease was over');
  }

  /** Waits counted: what matters is how long the client has been without its report. */
  async function fallBackLate(now: Date): Promise<number> {
    const urgentBefore = new Date(now.getTime() - deps.settings.fallbackUrgentMs);
    const before = new Date(now.getTime() - deps.settings.fallbackMs);
    return await deps.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: string; report_id: string; client_id: string; reason: string | null }>`
        select id, report_id, client_id, reason from deliveries d
        where d.state = 'due' and not d.fallback_sought
          and d.waiting_since <= case when d.urgent then ${urgentBefore}::timestamptz else ${before}::timestamptz end
        order by d.waiting_since limit ${BATCH}
        for update of d skip locked
      `.execute(trx);
      for (const late of rows) {
        const queued = (await deps.fallBack(trx, late)) === 'queued';
        await trx
          .updateTable('deliveries')
          .set({
            fallback_sought: true,
            updated_at: now,
            ...(queued ? { state: 'cancelled' as const, reason: 'superseded', ended_at: now } : {}),
          })
          .where('id', '=', late.id)
          .execute();
        if (!queued) await deps.alertStaff(trx, 'late', late, { code: late.reason ?? 'delivery.late' });
      }
      return rows.length;
    });
  }

  async function giveUp(now: Date): Promise<number> {
    const before = new Date(now.getTime() - deps.settings.giveUpMs);
    return await deps.db.transaction().execute(async (trx) => {
      const over = await trx
        .selectFrom('deliveries')
        .select(['id', 'reason', 'said'])
        .where('state', '=', 'due')
        .where('waiting_since', '<=', before)
        .orderBy('waiting_since')
        .limit(BATCH)
        .forUpdate()
        .skipLocked()
        .execute();
      for (const { id, reason, said } of over) {
        await trx
          .updateTable('deliveries')
          .set({ state: 'failed', ended_at: now, updated_at: now })
          .where('id', '=', id)
          .execute();
        await deps.alertStaff(
          trx,
          'given-up',
          { id },
          { code: reason ?? 'delivery.late', ...(said ? { said } : {}) },
        );
      }
      return over.length;
    });
  }
}
