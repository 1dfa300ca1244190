import { formatCallTime } from '../domain/calendar.ts';
import { printableLine } from '../domain/text.ts';
import type { ReportFacts } from './view.ts';
import { agencyLine, numberLine, recipientLine, soFarText } from './wording.ts';

/** A harassment case by its newest call, for what the client is told about it besides the calls themselves. */
export interface CaseNoticeFacts
  extends Pick<
    ReportFacts,
    'agency' | 'client' | 'receiptNumber' | 'occurredAt' | 'number' | 'flaggedSoFar'
  > {
  readonly kind: { readonly label: string };
}

/** What both have: the case, and nothing of what was said, because more people read it than the report. */
interface CaseNoticeView {
  /** 「株式会社サンプル商事 御中」. */
  readonly recipient: string;
  readonly kindLabel: string;
  /** Of the newest call. */
  readonly receiptNumber: string;
  readonly callTime: string;
  readonly number: string;
  /** 「3件(2024年5月2日(木)以降)」. */
  readonly callsSoFar: string;
  /** The agency's name and telephone number, as its reports are signed. */
  readonly agency: string | null;
}

/** Asks once more for the answer. */
export interface CaseReminderView extends CaseNoticeView {
  /** 「2回目」: how often it was asked for. */
  readonly time: string;
}

/** A ready-made message of a supervisor: exactly one of the two. */
export interface CaseMessageView extends CaseNoticeView {
  /** 転送停止のお願い. */
  readonly stopForwarding: boolean;
  /** ご契約の休止のご相談. */
  readonly proposeSuspension: boolean;
}

export function buildCaseReminder(facts: CaseNoticeFacts, number: number): CaseReminderView {
  return { ...buildNotice(facts), time: `${number}回目` };
}

export function buildCaseMessage(
  facts: CaseNoticeFacts,
  message: 'stop_forwarding' | 'propose_suspension',
): CaseMessageView {
  return {
    ...buildNotice(facts),
    stopForwarding: message === 'stop_forwarding',
    proposeSuspension: message === 'propose_suspension',
  };
}

function buildNotice(facts: CaseNoticeFacts): CaseNoticeView {
  return {
    recipient: recipientLine(facts.client.name, null),
    kindLabel: printableLine(facts.kind.label),
    receiptNumber: facts.receiptNumber,
    callTime: formatCallTime(facts.occurredAt),
    number: numberLine(facts.number),
    callsSoFar: soFarText(facts.flaggedSoFar, { thisOne: false }) ?? '-',
    agency: agencyLine(facts.agency),
  };
}
