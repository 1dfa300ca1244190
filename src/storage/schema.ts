import type { ColumnType, Generated, JSONColumnType, Selectable } from 'kysely';
import type { AgencyProfile } from '../domain/agency.ts';
import type { UsageFigures, WarnedAt } from '../domain/billing/outlook.ts';
import type { RunFigures } from '../domain/billing/run.ts';
import type { StatementSummary } from '../domain/billing/statement.ts';
import type { Body } from '../domain/body.ts';
import type { NumberState, ReportPurpose, Wish } from '../domain/call.ts';
import type { CaseEventBody, CaseState } from '../domain/cases/events.ts';
import type { DeliveryState } from '../domain/delivery.ts';
import type { DisputeClaim, DisputeDecision } from '../domain/dispute.ts';
import type { KindTemplate, RuleFlags } from '../domain/kinds.ts';
import type { ChannelName, Receipt } from '../domain/outcome.ts';
import type { ReminderSettings } from '../domain/reminders.ts';
import type { ReviewReason, ReviewState } from '../domain/review.ts';
import type { ChatworkTables } from './chatwork-tables.ts';

/** `date` columns cross the driver as `YYYY-MM-DD` text on both backends, so that no local time zone creeps in. */
export type DateText = string;
type Json<T extends object> = JSONColumnType<T, string, string>;

/** Tables as Kysely sees them; migrations are the truth. `timestamptz` is a `Date`, `bigint` a number. */
export interface Schema extends ChatworkTables {
  agency: { id: Generated<boolean>; profile: Json<AgencyProfile>; updated_at: Date };
  kinds: { code: string; label: string; aliases: string[]; template: KindTemplate; position: number };
  surcharge_reasons: {
    code: string;
    effective_from: DateText;
    label: string;
    amount_yen: number;
    min_yen: number;
    max_yen: number;
  };
  plans: {
    code: string;
    effective_from: DateText;
    name: string;
    base_yen: number;
    included_calls: number;
    over_yen: number;
    /** Charged by the day in a month partly under contract (日割り). */
    prorated: Generated<boolean>;
  };
  /** Monthly extras such as a second number, with their prices. */
  extras: {
    code: string;
    effective_from: DateText;
    name: string;
    monthly_yen: number;
    prorated: Generated<boolean>;
  };
  clients: {
    id: string;
    code: string;
    name: string;
    kana: string;
    aliases: string[];
    own_numbers: string[];
    forwarding_numbers: string[];
    status: 'active' | 'paused' | 'ended';
    greeting: string | null;
    operator_notes: string | null;
    search_text: string;
    /** Null: nobody is reminded. */
    reminders: ColumnType<ReminderSettings | null, string | null | undefined, string | null>;
    /** Whether a supervisor reads every report before it is sent. */
    review: Generated<boolean>;
    /** First and last day under contract, JST; null: no such limit. */
    contract_from: Generated<DateText | null>;
    contract_until: Generated<DateText | null>;
    /** Whether statements tell how many sales calls were refused. */
    tell_refused_sales: Generated<boolean>;
    created_at: Date;
    updated_at: Date;
  };
  /** Never two lines of one extra in one month. */
  client_extras: {
    client_id: string;
    extra_code: string;
    from_month: DateText;
    /** Last month; null: until further notice. */
    to_month: DateText | null;
    quantity: number;
  };
  client_plans: { client_id: string; from_month: DateText; plan_code: string };
  kind_rules: {
    id: string;
    kind: string;
    client_id: string | null;
    effective_from: DateText;
    counted: boolean;
    reported: boolean;
    flagged: boolean;
  };
  roster_members: {
    id: string;
    client_id: string;
    name: string;
    kana: string;
    aliases: string[];
    responsible: boolean;
    position: number;
    active: boolean;
  };
  destinations: {
    id: string;
    client_id: string;
    roster_member_id: string | null;
    channel: ChannelName;
    address: string;
    mention: string | null;
    position: number;
    fallback: boolean;
    /** Its daily digest, JST `HH:MM`; null: none, and every report at once. */
    digest_at: Generated<string | null>;
    /** Whether reports come at once, be it besides a digest. */
    immediate: Generated<boolean>;
    active: boolean;
    disabled_at: Date | null;
    disabled_reason: string | null;
  };
  receipt_days: { day: DateText; first: number };
  calls: {
    id: string;
    receipt_number: string;
    entry_key: string;
    client_id: string;
    kind: string;
    rule: Json<RuleFlags>;
    source: 'modal' | 'line';
    operator_id: string;
    operator_name: string;
    occurred_at: Date;
    recorded_at: Date;
    addressee_id: string | null;
    addressee_name: string | null;
    caller_company: string | null;
    caller_name: string | null;
    caller_kana: string | null;
    number_state: NumberState;
    number_raw: string | null;
    number_e164: string | null;
    number_display: string | null;
    number_confirmed: boolean;
    message: string | null;
    quote: string | null;
    wish: Wish | null;
    urgent: boolean;
    surcharge_code: string | null;
    surcharge_yen: number | null;
    surcharge_label: string | null;
    /** Raised by each change of the call; 1 as first recorded. */
    revision: Generated<number>;
    retracted_at: Generated<Date | null>;
  };
  call_changes: {
    id: string;
    /** Unique to one submission of a form: the same one changes once. */
    key: string;
    call_id: string;
    /** The revision the change made. */
    revision: number;
    type: 'corrected' | 'retracted' | 'reclassified';
    before: Json<CallSnapshot>;
    actor: string;
    reason: string | null;
    at: Date;
  };
  usage_events: {
    id: string;
    client_id: string;
    call_id: string | null;
    type: 'count' | 'credit' | 'surcharge' | 'correction';
    /** The month it is charged in. */
    month: DateText;
    /** Only of a late one: the closed month it is about. */
    of_month: Generated<DateText | null>;
    amount_yen: Generated<number>;
    reverses: string | null;
    reason: string | null;
    actor: string;
    at: Date;
  };
  /** Closed months: nothing is booked in them, or before them, any more. */
  billing_months: {
    month: DateText;
    closed_at: Date;
    closed_by: string;
    /** When the last of its statements was stored; null: not all are yet. */
    written_at: Date | null;
  };
  /** What clients were charged in closed months; never changed. */
  statements: {
    month: DateText;
    client_id: string;
    counted: number;
    total_yen: number;
    summary: Json<StoredStatement>;
  };
  /** The run that brings a month's statements to clients; see `billing/runs/`. */
  statement_runs: {
    month: DateText;
    prepared_at: Date;
    /** What supervisors are shown before they approve it. */
    figures: Json<RunFigures>;
    approved_at: Generated<Date | null>;
    approved_by: Generated<string | null>;
    /** When the last client's statement was handed to delivery. */
    finished_at: Generated<Date | null>;
    /** What the supervisors' message says by now, for finding whether it is behind. */
    shown: Generated<string | null>;
  };
  /** What clients are told before their plan is used up; one a client, month and mark, for good once it was told. */
  usage_warnings: {
    client_id: string;
    month: DateText;
    percent: WarnedAt;
    state: 'waiting' | 'told' | 'dropped';
    due_at: Date;
    /** What was told; null while nothing is. */
    figures: ColumnType<UsageFigures | null, string | null, string | null>;
    ended_at: Date | null;
  };
  reports: {
    id: string;
    /** Null only of a `statement`. */
    call_id: string | null;
    client_id: string;
    sequence: number;
    purpose: ReportPurpose;
    template: string;
    /** Only of a `destination_notice`: the delivery whose failure it tells of. */
    about_delivery: Generated<string | null>;
    month_count: number | null;
    month_included: number | null;
    created_at: Date;
    /** The revision of its call it tells of. */
    revision: Generated<number>;
    /** Only of a `correction`: the revision its readers were told before. */
    changed_from: Generated<number | null>;
    /** Only of a `case_reminder` or `case_message`: the case, and the event it was made with. */
    case_id: Generated<string | null>;
    case_seq: Generated<number | null>;
    /** Only of a `usage_notice`: which of `usage_warnings` it tells. */
    usage_month: Generated<DateText | null>;
    usage_percent: Generated<WarnedAt | null>;
    /** Only of a `dispute_answer`: what it answers. */
    about_dispute: Generated<string | null>;
    /** Only of a `digest` too long for one message: `1/2`. */
    digest_part: Generated<string | null>;
    /** Since when another report, or silence, has taken its place: it is sent no more. */
    superseded_at: Generated<Date | null>;
    /** Only of a `statement`: its month, and its words, because it is made of no call. */
    statement_month: Generated<DateText | null>;
    content: ColumnType<StatementWords | null, string | null | undefined, never>;
  };
  /** A reported call at a place that has a digest; it goes out in one, or in none, for good. */
  digest_items: {
    call_id: string;
    channel: ChannelName;
    address: string;
    client_id: string;
    /** Whether the digest is the only way the place gets it. */
    only_there: boolean;
    state: 'waiting' | 'out' | 'dropped';
    /** The cut it waits for. */
    due_at: Date;
    /** The digest it went out in, and the revision of the call it tells of. */
    digest_id: Generated<string | null>;
    /** The call's report that goes, or would have gone, there. */
    report_id: string;
    revision: Generated<number | null>;
  };
  deliveries: {
    id: string;
    report_id: string;
    client_id: string;
    destination_id: string;
    channel: ChannelName;
    credential: string;
    address: string;
    mention: string | null;
    mark: string;
    urgent: boolean;
    /** Written once and stored apart from the row. */
    body: ColumnType<Body, string, string>;
    template_version: string;
    plainest: Generated<boolean>;
    state: DeliveryState;
    next_attempt_at: Date;
    generation: Generated<number>;
    failures: Generated<number>;
    lease_until: Date | null;
    receipt: ColumnType<Receipt | null, string | null, string | null>;
    reason: string | null;
    said: string | null;
    replaces: string | null;
    absent_looks: Generated<number>;
    looks: Generated<number>;
    duplicate_marked: Generated<boolean>;
    fallback_sought: Generated<boolean>;
    /** Since when the client has been without it: creation, or a person's decision to try again. */
    waiting_since: Date;
    created_at: Date;
    updated_at: Date;
    ended_at: Date | null;
    /** Its report was superseded: should it turn out not to have arrived, it ends as cancelled. */
    superseded: Generated<boolean>;
    /** The delivery whose message this one continues at the same place. */
    answers: Generated<string | null>;
    /** Its receipt when this one was written; null when it was not known to have arrived. */
    answers_receipt: ColumnType<Receipt | null, string | null | undefined, string | null>;
  };
  attempts: {
    id: string;
    delivery_id: string;
    generation: number;
    started_at: Date;
    finished_at: Date | null;
    outcome: string | null;
    reason: string | null;
    said: string | null;
    receipt: ColumnType<Receipt | null, string | null, string | null>;
  };
  blocked_scopes: { scope: string; until: Date; reason: string };
  notices: {
    id: string;
    key: string;
    target: string;
    body: ColumnType<NoticeBody, string, string>;
    state: 'due' | 'sending' | 'sent' | 'failed';
    next_attempt_at: Date;
    failures: Generated<number>;
    lease_until: Date | null;
    reason: string | null;
    receipt: ColumnType<Receipt | null, string | null, string | null>;
    created_at: Date;
    ended_at: Date | null;
  };
  /** Reminders of calls not marked done, each once; waiting ones by index `reminders_waiting`. */
  reminders: {
    call_id: string;
    number: number;
    due_at: Date;
    state: 'waiting' | 'queued' | 'dropped';
    report_id: string | null;
    ended_at: Date | null;
  };
  /** One a call whose report is, or was, read by a supervisor before it is sent; see `domain/review.ts`. */
  reviews: {
    call_id: string;
    state: ReviewState;
    /** Raised by everything that happens to it. */
    round: number;
    why: ReviewReason;
    /** Since when the client waits for it. */
    since: Date;
    /** How often supervisors were reminded in this round. */
    reminders: Generated<number>;
    /** When the clock must look at it next; null once it is over. */
    next_at: Date | null;
    decided_by: Generated<string | null>;
    decided_name: Generated<string | null>;
    decided_at: Generated<Date | null>;
    /** Why it was returned. */
    reason: Generated<string | null>;
    /** The notices that ask supervisors about it. */
    messages: Generated<string[]>;
  };
  /** One a call: the client's first word that it is dealt with (対応済み). */
  done_marks: {
    call_id: string;
    /** The delivery whose button or link was used. */
    delivery_id: string;
    via: 'slack' | 'link';
    /** The Slack user id of whoever pressed; null for a link, which does not tell. */
    person: string | null;
    at: Date;
  };
  /** What clients say about the content of a report; one of a call waits at a time. */
  disputes: {
    id: string;
    call_id: string;
    client_id: string;
    /** The delivery whose button or link was used: its place is answered. */
    delivery_id: string;
    via: 'slack' | 'link';
    /** The Slack user id of whoever pressed; null for a link, which does not tell. */
    person: string | null;
    /** Unique to one form and its words: the same one is written once. */
    key: string;
    claim: DisputeClaim;
    note: string | null;
    /** The kind the call had. */
    kind: string;
    at: Date;
    /** When supervisors are reminded next, while it waits. */
    remind_at: Date;
    reminders: Generated<number>;
    decision: Generated<DisputeDecision | null>;
    decided_at: Generated<Date | null>;
    decided_by: Generated<string | null>;
    decided_name: Generated<string | null>;
    /** Why it was left as it is, for the client. */
    reason: Generated<string | null>;
    /** The month the credit is booked in. */
    credit_month: Generated<DateText | null>;
    /** What is given back of a closed month. */
    credit_yen: Generated<number>;
    /** When its answer was written, or found to have nobody to go to. */
    answered_at: Generated<Date | null>;
  };
  /** Clients' own Slack workspaces. A revoked one has no token any more. */
  slack_workspaces: {
    team_id: string;
    enterprise_id: string | null;
    team_name: string;
    client_id: string;
    bot_user_id: string;
    /** As Slack grants them, separated by commas. */
    scopes: string;
    sealed_token: string | null;
    /** Which `LINK_SECRET` the token was sealed under. */
    key_id: string | null;
    /** The Slack user id of whoever installed. */
    installed_by: string;
    installed_at: Date;
    revoked_at: Date | null;
    revoked_reason: string | null;
    /** When the client was told over another channel that its workspace is gone; null while connected. */
    told_at: Date | null;
  };
  /** One a link a client was sent; good for one workspace, once. */
  slack_install_links: {
    id: string;
    client_id: string;
    created_by: string;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
    team_id: string | null;
  };
  /** Harassment cases; a case is its events, the rest is for finding it. */
  cases: {
    id: string;
    number: Generated<number>;
    client_id: string;
    /** Null: calls without a number. */
    number_e164: string | null;
    kind: string;
    state: CaseState;
    opened_at: Date;
    last_call_at: Date;
    /** When the clock must look at it next. */
    next_at: Date | null;
    last_seq: number;
    /** The event up to which the supervisors' card tells. */
    card_seq: Generated<number>;
    card_receipt: ColumnType<Receipt | null, string | null | undefined, string | null>;
    /** Before this the card is not sent again; null: at once. */
    card_next_at: Generated<Date | null>;
    updated_at: Date;
  };
  /** A call is in one case at most. */
  case_calls: { call_id: string; case_id: string; joined_at: Date };
  /** Append-only, each row sealed by a hash over itself and the one before. */
  case_events: {
    case_id: string;
    seq: number;
    at: Date;
    actor: string;
    body: Json<CaseEventBody>;
    /** Unique to one press or message: the same one is written once. */
    key: string | null;
    previous_hash: string | null;
    hash: string;
  };
  /** An operator's own words about a call, one row each, for supervisors; never shown to a client. */
  operator_notes: {
    id: string;
    call_id: string;
    operator_id: string;
    /** The operator ended the call (切電した). */
    hung_up: Generated<boolean>;
    /** How hard it was, 1 to 5. */
    burden: number | null;
    note: string | null;
    at: Date;
  };
  drafts: { view_id: string; operator_id: string; fields: Json<Record<string, unknown>>; updated_at: Date };
  /** Who looks at the App Home, what each chose to see, and what is on the screen. */
  homes: {
    user_id: string;
    /** When it was last opened or used; kept up to date for a while from then on. */
    opened_at: Date;
    choice: Json<Record<string, unknown>>;
    /** Raised whenever its person asks for something: what is on the screen is for `shown_version`. */
    version: Generated<number>;
    shown_version: Generated<number>;
    /** Sign of the data on the screen, cheap to find for everybody at once; null: not known. */
    shown_pulse: Generated<string | null>;
    /** Digest of what is on the screen; null: not known. */
    shown_digest: Generated<string | null>;
    /** Slack's own hash of it, by which an older view never replaces a newer one. */
    view_hash: Generated<string | null>;
    published_at: Generated<Date | null>;
    /** Slack refused it: not tried again before. */
    rest_until: Generated<Date | null>;
    lease: Generated<string | null>;
    lease_until: Generated<Date | null>;
  };
  audit_log: {
    id: string;
    at: Date;
    actor: string;
    action: string;
    subject_type: string;
    subject_id: string;
    detail: Json<Record<string, unknown>>;
  };
}

/** What a statement says, worded once: texts by name, see `reports/statement.ts`. */
export type StatementWords = Readonly<Record<string, string | null>>;

/** A statement without its calls, which are read from the events of its month; JSON has no dates. */
export type StoredStatement = AsJson<StatementSummary>;
type AsJson<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly AsJson<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: AsJson<T[K]> }
      : T;

/** What a change may alter of a call, by its columns. */
export const CHANGEABLE = [
  'kind',
  'rule',
  'occurred_at',
  'addressee_id',
  'addressee_name',
  'caller_company',
  'caller_name',
  'caller_kana',
  'number_state',
  'number_raw',
  'number_e164',
  'number_display',
  'number_confirmed',
  'message',
  'quote',
  'wish',
  'urgent',
  'surcharge_code',
  'surcharge_yen',
  'surcharge_label',
] as const;

/** Those columns as read. */
export type CallFacts = Pick<Selectable<Schema['calls']>, (typeof CHANGEABLE)[number]>;
/** The same as kept with a change: JSON has no dates. */
export type CallSnapshot = Omit<CallFacts, 'occurred_at'> & { readonly occurred_at: string };

/** A message of the bot: `text` for notifications and screen readers, `blocks` for the eye. */
export type NoticeBody = {
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
  /** The words of a report that reached nobody, for supervisors to read out; shown after the blocks. */
  readonly report?: string;
  /** Stands above those words instead of the usual heading. */
  readonly heading?: string;
  /** Blocks that come after everything else, such as buttons about the report. */
  readonly last?: readonly Readonly<Record<string, unknown>>[];
  /** Only of a message to a Chatwork room, whose text is `text`: what it answers, and for whom it is sent. */
  readonly chatwork?: {
    readonly roomId: string;
    readonly messageId: string;
    readonly accountId: string;
    readonly clientId: string;
  };
};
