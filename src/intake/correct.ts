import { replaceSurcharge } from '../billing/credit-call.ts';
import { isOpenAt, lockReview } from '../delivery/review/standing.ts';
import { NOBODY_TOLD, type TellChange } from '../delivery/tell-change.ts';
import { type Withdrawn, withdrawReports } from '../delivery/withdraw.ts';
import { jstMonth } from '../domain/calendar.ts';
import type { CallEntry, EntryProblem } from '../domain/call.ts';
import type { Cases } from '../followup/cases/cases.ts';
import { flaggedCall } from '../followup/cases/flagged-call.ts';
import type { CallFacts } from '../storage/schema.ts';
import {
  type ChangeDeps,
  type ChangeRequest,
  type ChangeResult,
  changeCall,
  type Notify,
} from './change-call.ts';
import { checkEntry } from './check-entry.ts';
import { factsRow } from './facts-row.ts';
import { lookUp } from './look-up.ts';
import type { RecordedCall } from './recorded-call.ts';

/** What a call should have said. Its client never changes (take it back and enter it anew); its kind has its own way. */
export type Correction = Pick<
  CallEntry,
  'occurredAt' | 'addressee' | 'caller' | 'message' | 'quote' | 'wish' | 'urgent' | 'surcharge'
>;

export interface CorrectRequest extends ChangeRequest {
  readonly correction: Correction;
  /** 修正して送信: a supervisor's, of a report that waits in this round. It is sent with it, as the first report. */
  readonly release?: { readonly round: number };
}

/**
 * Corrects a call on record: what was told is told anew as a 訂正報告, and what was still unsent goes out corrected,
 * as the first report. Never counted again (P5); a call that is not reported stays silent (P2). A harassment call whose
 * number was put right moves to the case it belongs to.
 */
export async function correctCall(
  deps: ChangeDeps & { readonly tellChange: TellChange; readonly cases: Pick<Cases, 'rejoin'> },
  request: CorrectRequest,
  notify: Notify,
): Promise<ChangeResult> {
  return await changeCall(
    deps,
    'corrected',
    request,
    async (trx, call) => {
      const { release } = request;
      if (release !== undefined) {
        const review = await lockReview(trx, call.id);
        // P4: a report that was sent meanwhile must not be followed by one that calls itself the first.
        if (!request.by.supervisor || !isOpenAt(review, release.round)) return { type: 'decided', review };
      }
      const entry = entryOf(call, request.correction);
      // A call is no later than its recording, whenever it is corrected.
      const checked = checkEntry(entry, call.recordedAt);
      const problems = [...checked.problems, ...monthProblem(call, entry)];
      if (problems.length > 0) return { type: 'refused', problems };
      const looked = await lookUp(trx, entry);
      if (looked.found === undefined) return { type: 'refused', problems: looked.problems };
      const now = keepSame(call, factsRow(entry, checked.number, looked.found), request.correction.surcharge);
      const fields = Object.keys(now).filter((column) => differs(call, now, column));
      if (fields.length === 0) return { type: 'nothing' };

      const template = looked.found.kind.template;
      let withdrawn: Withdrawn | undefined;
      return {
        type: 'ready',
        now,
        detail: { fields, ...(release && { released: true }) },
        before: async () => {
          if (call.rule.reported) withdrawn = await withdrawReports(trx, call.id, deps.clock());
        },
        after: async (revision) => {
          if (call.rule.counted && fields.some((field) => field.startsWith('surcharge_'))) {
            const surcharge =
              now.surcharge_label === null || now.surcharge_yen === null
                ? null
                : { label: now.surcharge_label, amountYen: now.surcharge_yen };
            await replaceSurcharge(
              trx,
              deps,
              {
                callId: call.id,
                clientId: call.client.id,
                occurredAt: now.occurred_at,
                actor: request.by.id,
                reason: request.reason,
              },
              surcharge,
            );
          }
          if (call.rule.flagged) {
            const flagged = await flaggedCall(trx, call.id, request.by.id);
            await deps.cases.rejoin(trx, flagged, { newNumber: fields.includes('number_e164') });
          }
          const told =
            withdrawn === undefined
              ? NOBODY_TOLD
              : await deps.tellChange.changed(trx, {
                  callId: call.id,
                  clientId: call.client.id,
                  template,
                  urgent: now.urgent,
                  revision,
                  count: null,
                  withdrawn,
                  by: request.by,
                  release: release !== undefined,
                });
          return { told, usage: 'unchanged' };
        },
      };
    },
    notify,
  );
}

/** The call as an entry, so that a correction is checked by the same rules as the first time. */
function entryOf(call: RecordedCall, correction: Correction): CallEntry {
  const { addressee } = correction;
  // Somebody who left the roster since stays who was asked for: the form can only show the name.
  const isSame = addressee?.type === 'member' && addressee.memberId === call.addressee_id;
  return {
    key: '',
    source: 'modal',
    clientId: call.client.id,
    kind: call.kind,
    operator: { id: call.operatorId, name: '' },
    ...correction,
    addressee: isSame ? { type: 'heard', name: call.addressee_name ?? '' } : addressee,
    surcharge:
      correction.surcharge === call.surcharge_code || !call.rule.counted ? null : correction.surcharge,
  };
}

/** The person asked for, and a surcharge, keep what was recorded with them where the correction names the same. */
function keepSame(
  call: RecordedCall,
  now: ReturnType<typeof factsRow>,
  surcharge: string | null,
): ReturnType<typeof factsRow> {
  const { surcharge_code, surcharge_yen, surcharge_label } = call;
  return {
    ...now,
    ...(now.addressee_name === call.addressee_name && {
      addressee_id: call.addressee_id ?? now.addressee_id,
    }),
    ...(surcharge === surcharge_code && { surcharge_code, surcharge_yen, surcharge_label }),
  };
}

function differs(call: RecordedCall, now: ReturnType<typeof factsRow>, column: string): boolean {
  const before = call[column as keyof CallFacts];
  const after = now[column as keyof ReturnType<typeof factsRow>];
  return before instanceof Date && after instanceof Date
    ? before.getTime() !== after.getTime()
    : before !== after;
}

/** A count stays in the month it was made in (P5). */
function monthProblem(call: RecordedCall, entry: CallEntry): readonly EntryProblem[] {
  if (Number.isNaN(entry.occurredAt.getTime())) return [];
  if (jstMonth(entry.occurredAt) === jstMonth(call.occurred_at)) return [];
  return [
    {
      field: 'occurredAt',
      message: '月をまたぐ変更はできません。この受電を取り消し、正しい日時で登録し直してください。',
    },
  ];
}
