import { formatCallTime } from '../domain/calendar.ts';
import type { ReportFacts } from './view.ts';
import { agencyLine, recipientLine } from './wording.ts';

/**
 * A report taken back. It names the report and says nothing of the call: it may have been another client's (P9), so
 * nothing of it is said a second time.
 */
export interface RetractionView {
  /** 「株式会社サンプル商事 御中」. */
  readonly recipient: string;
  readonly receiptNumber: string;
  readonly callTime: string;
  /** The agency's name and telephone number, as its reports are signed. */
  readonly agency: string | null;
}

export function buildRetraction(
  facts: Pick<ReportFacts, 'agency' | 'client' | 'receiptNumber' | 'occurredAt'>,
): RetractionView {
  return {
    recipient: recipientLine(facts.client.name, null),
    receiptNumber: facts.receiptNumber,
    callTime: formatCallTime(facts.occurredAt),
    agency: agencyLine(facts.agency),
  };
}
