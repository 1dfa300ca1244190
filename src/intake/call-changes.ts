import type { TellChange } from '../delivery/tell-change.ts';
import { storable, textOrNull } from '../domain/text.ts';
import type { Cases } from '../followup/cases/cases.ts';
import type { ChangeDeps, ChangeRequest, ChangeResult, Notify } from './change-call.ts';
import { changeSurcharge, type NewSurcharge } from './change-surcharge.ts';
import { type CorrectRequest, correctCall } from './correct.ts';
import { reclassifyCall } from './reclassify.ts';
import { type RecordedCall, recordedCall } from './recorded-call.ts';
import { retractCall } from './retract.ts';

/** What can be done with a call on record. Each resolves after the commit and throws when the database does. */
export interface CallChanges {
  find(callId: string): Promise<RecordedCall | undefined>;
  correct(request: CorrectRequest, notify?: Notify): Promise<ChangeResult>;
  retract(request: ChangeRequest, notify?: Notify): Promise<ChangeResult>;
  reclassify(request: ChangeRequest & { readonly kind: string }, notify?: Notify): Promise<ChangeResult>;
  /** Another amount or reason, within the reason's range; supervisors only. */
  surcharge(
    request: ChangeRequest & { readonly surcharge: NewSurcharge },
    notify?: Notify,
  ): Promise<ChangeResult>;
}

export function createCallChanges(
  deps: ChangeDeps & {
    readonly tellChange: TellChange;
    readonly cases: Pick<Cases, 'join' | 'leave' | 'rejoin'>;
    /** Called after the commit: there may be something to send. A hint, never awaited (P7). */
    readonly wake: () => void;
  },
): CallChanges {
  const awake = async (change: Promise<ChangeResult>): Promise<ChangeResult> => {
    const result = await change;
    if (result.type === 'changed') deps.wake();
    return result;
  };
  const nobody: Notify = () => [];
  /** As the database can keep it; null when nothing was said. */
  const clean = <R extends ChangeRequest>(request: R): R => {
    const reason = textOrNull(request.reason);
    return { ...request, reason: reason === null ? null : storable(reason) };
  };
  return {
    find: (callId) => recordedCall(deps.db, callId),
    correct: (request, notify = nobody) => awake(correctCall(deps, clean(request), notify)),
    retract: (request, notify = nobody) => awake(retractCall(deps, clean(request), notify)),
    reclassify: (request, notify = nobody) => awake(reclassifyCall(deps, clean(request), notify)),
    surcharge: (request, notify = nobody) => awake(changeSurcharge(deps, clean(request), notify)),
  };
}
