import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { addNotice } from '../../delivery/notice.ts';
import { nextOpen, USUAL_HOURS } from '../../domain/business-hours.ts';
import {
  type DisputeClaim,
  type DisputeDecision,
  type DisputeProblem,
  disputeProblems,
  type SaidOfReport,
} from '../../domain/dispute.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import { storable, textOrNull } from '../../domain/text.ts';
import type { Schema } from '../../storage/schema.ts';
import { decidedNotice, disputeNotice } from './dispute-notice.ts';
import { type DisputeReading, disputedDelivery, disputeReading } from './read-dispute.ts';
import { reportOfCall } from './report-of-call.ts';

/** Who says so, and in which form: the same form with the same words is written once. */
export type SaidBy = (
  | { readonly via: 'slack'; readonly person: string }
  | { readonly via: 'link'; readonly person: null }
) & {
  /** Unique to one form, and to whom it was shown. */
  readonly form: string;
};

export type AskResult =
  /** Written now, or before under the same form and words. */
  | { readonly type: 'asked' | 'already' }
  /** Somebody said something about the same call, and it is being looked into; nothing was written. */
  | { readonly type: 'waiting' }
  | { readonly type: 'refused'; readonly problems: readonly DisputeProblem[] }
  | { readonly type: 'revoked' };

/** A dispute as staff acts on it. */
export interface StaffDispute {
  readonly id: string;
  readonly callId: string;
  readonly claim: DisputeClaim;
  readonly decision: DisputeDecision | null;
  readonly decidedName: string | null;
  readonly decidedAt: Date | null;
}

export type KeepResult =
  | { readonly type: 'kept' }
  /** Decided before, by whom and how it says. */
  | { readonly type: 'decided'; readonly dispute: StaffDispute }
  | { readonly type: 'unknown' };

/**
 * What clients say about a report's content, and what supervisors decide; at most one waits for each call. Taking a
 * call out of the count, or correcting it, is done where calls are changed, and settles its dispute in the same
 * transaction (`settleByChange`); leaving it as it is, here. The client's answer is written by `createDisputeWatch`.
 */
export interface Disputes {
  /** What whoever holds a delivery may see and do. Throws when the database cannot say. */
  read(deliveryId: string): Promise<DisputeReading>;
  /** Idempotent; supervisors are told in the same transaction. Throws when the database cannot say. */
  ask(deliveryId: string, said: SaidOfReport, by: SaidBy): Promise<AskResult>;
  /** The delivery whose page a statement leads to from one of its calls; `statement`: the statement's own delivery. */
  reportOf(callId: string, statement: string): Promise<string | undefined>;
  find(id: string): Promise<StaffDispute | undefined>;
  /** Leaves the report as it is, and tells the client why. */
  keep(
    id: string,
    o: { readonly by: { readonly id: string; readonly name: string }; readonly reason: string },
  ): Promise<KeepResult>;
}

/** Until supervisors are reminded: a day, and then the next business hour. */
export const DISPUTE_REMIND_MS = 24 * 3_600_000;

export function remindAt(since: Date, afterMs: number): Date {
  return nextOpen(new Date(since.getTime() + afterMs), USUAL_HOURS);
}

export function createDisputes(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Called after a commit that made something due. A hint. */
  readonly wake: () => void;
  readonly remindMs?: number;
}): Disputes {
  const { db, clock, newId } = deps;
  const remindMs = deps.remindMs ?? DISPUTE_REMIND_MS;
  return {
    read: async (deliveryId) => disputeReading(await disputedDelivery(db, deliveryId)),

    async ask(deliveryId, said, by) {
      const problems = disputeProblems(said);
      const { claim } = said;
      if (problems.length > 0 || claim === undefined) return { type: 'refused', problems };
      const note = textOrNull(said.note);
      const key = keyOf(by.form, claim, note);
      const result = await db.transaction().execute(async (trx): Promise<AskResult> => {
        const { callId, clientId } = (await disputedDelivery(trx, deliveryId)) ?? {};
        if (callId === undefined || clientId === undefined) return { type: 'revoked' };
        // Whoever changes a call takes the client's row first, whoever writes about it its own: what stands is read
        // only then.
        await trx.selectFrom('clients').select('id').where('id', '=', clientId).forNoKeyUpdate().execute();
        await trx.selectFrom('calls').select('id').where('id', '=', callId).forNoKeyUpdate().execute();
        const known = await trx.selectFrom('disputes').select('id').where('key', '=', key).executeTakeFirst();
        if (known !== undefined) return { type: 'already' };
        const found = await disputedDelivery(trx, deliveryId);
        const reading = disputeReading(found);
        if (reading.type === 'waiting') return { type: 'waiting' };
        if (found === undefined || reading.type !== 'open') return { type: 'revoked' };
        const at = clock();
        const id = newId();
        await trx
          .insertInto('disputes')
          .values({
            id,
            call_id: callId,
            client_id: clientId,
            delivery_id: deliveryId,
            via: by.via,
            person: by.person,
            key,
            claim,
            note: note === null ? null : storable(note),
            kind: found.kind,
            at,
            remind_at: remindAt(at, remindMs),
          })
          .execute();
        await trx
          .insertInto('audit_log')
          .values({
            id: newId(),
            at,
            actor: by.person ?? 'client:link',
            action: 'call.disputed',
            subject_type: 'call',
            subject_id: callId,
            detail: JSON.stringify({ dispute: id, delivery: deliveryId, claim }),
          })
          .execute();
        await addNotice(trx, await disputeNotice(trx, id, 0), deps);
        return { type: 'asked' };
      });
      if (result.type === 'asked') deps.wake();
      return result;
    },

    reportOf: (callId, statement) => reportOfCall(db, callId, statement),

    find: (id) => findDispute(db, id),

    async keep(id, { by, reason }) {
      const result = await db.transaction().execute(async (trx): Promise<KeepResult> => {
        const found = await findDispute(trx, id);
        if (found === undefined) return { type: 'unknown' };
        await trx.selectFrom('calls').select('id').where('id', '=', found.callId).forNoKeyUpdate().execute();
        const dispute = await findDispute(trx, id);
        if (dispute === undefined) return { type: 'unknown' };
        if (dispute.decision !== null) return { type: 'decided', dispute };
        const now = clock();
        await trx
          .updateTable('disputes')
          .set({
            decision: 'kept',
            decided_at: now,
            decided_by: by.id,
            decided_name: by.name,
            reason: storable(reason),
          })
          .where('id', '=', id)
          .execute();
        await trx
          .insertInto('audit_log')
          .values({
            id: newId(),
            at: now,
            actor: by.id,
            action: 'dispute.kept',
            subject_type: 'call',
            subject_id: dispute.callId,
            detail: JSON.stringify({ dispute: id, reason: storable(reason) }),
          })
          .execute();
        await addNotice(trx, await decidedNotice(trx, id), deps);
        return { type: 'kept' };
      });
      if (result.type === 'kept') deps.wake();
      return result;
    },
  };
}

function keyOf(form: string, claim: DisputeClaim, note: string | null): string {
  const words = createHash('sha256')
    .update(JSON.stringify([claim, note]))
    .digest('base64url');
  return `${form}:${words.slice(0, 22)}`;
}

async function findDispute(db: Kysely<Schema>, id: string): Promise<StaffDispute | undefined> {
  const { rows } = await sql<StaffDispute>`
    select id, call_id as "callId", claim, decision, decided_name as "decidedName", decided_at as "decidedAt"
    from disputes where id = ${id}
  `.execute(db);
  return rows[0];
}
