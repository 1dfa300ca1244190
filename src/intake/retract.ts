import { creditCall } from '../billing/credit-call.ts';
import { NOBODY_TOLD, type TellChange } from '../delivery/tell-change.ts';
import { type Withdrawn, withdrawReports } from '../delivery/withdraw.ts';
import type { Cases } from '../followup/cases/cases.ts';
import {
  type ChangeDeps,
  type ChangeRequest,
  type ChangeResult,
  changeCall,
  type Notify,
} from './change-call.ts';

/**
 * Takes a call back for good. What was unsent is cancelled silently; where a report arrived, or may have, a short
 * 取消 follows. Its count and surcharge are credited, and it leaves its harassment case. A call that is not reported
 * goes as silently as it came (P2).
 */
export async function retractCall(
  deps: ChangeDeps & { readonly tellChange: TellChange; readonly cases: Pick<Cases, 'leave'> },
  request: ChangeRequest,
  notify: Notify,
): Promise<ChangeResult> {
  return await changeCall(
    deps,
    'retracted',
    request,
    async (trx, call) => {
      const now = deps.clock();
      let withdrawn: Withdrawn | undefined;
      return {
        type: 'ready',
        now: { retracted_at: now },
        detail: {},
        before: async () => {
          withdrawn = await withdrawReports(trx, call.id, now, { leavesCase: true });
        },
        after: async () => {
          const credited = await creditCall(trx, deps, {
            callId: call.id,
            actor: request.by.id,
            reason: request.reason,
          });
          await deps.cases.leave(trx, { callId: call.id, why: 'retracted', actor: request.by.id });
          const told =
            call.rule.reported && withdrawn !== undefined
              ? await deps.tellChange.retracted(trx, {
                  callId: call.id,
                  clientId: call.client.id,
                  urgent: call.urgent,
                  withdrawn,
                })
              : NOBODY_TOLD;
          return { told, usage: credited > 0 ? 'credited' : 'unchanged' };
        },
      };
    },
    notify,
  );
}
