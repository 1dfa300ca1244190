import type { Kysely } from 'kysely';
import type { DeliveryState } from '../domain/delivery.ts';
import type { ChannelName } from '../domain/outcome.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import { DIGEST } from './digest/enter-digest.ts';

/** A delivery as lists show it. */
export interface DeliveryRow {
  readonly id: string;
  readonly state: DeliveryState;
  /** Null only of a statement. */
  readonly receiptNumber: string | null;
  readonly clientCode: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly urgent: boolean;
  readonly attempts: number;
  readonly reason: string | null;
  readonly said: string | null;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date;
  readonly endedAt: Date | null;
}

export type OperationResult =
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly message: string };

/** Newest first; `attempts` counts how often it was handed out. */
export async function listDeliveries(
  db: Kysely<Schema>,
  filter: { readonly state?: DeliveryState; readonly clientCode?: string; readonly limit: number },
): Promise<readonly DeliveryRow[]> {
  let query = db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .leftJoin('calls as c', 'c.id', 'r.call_id')
    .innerJoin('clients as client', 'client.id', 'd.client_id')
    .select((eb) => [
      eb
        .selectFrom('attempts')
        .whereRef('attempts.delivery_id', '=', 'd.id')
        .select(eb.fn.countAll<number>().as('n'))
        .$asScalar()
        .$notNull()
        .as('attempts'),
      'd.id',
      'd.state',
      'c.receipt_number as receiptNumber',
      'client.code as clientCode',
      'd.channel',
      'd.address',
      'd.urgent',
      'd.reason',
      'd.said',
      'd.created_at as createdAt',
      'd.next_attempt_at as nextAttemptAt',
      'd.ended_at as endedAt',
    ])
    .orderBy('d.id', 'desc')
    .limit(filter.limit);
  if (filter.state !== undefined) query = query.where('d.state', '=', filter.state);
  if (filter.clientCode !== undefined) query = query.where('client.code', '=', filter.clientCode);
  return await query.execute();
}

interface Decision {
  readonly id: string;
  /** The operating-system user or Slack id of whoever decided; kept in the audit log. */
  readonly actor: string;
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * Makes a delivery due again. Refused where the report could arrive twice (P4): while it is on its way, when it
 * was delivered, when a stand-in took its place, and, unless `evenIfUncertain`, while nobody knows.
 */
export async function retryDelivery(
  db: Kysely<Schema>,
  o: Decision & { readonly evenIfUncertain: boolean },
): Promise<OperationResult> {
  return await decide(db, o, 'delivery.retried', async (delivery, trx) => {
    if (delivery.superseded) {
      return 'its call was corrected or taken back since: what is true now is told by a later report';
    }
    switch (delivery.state) {
      case 'uncertain':
        if (!o.evenIfUncertain) {
          return 'it may have arrived. Look at the destination first; if it is not there, retry with --even-if-uncertain';
        }
        break;
      case 'failed': {
        const standIn = await trx
          .selectFrom('deliveries')
          .select('id')
          .where('replaces', '=', delivery.id)
          .executeTakeFirst();
        if (standIn)
          return `delivery ${standIn.id} took its place; retrying this one would send the report twice`;
        break;
      }
      case 'held':
        if (delivery.reason === DIGEST) return 'it waits for the digest of its destination';
        return 'it waits for a supervisor: 送信 in the supervisors’ channel sends it, or deliveries release';
      case 'due':
      case 'queued':
      case 'sending':
        return `it is ${delivery.state}: it will be sent without your help`;
      case 'delivered':
      case 'cancelled':
        return `it is ${delivery.state}; sending it again would double the report`;
      default:
        return delivery.state satisfies never;
    }
    const now = o.clock();
    return {
      state: 'due' as const,
      next_attempt_at: now,
      ended_at: null,
      reason: null,
      said: null,
      looks: 0,
      absent_looks: 0,
      waiting_since: now,
      fallback_sought: false,
    };
  });
}

/** Stops a delivery that has not begun or whose fate nobody knows. */
export async function cancelDelivery(db: Kysely<Schema>, o: Decision): Promise<OperationResult> {
  return await decide(db, o, 'delivery.cancelled', async ({ state }) =>
    state === 'held' || state === 'due' || state === 'uncertain'
      ? { state: 'cancelled' as const, ended_at: o.clock(), reason: 'cancelled by a person' }
      : `it is ${state}: only a delivery that is held, due or uncertain can be cancelled`,
  );
}

/** Writes down that an uncertain delivery was seen at its destination. */
export async function confirmDelivery(db: Kysely<Schema>, o: Decision): Promise<OperationResult> {
  return await decide(db, o, 'delivery.confirmed', async ({ state }) =>
    state === 'uncertain'
      ? { state: 'delivered' as const, ended_at: o.clock(), reason: 'seen by a person' }
      : `it is ${state}: only an uncertain delivery can be confirmed`,
  );
}

type Change = {
  readonly state: DeliveryState;
  readonly ended_at: Date | null;
  readonly reason: string | null;
  readonly next_attempt_at?: Date;
  readonly said?: null;
  readonly looks?: number;
  readonly absent_looks?: number;
  readonly waiting_since?: Date;
  readonly fallback_sought?: boolean;
};

/** One decision of a person about one delivery, under its row lock and in the audit log. */
async function decide(
  db: Kysely<Schema>,
  o: Decision,
  action: string,
  judge: (
    delivery: {
      readonly id: string;
      readonly state: DeliveryState;
      readonly reason: string | null;
      readonly superseded: boolean;
    },
    trx: Kysely<Schema>,
  ) => Promise<Change | string>,
): Promise<OperationResult> {
  return await db.transaction().execute(async (trx) => {
    const delivery = await trx
      .selectFrom('deliveries')
      .select(['id', 'state', 'reason', 'superseded'])
      .where('id', '=', o.id)
      .forUpdate()
      .executeTakeFirst();
    if (delivery === undefined) return { type: 'refused', message: `there is no delivery ${o.id}` };
    const judged = await judge(delivery, trx);
    if (typeof judged === 'string') return { type: 'refused', message: judged };
    const now = o.clock();
    await trx
      .updateTable('deliveries')
      .set({ ...judged, updated_at: now })
      .where('id', '=', o.id)
      .execute();
    await trx
      .insertInto('audit_log')
      .values({
        id: o.newId(),
        at: now,
        actor: o.actor,
        action,
        subject_type: 'delivery',
        subject_id: o.id,
        detail: JSON.stringify({ was: delivery.state }),
      })
      .execute();
    return { type: 'done' };
  });
}
