import type { ReportPurpose } from './call.ts';
import type { DeliveryState } from './delivery.ts';

/** Whether a report of this purpose asks its reader to say when it is dealt with (対応済み). */
const OFFERED: Readonly<Record<ReportPurpose, boolean>> = {
  initial: true,
  correction: true,
  reminder: true,
  // There is nothing left to do about a retracted call, and a word about a destination is no call.
  retraction: false,
  destination_notice: false,
  // A case is answered, not ticked off.
  case_reminder: false,
  case_message: false,
  statement: false,
  usage_notice: false,
  dispute_answer: false,
  // Its calls were many; one button would not say which.
  digest: false,
};

export function offersDone(purpose: ReportPurpose): boolean {
  return OFFERED[purpose];
}

/** What decides whether a delivery's button or link still works. */
export interface DoneStanding {
  readonly purpose: ReportPurpose;
  readonly state: DeliveryState;
  readonly clientStatus: 'active' | 'paused' | 'ended';
  /** Whether the call is, by now, one that is reported. */
  readonly reported: boolean;
  readonly retracted: boolean;
}

/**
 * Whether the reader of a delivery may still mark its call. A link outlives what it was made for: it is revoked by
 * the end of the contract, by a retraction or a change to a kind that is not reported, and when its delivery was
 * superseded, cancelled or came back, because then somebody else may be reading it (P9). A delivery that is not
 * settled yet counts: who holds its link has it, whatever we know.
 */
export function mayMarkDone(standing: DoneStanding): boolean {
  return (
    offersDone(standing.purpose) &&
    standing.state !== 'cancelled' &&
    standing.state !== 'failed' &&
    standing.clientStatus !== 'ended' &&
    standing.reported &&
    !standing.retracted
  );
}
