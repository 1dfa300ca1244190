import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { Channels } from '../channels/channel.ts';
import type { Body, EmailBody } from '../domain/body.ts';
import type { ChannelName, Reason, Receipt, Reconciliation } from '../domain/outcome.ts';
import type { Clock } from '../domain/ports.ts';
import { warnOfDuplicate } from '../reports/duplicate.ts';
import type { Schema } from '../storage/schema.ts';
import type { AlertStaff } from './alerts.ts';
import type { Budgets } from './budgets.ts';
import { answered } from './claim.ts';
import type { Observer } from './observer.ts';
import type { DeliverySettings } from './settings.ts';
import { SUPERSEDED } from './withdraw.ts';

export interface Reconciler {
  /** Looks once after every uncertain delivery whose time has come. True when there may be more. */
  look(): Promise<boolean>;
}

type Uncertain = {
  readonly id: string;
  readonly generation: number;
  readonly channel: ChannelName;
  readonly credential: string;
  readonly mark: string;
  readonly address: string;
  readonly mention: string | null;
  readonly body: Body;
  readonly looks: number;
  readonly absent_looks: number;
  readonly started_at: Date;
  readonly reason: string | null;
  readonly said: string | null;
  /** Sent again already, marked as a possible duplicate. */
  readonly duplicate_marked: boolean;
  readonly urgent: boolean;
  readonly reported_at: Date;
  /** Urgent, harassment and the like: better twice than never, once. */
  readonly insistent: boolean;
  /** Its call was corrected or taken back since: it is sent no more. */
  readonly superseded: boolean;
  readonly answers: string | null;
  readonly answers_receipt: Receipt | null;
};

const BATCH = 20;
/** Two agreeing looks at a complete window make an absence sure. */
const ABSENT_LOOKS = 2;

/**
 * Finds out what became of an attempt whose answer was lost (P4):
 *
 *   uncertain ──found──► delivered
 *             ──absent twice──► due, or cancelled when its call was corrected or taken back since
 *             ──inconclusive──► looked at again, then a person is asked, again and again until one decides;
 *                               an urgent or flagged mail is first sent once more, marked as a possible duplicate
 */
export function createReconciler(deps: {
  readonly db: Kysely<Schema>;
  readonly channels: Channels;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly settings: DeliverySettings;
  readonly alertStaff: AlertStaff;
  readonly observer: Observer;
  readonly log: Logger;
}): Reconciler {
  return {
    async look() {
      const waiting = await takeUncertain(deps.db, deps.clock(), deps.settings.lookLeaseMs);
      for (const delivery of waiting) {
        const permission = await deps.budgets.spendRead(delivery);
        if (!permission.granted) {
          await lookLater(delivery, permission.retryMs, delivery.absent_looks, delivery.looks);
          continue;
        }
        const seen = await lookAt(delivery);
        deps.observer.looked({ channel: delivery.channel, seen: seen.type });
        await write(delivery, seen);
        deps.log.info(
          { delivery: delivery.id, channel: delivery.channel, seen: seen.type },
          'looked after an uncertain delivery',
        );
      }
      return waiting.length === BATCH;
    },
  };

  async function lookAt(delivery: Uncertain): Promise<Reconciliation> {
    const channel = deps.channels[delivery.channel];
    if (channel === undefined) {
      return { type: 'inconclusive', reason: { code: `${delivery.channel}.not_configured` } };
    }
    const { id: deliveryId, mark, address, mention, body } = delivery;
    try {
      return await channel.reconcile(
        {
          message: { deliveryId, mark, address, mention, body, ...answered(delivery) },
          startedAtMs: delivery.started_at.getTime(),
          ...(delivery.reason !== null && {
            reason: { code: delivery.reason, ...(delivery.said !== null && { said: delivery.said }) },
          }),
          ownedByOther: (receiptKey) => ownedByOther(deps.db, delivery, receiptKey),
        },
        AbortSignal.timeout(deps.settings.sendTimeoutMs),
      );
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      deps.log.error({ delivery: delivery.id, error: error.name }, 'a reconciler threw');
      return { type: 'inconclusive', reason: { code: `${delivery.channel}.bug` } };
    }
  }

  async function write(delivery: Uncertain, seen: Reconciliation): Promise<void> {
    switch (seen.type) {
      case 'found':
        return await adopt(delivery, seen.receipt);
      case 'absent':
        return delivery.absent_looks + 1 >= ABSENT_LOOKS
          ? await sendAgain(delivery)
          : await lookLater(delivery, deps.settings.nextLookMs, delivery.absent_looks + 1);
      case 'inconclusive':
        return await doubt(delivery, seen.reason);
      default:
        return seen satisfies never;
    }
  }

  async function adopt(delivery: Uncertain, receipt: Readonly<Record<string, string>>): Promise<void> {
    const now = deps.clock();
    const { numUpdatedRows } = await stillUncertain(delivery)
      .set({
        state: 'delivered',
        receipt: JSON.stringify(receipt),
        reason: 'reconciled',
        ended_at: now,
        updated_at: now,
      })
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    const { channel, urgent, reported_at: reportedAt } = delivery;
    deps.observer.arrived({ channel, urgent, afterMs: now.getTime() - reportedAt.getTime() });
  }

  /** What took its place tells the client more than a decision about it could. */
  async function closeSuperseded(delivery: Uncertain): Promise<void> {
    const now = deps.clock();
    await stillUncertain(delivery)
      .set({ state: 'cancelled', reason: SUPERSEDED, ended_at: now, updated_at: now })
      .execute();
  }

  async function sendAgain(delivery: Uncertain): Promise<void> {
    if (delivery.superseded) return await closeSuperseded(delivery);
    const now = deps.clock();
    await stillUncertain(delivery)
      .set({
        state: 'due',
        next_attempt_at: now,
        absent_looks: 0,
        looks: 0,
        reason: 'absent',
        updated_at: now,
      })
      // Superseded while we looked: the next look closes it.
      .where('superseded', '=', false)
      .execute();
  }

  async function lookLater(
    delivery: Uncertain,
    pauseMs: number,
    absentLooks: number,
    looks = delivery.looks + 1,
  ): Promise<void> {
    await stillUncertain(delivery)
      .set({
        next_attempt_at: new Date(deps.clock().getTime() + pauseMs),
        absent_looks: absentLooks,
        looks,
      })
      .execute();
  }

  /** The one exception of P4: same Message-ID and subject, and a first line that says so. */
  async function sendMarked(delivery: Uncertain): Promise<void> {
    const now = deps.clock();
    await stillUncertain(delivery)
      .set({
        state: 'due',
        body: JSON.stringify(warnOfDuplicate(delivery.body as EmailBody)),
        duplicate_marked: true,
        next_attempt_at: now,
        looks: 0,
        reason: 'resent_marked',
        updated_at: now,
      })
      .where('superseded', '=', false)
      .execute();
  }

  /** E-mail cannot be looked up, so asking comes at once; elsewhere trouble with looking may pass. */
  async function doubt(delivery: Uncertain, reason: Reason): Promise<void> {
    const patience = delivery.channel === 'email' ? 1 : deps.settings.looksBeforeAsking;
    const patient = delivery.looks + 1 < patience;
    if (delivery.superseded && !patient) return await closeSuperseded(delivery);
    if (delivery.channel === 'email' && delivery.insistent && !delivery.duplicate_marked) {
      return await sendMarked(delivery);
    }
    if (patient) return await lookLater(delivery, deps.settings.nextLookMs, 0);
    await lookLater(delivery, deps.settings.askAgainMs, 0);
    await deps.db.transaction().execute(async (trx) => {
      const open = await trx
        .selectFrom('deliveries')
        .select('id')
        .where('id', '=', delivery.id)
        .where('state', '=', 'uncertain')
        .where('superseded', '=', false)
        .executeTakeFirst();
      if (open) await deps.alertStaff(trx, 'uncertain', { id: delivery.id }, reason);
    });
  }

  function stillUncertain(delivery: Uncertain) {
    return deps.db
      .updateTable('deliveries')
      .where('id', '=', delivery.id)
      .where('generation', '=', delivery.generation)
      .where('state', '=', 'uncertain');
  }
}

/** By index `deliveries_uncertain`; the time of the next look is moved on first, so that one process looks. */
async function takeUncertain(db: Kysely<Schema>, now: Date, leaseMs: number): Promise<readonly Uncertain[]> {
  const { rows } = await sql<Uncertain>`
    with taken as (
      select id from deliveries
      where state = 'uncertain' and next_attempt_at <= ${now}
      order by next_attempt_at limit ${BATCH}
      for update skip locked
    )
    update deliveries d set next_attempt_at = ${new Date(now.getTime() + leaseMs)}
    from taken where d.id = taken.id
    returning d.id, d.generation, d.channel, d.credential, d.mark, d.address, d.mention, d.body, d.looks, d.absent_looks,
      d.duplicate_marked, d.reason, d.said, d.urgent,
      (select r.created_at from reports r where r.id = d.report_id) as reported_at,
      d.superseded, d.answers, d.answers_receipt,
      (select report.purpose not in ('destination_notice', 'retraction', 'usage_notice', 'digest') and (call.urgent or (call.rule ->> 'flagged') = 'true')
        from reports report join calls call on call.id = report.call_id where report.id = d.report_id) as insistent,
      (select a.started_at from attempts a where a.delivery_id = d.id and a.generation = d.generation) as started_at
  `.execute(db);
  return rows;
}

async function ownedByOther(
  db: Kysely<Schema>,
  delivery: Pick<Uncertain, 'id' | 'channel' | 'address'>,
  receiptKey: string,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from deliveries d
    where d.channel = ${delivery.channel} and d.address = ${delivery.address} and d.id <> ${delivery.id}
      and d.receipt is not null
      and exists (select 1 from jsonb_each_text(d.receipt) part where part.value = ${receiptKey})
    limit 1
  `.execute(db);
  return rows.length > 0;
}
