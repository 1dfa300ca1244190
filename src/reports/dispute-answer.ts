import { formatCallTime } from '../domain/calendar.ts';
import { DISPUTE_LABELS, type DisputeClaim, type DisputeOutcome, outcomeInWords } from '../domain/dispute.ts';
import { printable } from '../domain/text.ts';
import type { ReportFacts } from './view.ts';
import { agencyLine, recipientLine } from './wording.ts';

/** What a client said about a report, and what was decided. */
export interface DisputeAnswerFacts
  extends Pick<ReportFacts, 'agency' | 'client' | 'receiptNumber' | 'occurredAt'> {
  readonly claim: DisputeClaim;
  readonly outcome: DisputeOutcome;
}

/** Nothing of the call but its number and time, and not the client's own note: more people may read it. */
export interface DisputeAnswerView {
  /** 「株式会社サンプル商事 御中」. */
  readonly recipient: string;
  readonly receiptNumber: string;
  readonly callTime: string;
  /** 「これは営業電話でした」, without the brackets. */
  readonly claim: string;
  /** What was decided, and what it means for the count. */
  readonly outcome: string;
  /** Why nothing changes, in a supervisor's words; null otherwise. */
  readonly reason: string | null;
  /** The agency's name and telephone number, as its reports are signed. */
  readonly agency: string | null;
}

export function buildDisputeAnswer(facts: DisputeAnswerFacts): DisputeAnswerView {
  const { reason } = facts.outcome;
  return {
    recipient: recipientLine(facts.client.name, null),
    receiptNumber: facts.receiptNumber,
    callTime: formatCallTime(facts.occurredAt),
    claim: DISPUTE_LABELS[facts.claim],
    outcome: outcomeInWords(facts.outcome, facts.occurredAt),
    reason: reason === null ? null : printable(reason).trim(),
    agency: agencyLine(facts.agency),
  };
}
