import type { Kysely, Transaction } from 'kysely';
import { addNotice, type NewNotice } from '../delivery/notice.ts';
import type { ReviewStanding } from '../delivery/review/standing.ts';
import type { ToldOfChange } from '../delivery/tell-change.ts';
import type { EntryProblem } from '../domain/call.ts';
import { barredFromChange, type Changer, type ChangeType } from '../domain/change.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import { cardIsBehind } from '../followup/cases/card-queue.ts';
import { settleByChange } from '../followup/disputes/settle-by-change.ts';
import { type CallFacts, CHANGEABLE, type Schema } from '../storage/schema.ts';
import { type RecordedCall, recordedCall } from './recorded-call.ts';

/** Who changes which call, as it was when they looked at it. */
export interface ChangeRequest {
  /** Unique to one submission: the same one changes once, however often it is sent. */
  readonly key: string;
  readonly callId: string;
  /** The revision that was on the screen: what somebody else changed since is never overwritten unseen. */
  readonly revision: number;
  readonly by: Changer;
  /** As `text` columns can keep it. */
  readonly reason: string | null;
}

/** What a change came to, for whoever is told of it. */
export interface Changed {
  readonly changeId: string;
  readonly type: ChangeType;
  /** The call as it is now. */
  readonly call: RecordedCall;
  /** Its kind before. */
  readonly kindBefore: string;
  readonly told: ToldOfChange;
  readonly usage: 'counted' | 'credited' | 'unchanged';
  readonly by: Changer;
}

export type ChangeResult =
  | { readonly type: 'changed'; readonly changed: Changed }
  /** This very submission was written before; nothing was written now. */
  | { readonly type: 'already'; readonly receiptNumber: string }
  /** What was submitted is what is on record. */
  | { readonly type: 'nothing' }
  | {
      readonly type: 'barred';
      readonly why: 'unknown' | 'retracted' | 'not-yours' | 'too-late' | 'changed-meanwhile';
    }
  /** Somebody decided about the report that was on the screen, or it changed; nothing was written. */
  | { readonly type: 'decided'; readonly review: ReviewStanding | undefined }
  | { readonly type: 'refused'; readonly problems: readonly EntryProblem[] };

/** What one kind of change does, told inside its transaction. */
export type Work = (
  trx: Transaction<Schema>,
  call: RecordedCall,
) => Promise<
  | Extract<ChangeResult, { type: 'nothing' | 'refused' | 'decided' }>
  | {
      readonly type: 'ready';
      readonly now: Partial<CallFacts> & { readonly retracted_at?: Date };
      /** For the audit log, besides what every change has there. */
      readonly detail: Readonly<Record<string, unknown>>;
      /** Runs before the call is written: locks its deliveries. */
      readonly before: () => Promise<void>;
      /** Runs when the call is written: counts, credits, reports. */
      readonly after: (revision: number) => Promise<Pick<Changed, 'told' | 'usage'>>;
    }
>;

export interface ChangeDeps {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly newId: NewId;
}

export type Notify = (changed: Changed) => readonly NewNotice[];

/** PostgreSQL's `deadlock_detected`: nothing was written, and the other side has gone on. */
const DEADLOCK = '40P01';
const TRIES = 3;

/**
 * One change of one call in one transaction, with everything that follows from it and its line in the audit log.
 *
 * Changes of a client's calls take the client's row first, as recording does, so two of them never meet: the second
 * sees the first's revision. Deliveries are locked before the call, as whoever settles a delivery does.
 */
export async function changeCall(
  deps: ChangeDeps,
  type: ChangeType,
  request: ChangeRequest,
  work: Work,
  notify: Notify,
): Promise<ChangeResult> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await deps.db.transaction().execute((trx) => changeOnce(deps, trx, type, request, work, notify));
    } catch (thrown) {
      if (left <= 1 || (thrown as { code?: unknown } | null)?.code !== DEADLOCK) throw thrown;
    }
  }
}

async function changeOnce(
  deps: ChangeDeps,
  trx: Transaction<Schema>,
  type: ChangeType,
  request: ChangeRequest,
  work: Work,
  notify: Notify,
): Promise<ChangeResult> {
  const { callId, by } = request;
  const found = await recordedCall(trx, callId);
  if (found === undefined) return { type: 'barred', why: 'unknown' };
  await trx
    .selectFrom('clients')
    .select('id')
    .where('id', '=', found.client.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const known = await trx
    .selectFrom('call_changes')
    .select('id')
    .where('key', '=', request.key)
    .executeTakeFirst();
  if (known !== undefined) return { type: 'already', receiptNumber: found.receiptNumber };
  const call = await recordedCall(trx, callId);
  if (call === undefined) return { type: 'barred', why: 'unknown' };
  const now = deps.clock();
  const why = barredFromChange(call, by, now);
  if (why !== null) return { type: 'barred', why };
  if (call.revision !== request.revision) return { type: 'barred', why: 'changed-meanwhile' };

  const plan = await work(trx, call);
  if (plan.type !== 'ready') return plan;
  const revision = call.revision + 1;
  await plan.before();
  await trx
    .updateTable('calls')
    .set({ ...columns(plan.now), revision })
    .where('id', '=', callId)
    .execute();
  const { reason } = request;
  const changeId = deps.newId();
  await trx
    .insertInto('call_changes')
    .values({
      id: changeId,
      key: request.key,
      call_id: callId,
      revision,
      type,
      before: JSON.stringify(Object.fromEntries(CHANGEABLE.map((column) => [column, call[column]]))),
      actor: by.id,
      reason,
      at: now,
    })
    .execute();
  const followed = await plan.after(revision);
  await trx
    .insertInto('audit_log')
    .values({
      id: deps.newId(),
      at: now,
      actor: by.id,
      action: `call.${type}`,
      subject_type: 'call',
      subject_id: callId,
      detail: JSON.stringify({
        revision,
        reason,
        asSupervisor: by.supervisor && call.operatorId !== by.id,
        usage: followed.usage,
        ...plan.detail,
      }),
    })
    .execute();
  // What supervisors see of its harassment case, should it be in one, is old now.
  await cardIsBehind(trx, callId);
  const after = await recordedCall(trx, callId);
  if (after === undefined) throw new Error('a call that was just changed is gone');
  const { counted } = after.rule;
  await settleByChange(trx, { callId, type, counted, since: now, by }, deps);
  const changed: Changed = {
    changeId,
    type,
    call: after,
    kindBefore: call.kindLabel,
    by,
    ...followed,
  };
  for (const notice of notify(changed)) await addNotice(trx, notice, deps);
  return { type: 'changed', changed };
}

function columns({ rule, ...rest }: Partial<CallFacts> & { readonly retracted_at?: Date }) {
  return { ...rest, ...(rule !== undefined && { rule: JSON.stringify(rule) }) };
}
