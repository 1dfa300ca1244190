import type { ReportPurpose } from '../call.ts';
import type { DeliveryState } from '../delivery.ts';
import type { CaseState } from './events.ts';

/** Whether a report of this purpose asks its reader for an answer, if its call is one of a case. */
const ASKS: Readonly<Record<ReportPurpose, boolean>> = {
  initial: true,
  correction: true,
  reminder: true,
  case_reminder: true,
  case_message: true,
  retraction: false,
  usage_notice: false,
  digest: false,
  destination_notice: false,
  statement: false,
  dispute_answer: false,
};

export function asksForAnswer(purpose: ReportPurpose): boolean {
  return ASKS[purpose];
}

/** What decides whether a delivery's buttons, its link or a reply to it are still taken. */
export interface AnswerStanding {
  readonly purpose: ReportPurpose;
  readonly state: DeliveryState;
  readonly clientStatus: 'active' | 'paused' | 'ended';
  /** Null: the call is in no case. */
  readonly caseState: CaseState | null;
}

/**
 * Revoked with the case's end, with the end of the contract, and when the delivery was cancelled or came back,
 * because then somebody else may be reading it (P9). One that is not settled yet counts: who holds it has it.
 */
export function mayAnswer(standing: AnswerStanding): boolean {
  return (
    asksForAnswer(standing.purpose) &&
    standing.state !== 'cancelled' &&
    standing.state !== 'failed' &&
    standing.clientStatus !== 'ended' &&
    standing.caseState !== null &&
    standing.caseState !== 'closed'
  );
}
