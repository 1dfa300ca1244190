import { countCall } from '../billing/count-call.ts';
import { creditCall } from '../billing/credit-call.ts';
import { NOBODY_TOLD, type TellChange } from '../delivery/tell-change.ts';
import { type Withdrawn, withdrawReports } from '../delivery/withdraw.ts';
import { jstDay } from '../domain/calendar.ts';
import type { EntryProblem } from '../domain/call.ts';
import { ruleFor } from '../domain/kinds.ts';
import type { Cases } from '../followup/cases/cases.ts';
import { flaggedCall } from '../followup/cases/flagged-call.ts';
import { planReminder } from '../followup/plan-reminder.ts';
import { loadKinds } from '../rulebook/kinds.ts';
import {
  type ChangeDeps,
  type ChangeRequest,
  type ChangeResult,
  changeCall,
  type Notify,
} from './change-call.ts';

/**
 * Gives a call another kind, by the rule in force on the day of the call:
 *
 *   not reported → reported   counted and reported now, in the month of the call
 *   reported → not reported   credited; unsent reports are cancelled, and nobody is told anything (P2)
 *   reported → reported       counted as before; told as a correction where somebody knew of it
 *   flagged or not any more   joins its harassment case, or leaves it
 */
export async function reclassifyCall(
  deps: ChangeDeps & {
    readonly tellChange: TellChange;
    readonly cases: Pick<Cases, 'join' | 'leave'>;
  },
  request: ChangeRequest & { readonly kind: string },
  notify: Notify,
): Promise<ChangeResult> {
  return await changeCall(
    deps,
    'reclassified',
    request,
    async (trx, call) => {
      const { kinds, rules } = await loadKinds(trx);
      const kind = kinds.find(({ code }) => code === request.kind);
      const day = jstDay(call.occurred_at);
      const rule = kind && ruleFor(rules, { kind: kind.code, clientId: call.client.id, day });
      if (kind === undefined || rule === undefined) {
        return refused('この種別は使えません。一覧から選び直してください。');
      }
      if (kind.code === call.kind) return refused('今の種別と同じです。別の種別を選んでください。');
      const { status, reminders } = await trx
        .selectFrom('clients')
        .select(['status', 'reminders'])
        .where('id', '=', call.client.id)
        .executeTakeFirstOrThrow();
      if (status === 'ended' && rule.reported) {
        return refused('契約が終了した顧客には報告できません。管理者へご連絡ください。');
      }

      let withdrawn: Withdrawn | undefined;
      return {
        type: 'ready',
        now: {
          kind: kind.code,
          rule,
          // A call that is not counted costs nothing (P2).
          ...(!rule.counted && { surcharge_code: null, surcharge_yen: null, surcharge_label: null }),
        },
        detail: { kind: { was: call.kind, now: kind.code } },
        before: async () => {
          withdrawn = await withdrawReports(trx, call.id, deps.clock(), { leavesCase: !rule.flagged });
        },
        after: async (revision) => {
          const change = { callId: call.id, actor: request.by.id, reason: request.reason };
          const count =
            rule.counted && !call.rule.counted
              ? await countCall(trx, deps, {
                  ...change,
                  clientId: call.client.id,
                  occurredAt: call.occurred_at,
                  surcharge: null,
                })
              : null;
          if (rule.flagged) await deps.cases.join(trx, await flaggedCall(trx, call.id, request.by.id));
          else await deps.cases.leave(trx, { ...change, why: 'reclassified' });
          const credited = rule.counted ? 0 : await creditCall(trx, deps, change);
          const told =
            rule.reported && withdrawn !== undefined
              ? await deps.tellChange.changed(trx, {
                  callId: call.id,
                  clientId: call.client.id,
                  template: kind.template,
                  urgent: call.urgent,
                  revision,
                  count,
                  withdrawn,
                  by: request.by,
                })
              : NOBODY_TOLD;
          if (!call.rule.reported && told.reports > 0) {
            await planReminder(trx, {
              callId: call.id,
              settings: reminders,
              number: 1,
              urgent: call.urgent,
              recordedAt: call.recordedAt,
              since: deps.clock(),
            });
          }
          return { told, usage: count !== null ? 'counted' : credited > 0 ? 'credited' : 'unchanged' };
        },
      };
    },
    notify,
  );
}

function refused(message: string): {
  readonly type: 'refused';
  readonly problems: readonly EntryProblem[];
} {
  return { type: 'refused', problems: [{ field: 'kind', message }] };
}
