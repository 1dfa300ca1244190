import type { Kysely } from 'kysely';
import type { ReportPurpose } from '../domain/call.ts';
import type { CaseEventBody } from '../domain/cases/events.ts';
import { buildCaseMessage, buildCaseReminder, type CaseNoticeFacts } from '../reports/case-notice.ts';
import type { ReportContent } from '../reports/content.ts';
import { buildCorrection, changesBetween } from '../reports/correction.ts';
import { buildDestinationNotice } from '../reports/destination-notice.ts';
import { buildDigest } from '../reports/digest.ts';
import { buildDisputeAnswer } from '../reports/dispute-answer.ts';
import { buildRetraction } from '../reports/retraction.ts';
import type { StatementView } from '../reports/statement.ts';
import { buildUsageNotice } from '../reports/usage-notice.ts';
import { buildView, type ReportFacts } from '../reports/view.ts';
import { type CallFacts, type CallSnapshot, CHANGEABLE, type Schema } from '../storage/schema.ts';
import { callsSoFar, stillForwarding } from './calls-so-far.ts';
import { digestCalls } from './digest/digest-calls.ts';

/** A report in the words of its recorded facts: what every rendering of it starts from. */
export interface LoadedReport {
  readonly content: ReportContent;
  readonly purpose: ReportPurpose;
  readonly urgent: boolean;
  /** Whether its call belongs to a harassment case. */
  readonly ofCase: boolean;
}

/** `asOf`: as its call was at that revision; as it is now unless given. */
export async function loadReport(
  trx: Kysely<Schema>,
  reportId: string,
  asOf?: number,
): Promise<LoadedReport> {
  const { content } = await trx
    .selectFrom('reports')
    .select('content')
    .where('id', '=', reportId)
    .executeTakeFirstOrThrow();
  // A statement was worded when it was made, from a month that never changes (P5).
  if (content !== null) {
    const view = content as unknown as StatementView;
    return { content: { template: 'statement', view }, purpose: 'statement', urgent: false, ofCase: false };
  }
  return await loadCallReport(trx, reportId, asOf);
}

async function loadCallReport(
  trx: Kysely<Schema>,
  reportId: string,
  asOf: number | undefined,
): Promise<LoadedReport> {
  const row = await trx
    .selectFrom('reports as r')
    .innerJoin('calls as c', 'c.id', 'r.call_id')
    .innerJoin('clients as client', 'client.id', 'r.client_id')
    .innerJoin('kinds as kind', 'kind.code', 'c.kind')
    .leftJoin('agency', (join) => join.onTrue())
    .leftJoin('deliveries as lost', 'lost.id', 'r.about_delivery')
    .leftJoin('case_events as about', (join) =>
      join.onRef('about.case_id', '=', 'r.case_id').onRef('about.seq', '=', 'r.case_seq'),
    )
    .leftJoin('usage_warnings as usage', (join) =>
      join
        .onRef('usage.client_id', '=', 'r.client_id')
        .onRef('usage.month', '=', 'r.usage_month')
        .onRef('usage.percent', '=', 'r.usage_percent'),
    )
    .leftJoin('disputes as dispute', 'dispute.id', 'r.about_dispute')
    .leftJoin('case_calls as joined', 'joined.call_id', 'c.id')
    .select([
      'r.created_at',
      'about.body as case_event',
      'usage.month as usage_month',
      'usage.percent as usage_percent',
      'usage.figures as usage_figures',
      stillForwarding.as('still_forwarding'),
      'r.purpose',
      'r.digest_part',
      'c.revision as call_revision',
      'joined.case_id',
      'r.changed_from',
      'r.month_count',
      'r.month_included',
      'c.id as call_id',
      'c.client_id',
      'c.rule',
      'c.receipt_number',
      'c.occurred_at',
      'c.recorded_at',
      'c.operator_name',
      'c.addressee_id',
      'c.addressee_name',
      'c.caller_company',
      'c.caller_name',
      'c.caller_kana',
      'c.number_state',
      'c.number_display',
      'c.number_confirmed',
      'c.message',
      'c.quote',
      'c.wish',
      'c.urgent',
      'c.surcharge_label',
      'c.surcharge_yen',
      'client.name as client_name',
      'kind.code as kind_code',
      'kind.label as kind_label',
      'kind.template as kind_template',
      'agency.profile',
      'lost.channel as lost_channel',
      'lost.address as lost_address',
      'dispute.claim',
      'dispute.decision',
      'dispute.decided_at',
      'dispute.reason',
      'dispute.credit_month',
      'dispute.credit_yen',
    ])
    .where('r.id', '=', reportId)
    .executeTakeFirstOrThrow();
  const agency = row.profile && { name: row.profile.name, phone: row.profile.phone };
  const client = { name: row.client_name };
  const receiptNumber = row.receipt_number;
  if (row.lost_channel !== null && row.lost_address !== null) {
    const { lost_channel: channel, lost_address: address } = row;
    const view = buildDestinationNotice({ agency, client, channel, address, receiptNumber });
    // Never urgent: the report itself went its own way, and this must not overtake another's (P8).
    return {
      content: { template: 'destination-notice', view },
      purpose: row.purpose,
      urgent: false,
      ofCase: false,
    };
  }
  if (row.usage_figures !== null && row.usage_month !== null && row.usage_percent !== null) {
    const { usage_figures: figures, usage_percent: percent } = row;
    const month = row.usage_month.slice(0, 7);
    const view = buildUsageNotice({ agency, client, month, percent, figures });
    return {
      content: { template: 'usage-notice', view },
      purpose: row.purpose,
      urgent: false,
      ofCase: false,
    };
  }
  if (row.claim !== null) {
    const { claim, decision, decided_at: decidedAt, reason, credit_month: month } = row;
    if (decision === null || decidedAt === null) throw new Error('an answer before its decision');
    const creditMonth = month === null ? null : month.slice(0, 7);
    const outcome = { decision, decidedAt, reason, creditMonth, creditYen: row.credit_yen ?? 0 };
    const view = buildDisputeAnswer({
      agency,
      client,
      receiptNumber,
      occurredAt: row.occurred_at,
      claim,
      outcome,
    });
    return {
      content: { template: 'dispute-answer', view },
      purpose: row.purpose,
      urgent: false,
      ofCase: false,
    };
  }
  if (row.purpose === 'digest') {
    const { calls, cutAt } = await digestCalls(trx, reportId, loadReport);
    const at = cutAt ?? row.created_at;
    const view = buildDigest({ agency, client, at, part: row.digest_part, calls });
    return { content: { template: 'digest', view }, purpose: row.purpose, urgent: false, ofCase: false };
  }
  const number = numberOf(row);
  if (row.case_event !== null) {
    const facts = {
      agency,
      client,
      receiptNumber,
      occurredAt: row.occurred_at,
      number,
      kind: { label: row.kind_label },
      flaggedSoFar: await callsSoFar(trx, row, row.created_at),
    };
    return {
      content: caseNotice(facts, row.case_event),
      purpose: row.purpose,
      urgent: false,
      ofCase: row.case_id !== null,
    };
  }
  const now = {
    agency,
    client,
    receiptNumber,
    operatorName: row.operator_name,
    month: row.month_count === null ? null : { ordinal: row.month_count, included: row.month_included },
    flaggedSoFar: row.rule.flagged ? await callsSoFar(trx, row, row.recorded_at) : null,
    stillForwarding: row.still_forwarding,
    reminder: row.purpose === 'reminder',
    kind: { code: row.kind_code, label: row.kind_label, template: row.kind_template },
    ...told(row),
    ...(asOf !== undefined && asOf < row.call_revision ? await factsBefore(trx, row.call_id, asOf) : {}),
  };
  // A withdrawal must not be slower than the report it withdraws.
  const { urgent, purpose } = row;
  const ofCase = row.case_id !== null;
  switch (row.purpose) {
    case 'correction': {
      const before = await factsBefore(trx, row.call_id, row.changed_from ?? 1);
      const view = buildCorrection(now, { ...now, ...before });
      return { content: { template: 'correction', view }, purpose, urgent, ofCase };
    }
    case 'retraction':
      return { content: { template: 'retraction', view: buildRetraction(now) }, purpose, urgent, ofCase };
    case 'initial':
    case 'reminder':
    case 'destination_notice':
    case 'case_reminder':
    case 'case_message':
    // Loaded above: it is of no call.
    case 'statement':
    case 'usage_notice':
    case 'dispute_answer':
      return { content: { template: now.kind.template, view: buildView(now) }, purpose, urgent, ofCase };
    default:
      return row.purpose satisfies never;
  }
}

type Told = Pick<
  ReportFacts,
  'occurredAt' | 'addressee' | 'caller' | 'number' | 'message' | 'quote' | 'wish' | 'urgent' | 'surcharge'
>;

/** The part of a report that a change of its call can alter, the kind aside. */
function told(row: Omit<CallFacts, 'kind' | 'rule' | 'number_raw' | 'number_e164' | 'surcharge_code'>): Told {
  return {
    occurredAt: row.occurred_at,
    addressee:
      row.addressee_name === null ? null : { name: row.addressee_name, onRoster: row.addressee_id !== null },
    caller: { company: row.caller_company, name: row.caller_name, kana: row.caller_kana },
    number: numberOf(row),
    message: row.message,
    quote: row.quote,
    wish: row.wish,
    urgent: row.urgent,
    surcharge:
      row.surcharge_label === null || row.surcharge_yen === null
        ? null
        : { label: row.surcharge_label, amountYen: row.surcharge_yen },
  };
}

function numberOf(
  row: Pick<CallFacts, 'number_state' | 'number_display' | 'number_confirmed'>,
): ReportFacts['number'] {
  return row.number_state === 'given'
    ? { state: 'given', display: row.number_display ?? '', confirmed: row.number_confirmed }
    : { state: row.number_state };
}

function caseNotice(facts: CaseNoticeFacts, event: CaseEventBody): ReportContent {
  switch (event.type) {
    case 'reminded':
      return { template: 'case-reminder', view: buildCaseReminder(facts, event.number) };
    case 'asked_client':
      return { template: 'case-message', view: buildCaseMessage(facts, event.message) };
    default:
      throw new Error(`nothing is told of a case's ${event.type}`);
  }
}

/** A call at a revision that is not its newest: as kept with the change that ended it. */
export async function callBefore(
  trx: Kysely<Schema>,
  callId: string,
  revision: number,
): Promise<CallSnapshot> {
  const { before } = await trx
    .selectFrom('call_changes')
    .select('before')
    .where('call_id', '=', callId)
    .where('revision', '>', revision)
    .orderBy('revision')
    .limit(1)
    .executeTakeFirstOrThrow();
  return before;
}

/** What a report of a call said at an earlier revision. */
async function factsBefore(
  trx: Kysely<Schema>,
  callId: string,
  revision: number,
): Promise<Told & Pick<ReportFacts, 'kind'>> {
  const before = await callBefore(trx, callId, revision);
  return {
    ...told({ ...before, occurred_at: new Date(before.occurred_at) }),
    kind: await kindOf(trx, before.kind),
  };
}

async function kindOf(trx: Kysely<Schema>, code: string): Promise<ReportFacts['kind']> {
  return await trx
    .selectFrom('kinds')
    .select(['code', 'label', 'template'])
    .where('code', '=', code)
    .executeTakeFirstOrThrow();
}

/** What a reader who knew a call as of `revision` would see differently now. */
export async function shownChanges(
  trx: Kysely<Schema>,
  callId: string,
  revision: number,
): Promise<readonly string[]> {
  const call = await trx
    .selectFrom('calls')
    .select(CHANGEABLE)
    .where('id', '=', callId)
    .executeTakeFirstOrThrow();
  const same = {
    agency: null,
    client: { name: '' },
    receiptNumber: '',
    operatorName: '',
    month: null,
    flaggedSoFar: null,
    reminder: false,
  };
  return changesBetween(
    { ...same, ...(await factsBefore(trx, callId, revision)) },
    { ...same, ...told(call), kind: await kindOf(trx, call.kind) },
  );
}
