import { formatCallTime } from '../domain/calendar.ts';
import { FIELD_LIMITS, type NumberState, WISH_LABELS, type Wish } from '../domain/call.ts';
import type { KindTemplate } from '../domain/kinds.ts';
import { printableLine } from '../domain/text.ts';
import {
  addresseeName,
  agencyLine,
  callerLine,
  matter,
  monthCount,
  numberLine,
  quoted,
  recipientLine,
  reminderLine,
  soFarText,
  surchargeText,
} from './wording.ts';

/** A call and what belongs to it, as recorded: text is as typed. Whoever reports a call fills this in. */
export interface ReportFacts {
  readonly agency: { readonly name: string; readonly phone: string | null } | null;
  readonly client: { readonly name: string };
  readonly kind: { readonly code: string; readonly label: string; readonly template: KindTemplate };
  readonly receiptNumber: string;
  readonly occurredAt: Date;
  readonly operatorName: string;
  /** The person asked for; `onRoster` is false for a name as heard. null when nobody was named. */
  readonly addressee: { readonly name: string; readonly onRoster: boolean } | null;
  readonly caller: {
    readonly company: string | null;
    readonly name: string | null;
    readonly kana: string | null;
  };
  readonly number:
    | { readonly state: 'given'; readonly display: string; readonly confirmed: boolean }
    | { readonly state: Exclude<NumberState, 'given'> };
  readonly message: string | null;
  readonly quote: string | null;
  readonly wish: Wish | null;
  readonly urgent: boolean;
  readonly surcharge: { readonly label: string; readonly amountYen: number } | null;
  /** The call's ordinal in its JST month and the calls its plan includes (null: no plan). */
  readonly month: { readonly ordinal: number; readonly included: number | null } | null;
  /** Calls of this call's harassment case so far, this one included; null for a call of none. */
  readonly flaggedSoFar: CallsSoFar | null;
  /** Whether the call came although the client had said that forwarding is stopped. */
  readonly stillForwarding?: boolean;
  /** Whether this report says once more what was reported before and is not marked done. */
  readonly reminder?: boolean;
}

/** How many calls, and since when the first came; how many of them within an hour and a day before the newest. */
export interface CallsSoFar {
  readonly count: number;
  readonly since: Date;
  readonly inHour: number;
  readonly inDay: number;
}

/**
 * Everything a template may see, ready to print: control and bidirectional characters are gone, dates and
 * numbers are formatted. Fixed labels always have something to stand before, so that clients who parse them
 * never meet an empty one; `null` marks the lines that a report leaves out.
 */
export interface ReportView {
  /** 「株式会社サンプル商事 山田様」, or 御中 where no one on the roster was asked for. */
  readonly recipient: string;
  readonly receiptNumber: string;
  /** 「2024年6月20日(木) 13:05」 JST. */
  readonly callTime: string;
  /** 「山田様」 or 「なし」. */
  readonly addressee: string;
  /** 「株式会社サンプル 佐藤(サトウ)様」 or 「お名乗りなし」. */
  readonly caller: string;
  /** 「03-5550-0123(復唱確認済)」, 「非通知」 and the like. */
  readonly number: string;
  /** Lines after the first begin with an ideographic space: typed text can never begin a line with a label. */
  readonly message: string;
  /** 「…」 in its brackets. */
  readonly quote: string | null;
  /** 「折り返し希望」 … or 「-」: 「なし」 could be read as "nothing to do". */
  readonly wish: string;
  readonly operator: string;
  /** 「18/20回」, 「18回」 without a plan, 「-」 for a call that is not counted. */
  readonly monthCount: string;
  readonly urgent: boolean;
  readonly kindLabel: string;
  /** 「割増料金 200円(理由: …)」. */
  readonly surcharge: string | null;
  /** 「3件(2024年5月2日(木)以降、今回を含む。直近1時間で2件)」. */
  readonly flaggedSoFar: string | null;
  /** Whether the call came although the client had said that forwarding is stopped. */
  readonly stillForwarding: boolean;
  /** What a reminder says first: that it is one, of which call. */
  readonly reminder: string | null;
  /** The agency's name and telephone number, as its reports are signed. */
  readonly agency: string | null;
}

/** A field longer than the record allows reached a report: whoever recorded the call failed to refuse it. */
export class FieldTooLongError extends Error {
  readonly code = 'reports.field_too_long';
  constructor(field: string, length: number, limit: number) {
    // P10: the length, never the text.
    super(`the call's ${field} has ${length} characters, ${limit} at most; refuse it where it is entered`);
    this.name = 'FieldTooLongError';
  }
}

/**
 * Words a call for its report. Nothing is ever cut: a field beyond `FIELD_LIMITS` throws `FieldTooLongError`.
 */
export function buildView(facts: ReportFacts): ReportView {
  refuseTooLong(facts);
  const { flaggedSoFar, wish } = facts;
  return {
    recipient: recipientLine(facts.client.name, facts.addressee),
    receiptNumber: facts.receiptNumber,
    callTime: formatCallTime(facts.occurredAt),
    addressee: addresseeName(facts.addressee?.name ?? null),
    caller: callerLine(facts.caller),
    number: numberLine(facts.number),
    message: matter(facts.message, facts.kind),
    quote: quoted(facts.quote),
    wish: wish === null ? '-' : WISH_LABELS[wish],
    operator: printableLine(facts.operatorName) || '-',
    monthCount: monthCount(facts.month),
    urgent: facts.urgent,
    kindLabel: printableLine(facts.kind.label),
    surcharge: surchargeText(facts.surcharge),
    flaggedSoFar: soFarText(flaggedSoFar, { thisOne: true }),
    stillForwarding: facts.stillForwarding === true,
    reminder: facts.reminder ? reminderLine(facts.receiptNumber) : null,
    agency: agencyLine(facts.agency),
  };
}

function refuseTooLong(facts: ReportFacts): void {
  const { addressee, caller } = facts;
  const typed: readonly (readonly [keyof typeof FIELD_LIMITS, string | null])[] = [
    ['addressee', addressee && !addressee.onRoster ? addressee.name : null],
    ['company', caller.company],
    ['name', caller.name],
    ['kana', caller.kana],
    ['message', facts.message],
    ['quote', facts.quote],
  ];
  for (const [field, text] of typed) {
    const length = text?.length ?? 0;
    if (length > FIELD_LIMITS[field]) throw new FieldTooLongError(field, length, FIELD_LIMITS[field]);
  }
}
