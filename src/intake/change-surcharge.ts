import { replaceSurcharge } from '../billing/credit-call.ts';
import { NOBODY_TOLD, type TellChange } from '../delivery/tell-change.ts';
import { type Withdrawn, withdrawReports } from '../delivery/withdraw.ts';
import { jstDay } from '../domain/calendar.ts';
import type { EntryProblem } from '../domain/call.ts';
import { loadKinds } from '../rulebook/kinds.ts';
import { type SurchargeRange, surchargeRanges } from '../rulebook/surcharges.ts';
import {
  type ChangeDeps,
  type ChangeRequest,
  type ChangeResult,
  changeCall,
  type Notify,
} from './change-call.ts';
import type { RecordedCall } from './recorded-call.ts';

/** What a call shall cost extra. */
export interface NewSurcharge {
  /** Of a reason in force on the day of the call. */
  readonly code: string;
  /** Yen, within the reason's range. */
  readonly amountYen: number;
}

/**
 * Gives a counted call another surcharge: the old one is reversed and the new one booked (P5), and whoever was told
 * the old amount gets a 訂正報告. Supervisors only, and only within the range of the reason.
 */
export async function changeSurcharge(
  deps: ChangeDeps & { readonly tellChange: TellChange },
  request: ChangeRequest & { readonly surcharge: NewSurcharge },
  notify: Notify,
): Promise<ChangeResult> {
  return await changeCall(
    deps,
    'corrected',
    request,
    async (trx, call) => {
      if (!request.by.supervisor) return refused('割増料金の金額は、管理者だけが変更できます。');
      const reasons = await surchargeRanges(trx, jstDay(call.occurred_at));
      const surcharge = within(call, reasons, request.surcharge);
      if ('refused' in surcharge) return refused(surcharge.refused);
      const before = call.surcharge_yen;
      if (surcharge.code === call.surcharge_code && surcharge.amountYen === before)
        return { type: 'nothing' };
      const { kinds } = await loadKinds(trx);
      const template = kinds.find(({ code }) => code === call.kind)?.template;
      if (template === undefined) return refused('この受電の種別が見つかりません。管理者へご連絡ください。');

      let withdrawn: Withdrawn | undefined;
      return {
        type: 'ready',
        now: {
          surcharge_code: surcharge.code,
          surcharge_yen: surcharge.amountYen,
          surcharge_label: surcharge.label,
        },
        detail: {
          fields: ['surcharge'],
          surcharge: {
            was: { code: call.surcharge_code, yen: before },
            now: { code: surcharge.code, yen: surcharge.amountYen },
          },
        },
        before: async () => {
          if (call.rule.reported) withdrawn = await withdrawReports(trx, call.id, deps.clock());
        },
        after: async (revision) => {
          const change = { callId: call.id, actor: request.by.id, reason: request.reason };
          await replaceSurcharge(
            trx,
            deps,
            { ...change, clientId: call.client.id, occurredAt: call.occurred_at },
            surcharge,
          );
          const told =
            withdrawn === undefined
              ? NOBODY_TOLD
              : await deps.tellChange.changed(trx, {
                  callId: call.id,
                  clientId: call.client.id,
                  template,
                  urgent: call.urgent,
                  revision,
                  count: null,
                  withdrawn,
                  by: request.by,
                });
          return { told, usage: 'unchanged' };
        },
      };
    },
    notify,
  );
}

/** The surcharge as it is booked, or why it cannot be. */
function within(
  call: RecordedCall,
  reasons: readonly SurchargeRange[],
  { code, amountYen }: NewSurcharge,
): (NewSurcharge & { readonly label: string }) | { readonly refused: string } {
  if (!call.rule.counted) return { refused: 'この受電は回数に入れないため、割増料金はかかりません。' };
  const reason = reasons.find((candidate) => candidate.code === code);
  if (reason === undefined)
    return { refused: 'この割増料金の理由は使えません。一覧から選び直してください。' };
  const { minYen, maxYen } = reason;
  if (!Number.isSafeInteger(amountYen) || amountYen < minYen || amountYen > maxYen) {
    return { refused: `「${reason.label}」の割増料金は${inYen(minYen)}から${inYen(maxYen)}までです。` };
  }
  // A reason that was renamed since is still the one the client was told.
  const label = code === call.surcharge_code ? (call.surcharge_label ?? reason.label) : reason.label;
  return { code, amountYen, label };
}

function inYen(yen: number): string {
  return `${yen.toLocaleString('ja-JP')}円`;
}

function refused(message: string): {
  readonly type: 'refused';
  readonly problems: readonly EntryProblem[];
} {
  return { type: 'refused', problems: [{ field: 'surcharge', message }] };
}
