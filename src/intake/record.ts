import type { Kysely, Transaction } from 'kysely';
import { countCall, type MonthCount } from '../billing/count-call.ts';
import { destinationsOf } from '../clients/destinations.ts';
import type { AddReport } from '../delivery/add-report.ts';
import { addNotice, type NewNotice } from '../delivery/notice.ts';
import { jstDay } from '../domain/calendar.ts';
import type { CallEntry, EntryProblem } from '../domain/call.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import { route } from '../domain/roster.ts';
import { storable } from '../domain/text.ts';
import type { Cases } from '../followup/cases/cases.ts';
import { flaggedCall } from '../followup/cases/flagged-call.ts';
import { planReminder } from '../followup/plan-reminder.ts';
import type { Schema } from '../storage/schema.ts';
import { type CheckedNumber, checkEntry } from './check-entry.ts';
import { type EarlierEntry, findDuplicate } from './duplicate.ts';
import { factsRow } from './facts-row.ts';
import { type LookedUp, lookUp } from './look-up.ts';
import { type CallReceipt, receiptOf } from './receipt.ts';
import { nextReceiptNumber } from './receipt-number.ts';

export type RecordResult =
  | { readonly type: 'recorded'; readonly receipt: CallReceipt }
  /** The same entry was recorded before; nothing was written now. */
  | { readonly type: 'already'; readonly receipt: CallReceipt }
  | { readonly type: 'refused'; readonly problems: readonly EntryProblem[] }
  /** May be a call that is on record already; nothing was written. Only where `duplicates` was asked for. */
  | { readonly type: 'duplicate'; readonly earlier: EarlierEntry };

export interface RecordOptions {
  readonly notice?: (receipt: CallReceipt) => NewNotice | null;
  /**
   * Look for a call of the same client, number and kind first. `apartFrom`: the call the operator said is
   * another one, null when nobody asked yet.
   */
  readonly duplicates?: { readonly apartFrom: string | null };
}

export interface Recorder {
  /**
   * Records a call and everything that follows from it in one transaction (P1): the call, its count, its case,
   * its report and deliveries, and the note to the operator. Resolves after the commit. Throws when the database cannot
   * say that it was recorded; the same entry may then be sent again, its key keeps it single.
   */
  record(entry: CallEntry, o?: RecordOptions): Promise<RecordResult>;
}

export function createRecorder(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly addReport: AddReport;
  readonly cases: Pick<Cases, 'join'>;
  /** Called after the commit: there may be something to send. A hint, never awaited (P7). */
  readonly wake: () => void;
}): Recorder {
  return {
    async record(entry, o = {}) {
      const checked = checkEntry(entry, deps.clock());
      if (checked.problems.length > 0) {
        const known = await receiptOf(deps.db, entry.key);
        return known ? { type: 'already', receipt: known } : { type: 'refused', problems: checked.problems };
      }
      const result = await recordOnce(entry, checked.number, o);
      if (result.type === 'recorded') deps.wake();
      return result;
    },
  };

  async function recordOnce(
    entry: CallEntry,
    number: CheckedNumber,
    o: RecordOptions,
  ): Promise<RecordResult> {
    try {
      return await deps.db.transaction().execute(async (trx) => {
        const known = await receiptOf(trx, entry.key);
        if (known !== undefined) return { type: 'already', receipt: known };
        const { found, problems } = await lookUp(trx, entry);
        if (found === undefined) return { type: 'refused', problems };
        const earlier = await duplicateOf(trx, entry, number, o);
        if (earlier !== undefined) {
          // The same request sent twice at once finds itself: only under the lock is that certain.
          const same = await receiptOf(trx, entry.key);
          return same ? { type: 'already', receipt: same } : { type: 'duplicate', earlier };
        }
        const receipt = await write(trx, entry, number, found);
        const note = o.notice?.(receipt);
        if (note) await addNotice(trx, note, deps);
        return { type: 'recorded', receipt };
      });
    } catch (thrown) {
      // Two requests of one entry at the same moment: the second meets the first one's key.
      const known = isKeyTaken(thrown) ? await receiptOf(deps.db, entry.key) : undefined;
      if (known !== undefined) return { type: 'already', receipt: known };
      throw thrown;
    }
  }

  /** Looked up under the lock of the client's row, so that two operators at the same second see each other. */
  async function duplicateOf(
    trx: Transaction<Schema>,
    entry: CallEntry,
    number: CheckedNumber,
    { duplicates }: RecordOptions,
  ): Promise<EarlierEntry | undefined> {
    if (duplicates === undefined || number === null) return undefined;
    return await findDuplicate(trx, { ...entry, ...duplicates, e164: number.e164, now: deps.clock() });
  }

  async function write(
    trx: Transaction<Schema>,
    entry: CallEntry,
    number: CheckedNumber,
    found: LookedUp,
  ): Promise<CallReceipt> {
    const now = deps.clock();
    const call = {
      id: deps.newId(),
      receiptNumber: await nextReceiptNumber(trx, jstDay(now)),
    };
    await trx
      .insertInto('calls')
      .values(callRow(call, entry, number, found, now))
      .execute();
    const count = found.rule.counted
      ? await countCall(trx, deps, {
          callId: call.id,
          clientId: found.client.id,
          occurredAt: entry.occurredAt,
          actor: entry.operator.id,
          surcharge: found.surcharge,
        })
      : null;
    // Before the report, which says how many calls of its case there were.
    if (found.rule.flagged) {
      await deps.cases.join(trx, await flaggedCall(trx, call.id, entry.operator.id));
    }
    // P2: a kind that is not reported makes no report, no delivery, nothing.
    const destinations = found.rule.reported ? await report(trx, entry, call.id, found, count, now) : 0;
    const held = destinations > 0 && reviewOf(entry, found) !== null;
    return {
      callId: call.id,
      receiptNumber: call.receiptNumber,
      client: found.client,
      kind: { code: found.kind.code, label: found.kind.label },
      rule: found.rule,
      destinations,
      held,
      occurredAt: entry.occurredAt,
      recordedAt: now,
      urgent: entry.urgent,
      numberDisplay: number?.display ?? null,
      wish: entry.wish,
    };
  }

  async function report(
    trx: Transaction<Schema>,
    entry: CallEntry,
    callId: string,
    found: LookedUp,
    count: MonthCount | null,
    now: Date,
  ): Promise<number> {
    const { primary } = route({
      destinations: await destinationsOf(trx, found.client.id),
      responsibleMemberId: found.responsibleMemberId,
      addresseeId: found.addressee?.id ?? null,
    });
    const destinations = await deps.addReport(trx, {
      callId,
      clientId: found.client.id,
      purpose: 'initial',
      template: found.kind.template,
      count,
      urgent: entry.urgent,
      destinations: primary,
      review: reviewOf(entry, found),
    });
    if (destinations > 0) {
      await planReminder(trx, {
        callId,
        settings: found.client.reminders,
        number: 1,
        urgent: entry.urgent,
        recordedAt: now,
        since: now,
      });
    }
    return destinations;
  }
}

/** Urgent reports never wait. */
function reviewOf(entry: CallEntry, found: LookedUp): LookedUp['review'] {
  return entry.urgent ? null : found.review;
}

function callRow(
  call: { readonly id: string; readonly receiptNumber: string },
  entry: CallEntry,
  number: CheckedNumber,
  found: LookedUp,
  now: Date,
) {
  return {
    id: call.id,
    receipt_number: call.receiptNumber,
    entry_key: entry.key,
    client_id: found.client.id,
    kind: found.kind.code,
    rule: JSON.stringify(found.rule),
    source: entry.source,
    operator_id: entry.operator.id,
    operator_name: storable(entry.operator.name),
    recorded_at: now,
    ...factsRow(entry, number, found),
  };
}

function isKeyTaken(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    (thrown as { code?: unknown }).code === '23505' &&
    (thrown as { constraint?: unknown }).constraint === 'calls_entry_key_key'
  );
}
