import { FIELD_LIMITS } from '../domain/call.ts';
import { REASON_LIMIT } from '../domain/change.ts';
import type { DisputeOutcome } from '../domain/dispute.ts';
import type { ReportTemplate } from '../domain/kinds.ts';
import { CHANNEL_NAMES } from '../domain/outcome.ts';
import { buildCaseMessage, buildCaseReminder } from './case-notice.ts';
import type { ReportContent } from './content.ts';
import { buildCorrection } from './correction.ts';
import { buildDestinationNotice, type DestinationNoticeFacts } from './destination-notice.ts';
import { digestSamples } from './digest-samples.ts';
import { buildDisputeAnswer } from './dispute-answer.ts';
import { HOSTILE_TEXT } from './hostile-text.ts';
import { buildRetraction } from './retraction.ts';
import { statementSamples } from './statement-samples.ts';
import { usageSamples } from './usage-samples.ts';
import { buildView, type ReportFacts } from './view.ts';

/*
 * Views every template must render before a single report goes out: an everyday call, one with nothing filled
 * in, ones with every field as long as it may be, and one with everything that could be taken for markup.
 */

export { HOSTILE_TEXT };

export interface Sample {
  readonly name: string;
  readonly view: ReportContent['view'];
  /** Whether reports of this kind offer to be marked done; the template must then print how. */
  readonly done?: boolean;
  /** Whether they offer to be answered, when their call belongs to a case; the template must then print how. */
  readonly answer?: boolean;
  /** Whether they have a page; the template must then print where. */
  readonly page?: boolean;
}

const EVERYDAY: ReportFacts = {
  agency: { name: '電話代行サンプル', phone: '03-5550-0100' },
  client: { name: '株式会社サンプル商事' },
  kind: { code: 'message', label: '用件', template: 'message' },
  receiptNumber: '20240620-0012',
  occurredAt: new Date('2024-06-20T04:05:00Z'),
  operatorName: '鈴木',
  addressee: { name: '山田', onRoster: true },
  caller: { company: '株式会社サンプル', name: '佐藤', kana: 'サトウ' },
  number: { state: 'given', display: '03-5550-0123', confirmed: true },
  message: '見積書の件',
  quote: '週明けまでにお願いします',
  wish: 'call_back',
  urgent: true,
  surcharge: { label: '長時間の通話', amountYen: 200 },
  month: { ordinal: 18, included: 20 },
  flaggedSoFar: { count: 3, since: new Date('2024-05-02T01:00:00Z'), inHour: 2, inDay: 2 },
};

const EMPTY: ReportFacts = {
  ...EVERYDAY,
  agency: null,
  addressee: null,
  caller: { company: null, name: null, kana: null },
  number: { state: 'withheld' },
  message: null,
  quote: null,
  wish: null,
  urgent: false,
  surcharge: null,
  month: null,
  flaggedSoFar: null,
};

/** The longest name of a client, an operator or an agency that reports are made for. */
const LONGEST_NAME = 200;
/** RFC 5321: the longest mail address; rooms and channels have shorter ones. */
const LONGEST_ADDRESS = 254;

function filled(character: string): ReportFacts {
  const text = (limit: number) => character.repeat(Math.floor(limit / character.length));
  return {
    ...EVERYDAY,
    agency: { name: text(LONGEST_NAME), phone: '03-5550-0100' },
    client: { name: text(LONGEST_NAME) },
    kind: { ...EVERYDAY.kind, code: 'other', label: text(FIELD_LIMITS.name) },
    operatorName: text(LONGEST_NAME),
    addressee: { name: text(FIELD_LIMITS.addressee), onRoster: true },
    caller: {
      company: text(FIELD_LIMITS.company),
      name: text(FIELD_LIMITS.name),
      kana: text(FIELD_LIMITS.kana),
    },
    number: { state: 'given', display: text(FIELD_LIMITS.number), confirmed: false },
    message: text(FIELD_LIMITS.message),
    quote: text(FIELD_LIMITS.quote),
    surcharge: { label: text(FIELD_LIMITS.name), amountYen: 99_999 },
    reminder: true,
  };
}

function hostile(): ReportFacts {
  const text = (limit: number) => HOSTILE_TEXT.slice(0, limit);
  const facts = filled(HOSTILE_TEXT);
  return {
    ...facts,
    addressee: { name: text(FIELD_LIMITS.addressee), onRoster: true },
    caller: {
      company: text(FIELD_LIMITS.company),
      name: text(FIELD_LIMITS.name),
      kana: text(FIELD_LIMITS.kana),
    },
    number: { state: 'given', display: text(FIELD_LIMITS.number), confirmed: false },
  };
}

/** The views a template is tried with: of calls, or of destinations for the one that is about them. */
export function samplesOf(template: ReportTemplate): readonly Sample[] {
  switch (template) {
    case 'destination-notice':
      return destinationSamples();
    case 'correction':
      return correctionSamples();
    case 'retraction':
      return callFacts().map(([name, facts]) => ({ name, view: buildRetraction(facts) }));
    case 'case-reminder':
      return callFacts().map(([name, facts]) => ({ name, view: buildCaseReminder(facts, 3), answer: true }));
    case 'case-message':
      return callFacts().flatMap(([name, facts]) =>
        (['stop_forwarding', 'propose_suspension'] as const).map((message) => ({
          name: `${name}, ${message}`,
          view: buildCaseMessage(facts, message),
          answer: true,
        })),
      );
    case 'statement':
      return statementSamples().map(([name, view]) => ({ name, view, page: true }));
    case 'digest':
      return digestSamples(callFacts());
    case 'usage-notice':
      return usageSamples();
    case 'dispute-answer':
      return disputeSamples();
    case 'message':
    case 'unsure':
    case 'flagged':
      return callSamples(template === 'flagged');
    default:
      return template satisfies never;
  }
}

/** Everything changed from nothing filled in, and back; and one thing alone. */
function correctionSamples(): readonly Sample[] {
  return callFacts().flatMap(([name, facts]) =>
    (['message', 'unsure', 'flagged'] as const).flatMap((template) => {
      const now = { ...facts, kind: { ...facts.kind, template } };
      const offered = { done: true, answer: template === 'flagged' };
      return [
        { name: `${name}, ${template}, all of it new`, view: buildCorrection(now, EMPTY), ...offered },
        {
          name: `${name}, ${template}, one thing new`,
          view: buildCorrection({ ...now, urgent: false }, { ...now, urgent: true }),
          ...offered,
        },
      ];
    }),
  );
}

function destinationSamples(): readonly Sample[] {
  const everyday: Omit<DestinationNoticeFacts, 'channel'> = {
    agency: EVERYDAY.agency,
    client: EVERYDAY.client,
    address: 'soumu@acme.example',
    receiptNumber: EVERYDAY.receiptNumber,
  };
  const facts: readonly (readonly [string, Omit<DestinationNoticeFacts, 'channel'>])[] = [
    ['an everyday destination', everyday],
    ['no agency', { ...everyday, agency: null }],
    [
      'the longest text',
      {
        ...everyday,
        agency: { name: '漢'.repeat(LONGEST_NAME), phone: '03-5550-0100' },
        client: { name: '漢'.repeat(LONGEST_NAME) },
        address: 'a'.repeat(LONGEST_ADDRESS),
      },
    ],
    [
      'text that looks like markup',
      {
        ...everyday,
        agency: { name: HOSTILE_TEXT, phone: null },
        client: { name: HOSTILE_TEXT },
        address: HOSTILE_TEXT,
      },
    ],
  ];
  return facts.flatMap(([name, base]) =>
    CHANNEL_NAMES.map((channel) => ({
      name: `${name} of ${channel}`,
      view: buildDestinationNotice({ ...base, channel }),
    })),
  );
}

/** Every decision, in an open month and a closed one, with a reason as long as it may be. */
function disputeSamples(): readonly Sample[] {
  const decidedAt = new Date('2024-07-01T01:00:00Z');
  const nothing = { decidedAt, reason: null, creditMonth: null, creditYen: 0 };
  const kept = (reason: string) => ({ ...nothing, decision: 'kept' as const, reason });
  const outcomes: readonly (readonly [string, DisputeOutcome])[] = [
    ['credited', { ...nothing, decision: 'credited', creditMonth: '2024-06' }],
    ['credited later', { ...nothing, decision: 'credited', creditMonth: '2024-07', creditYen: 999_999 }],
    ['corrected', { ...nothing, decision: 'corrected' }],
    ['kept', kept('漢'.repeat(REASON_LIMIT))],
    ['kept, text that looks like markup', kept(HOSTILE_TEXT.slice(0, REASON_LIMIT))],
  ];
  return callFacts().flatMap(([name, facts]) =>
    outcomes.map(([decision, outcome]) => ({
      name: `${name}, ${decision}`,
      view: buildDisputeAnswer({ ...facts, claim: 'sales', outcome }),
    })),
  );
}

function callSamples(answer: boolean): readonly Sample[] {
  return callFacts().flatMap(([name, base]) =>
    [true, false].map((urgent) => ({
      name: `${name}${urgent ? ', urgent' : ''}`,
      view: buildView({ ...base, urgent, stillForwarding: urgent }),
      done: true,
      answer,
    })),
  );
}

function callFacts(): readonly (readonly [string, ReportFacts])[] {
  return [
    ['an everyday call', EVERYDAY],
    ['nothing filled in', EMPTY],
    ['the longest Japanese text', filled('漢')],
    ['the longest text of emoji', filled('\u{1f600}')],
    ['the longest text of ampersands', filled('&')],
    ['the longest text of quotation marks', filled('"')],
    ['the longest text of short lines', filled('a\n')],
    ['text that looks like markup', hostile()],
  ];
}
