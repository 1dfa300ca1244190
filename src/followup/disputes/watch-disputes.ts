import { type Kysely, sql, type Transaction } from 'kysely';
import type { Recipient } from '../../delivery/add-deliveries.ts';
import type { AddReport } from '../../delivery/add-report.ts';
import { routeOfCall } from '../../delivery/concerned.ts';
import { addNotice } from '../../delivery/notice.ts';
import type { ChannelName, Receipt } from '../../domain/outcome.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { disputeNotice } from './dispute-notice.ts';
import { DISPUTE_REMIND_MS, remindAt } from './disputes.ts';

export interface DisputeWatch {
  /** Answers what was decided, and reminds supervisors of what was not. True when there may be more. */
  watch(): Promise<boolean>;
}

const BATCH = 20;

/**
 * Each answer and each reminder is one transaction that takes its dispute's row, so that of two processes one does it.
 * An answer is a report with a purpose of its own, never counted (P5), and arrives or somebody knows (P3).
 */
export function createDisputeWatch(deps: {
  readonly db: Kysely<Schema>;
  readonly addReport: AddReport;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Called after a commit that made something due. A hint. */
  readonly wake: () => void;
  readonly remindMs?: number;
}): DisputeWatch {
  const remindMs = deps.remindMs ?? DISPUTE_REMIND_MS;
  return {
    async watch() {
      let more = false;
      for (const step of [answerOne, remindOne]) {
        let taken = 0;
        while (taken < BATCH && (await deps.db.transaction().execute(step))) taken += 1;
        if (taken > 0) deps.wake();
        more ||= taken === BATCH;
      }
      return more;
    },
  };

  /** By index `disputes_unanswered`. */
  async function answerOne(trx: Transaction<Schema>): Promise<boolean> {
    const dispute = await trx
      .selectFrom('disputes')
      .select(['id', 'call_id', 'client_id', 'delivery_id'])
      .where('decision', 'is not', null)
      .where('answered_at', 'is', null)
      .orderBy('decided_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (dispute === undefined) return false;
    const { id, call_id: callId, client_id: clientId } = dispute;
    // Reports of a call are numbered one after the other under its row.
    await trx.selectFrom('calls').select('id').where('id', '=', callId).forNoKeyUpdate().execute();
    const { status } = await trx
      .selectFrom('clients')
      .select('status')
      .where('id', '=', clientId)
      .executeTakeFirstOrThrow();
    // Nothing is sent to whose contract has ended.
    if (status !== 'ended') {
      const where = await placeAsked(trx, dispute.delivery_id);
      await deps.addReport(trx, {
        callId,
        clientId,
        purpose: 'dispute_answer',
        template: 'dispute-answer',
        count: null,
        urgent: false,
        destinations: where ? [where] : (await routeOfCall(trx, callId)).primary,
        aboutDispute: id,
      });
    }
    await trx.updateTable('disputes').set({ answered_at: deps.clock() }).where('id', '=', id).execute();
    return true;
  }

  /** By index `disputes_remind`. */
  async function remindOne(trx: Transaction<Schema>): Promise<boolean> {
    const now = deps.clock();
    const dispute = await trx
      .selectFrom('disputes')
      .select(['id', 'reminders'])
      .where('decision', 'is', null)
      .where('remind_at', '<=', now)
      .orderBy('remind_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (dispute === undefined) return false;
    const reminders = dispute.reminders + 1;
    await addNotice(trx, await disputeNotice(trx, dispute.id, reminders), deps);
    await trx
      .updateTable('disputes')
      .set({ reminders, remind_at: remindAt(now, remindMs) })
      .where('id', '=', dispute.id)
      .execute();
    return true;
  }
}

/** The place the delivery went to, in answer to it, while it is one of the client's that works (P9). */
async function placeAsked(trx: Kysely<Schema>, deliveryId: string): Promise<Recipient | undefined> {
  const { rows } = await sql<{
    id: string;
    channel: ChannelName;
    address: string;
    mention: string | null;
    receipt: Receipt | null;
  }>`
    select listed.id, d.channel, d.address, d.mention, d.receipt
    from deliveries d
    join destinations listed on listed.client_id = d.client_id and listed.active
      and listed.disabled_at is null and listed.channel = d.channel and listed.address = d.address
    where d.id = ${deliveryId}
    order by (listed.id = d.destination_id) desc, listed.position
    limit 1
  `.execute(trx);
  const [place] = rows;
  if (place === undefined) return undefined;
  const { receipt, ...recipient } = place;
  return { ...recipient, answers: { deliveryId, receipt } };
}
