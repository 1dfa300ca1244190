import { type Kysely, sql } from 'kysely';

/**
 * Everything the way of a call needs, from clients to deliveries. Written as plain SQL so that what the
 * database guards itself (one live count a call, append-only usage, one delivery a target) can be read here.
 */
const STATEMENTS = [
  // ── The agency's own data ────────────────────────────────────────────────────────────────────────────
  `create table agency (
    id boolean primary key default true check (id),
    profile jsonb not null,
    updated_at timestamptz not null
  )`,
  `create table kinds (
    code text primary key check (code ~ '^[a-z][a-z0-9_]*$'),
    label text not null unique,
    aliases text[] not null default '{}',
    template text not null check (template in ('message', 'unsure', 'flagged')),
    position integer not null
  )`,
  `create table surcharge_reasons (
    code text not null check (code ~ '^[a-z][a-z0-9_]*$'),
    effective_from date not null,
    label text not null,
    amount_yen integer not null,
    min_yen integer not null check (min_yen >= 0),
    max_yen integer not null,
    primary key (code, effective_from),
    check (amount_yen between min_yen and max_yen)
  )`,
  `create table plans (
    code text not null check (code ~ '^[a-z][a-z0-9_-]*$'),
    effective_from date not null check (extract(day from effective_from) = 1),
    name text not null,
    base_yen integer not null check (base_yen >= 0),
    included_calls integer not null check (included_calls >= 0),
    over_yen integer not null check (over_yen >= 0),
    primary key (code, effective_from)
  )`,

  // ── Clients ──────────────────────────────────────────────────────────────────────────────────────────
  `create table clients (
    id uuid primary key,
    code text not null unique check (code ~ '^[a-z0-9][a-z0-9_-]*$'),
    name text not null,
    kana text not null,
    aliases text[] not null default '{}',
    own_numbers text[] not null default '{}',
    forwarding_numbers text[] not null default '{}',
    status text not null check (status in ('active', 'paused', 'ended')),
    greeting text,
    operator_notes text,
    search_text text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table client_plans (
    client_id uuid not null references clients,
    from_month date not null check (extract(day from from_month) = 1),
    plan_code text not null,
    primary key (client_id, from_month)
  )`,
  // P5: what is counted is what was reported, so a rule cannot say one without the other.
  `create table kind_rules (
    id uuid primary key,
    kind text not null references kinds,
    client_id uuid references clients,
    effective_from date not null,
    counted boolean not null,
    reported boolean not null,
    flagged boolean not null,
    check (counted = reported),
    check (reported or not flagged)
  )`,
  `create unique index kind_rules_agency on kind_rules (kind, effective_from) where client_id is null`,
  `create unique index kind_rules_client on kind_rules (client_id, kind, effective_from) where client_id is not null`,
  `create table roster_members (
    id uuid primary key,
    client_id uuid not null references clients,
    name text not null,
    kana text not null,
    aliases text[] not null default '{}',
    responsible boolean not null default false,
    position integer not null,
    active boolean not null default true,
    unique (client_id, name)
  )`,
  `create unique index roster_members_responsible on roster_members (client_id) where responsible and active`,
  `create table destinations (
    id uuid primary key,
    client_id uuid not null references clients,
    roster_member_id uuid references roster_members,
    channel text not null check (channel in ('chatwork', 'slack', 'email')),
    address text not null,
    mention text,
    position integer not null,
    fallback boolean not null default false,
    active boolean not null default true,
    disabled_at timestamptz,
    disabled_reason text
  )`,
  `create unique index destinations_client_level on destinations (client_id, channel, address)
    where roster_member_id is null and active`,
  `create unique index destinations_member_level on destinations (roster_member_id, channel, address)
    where roster_member_id is not null and active`,

  // ── Calls ────────────────────────────────────────────────────────────────────────────────────────────
  `create sequence receipt_numbers`,
  `create table receipt_days (day date primary key, first bigint not null)`,
  `create table calls (
    id uuid primary key,
    receipt_number text not null unique,
    entry_key text not null unique,
    client_id uuid not null references clients,
    kind text not null references kinds,
    rule jsonb not null,
    source text not null check (source in ('modal', 'line')),
    operator_id text not null,
    operator_name text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    addressee_id uuid references roster_members,
    addressee_name text,
    caller_company text,
    caller_name text,
    caller_kana text,
    number_state text not null check (number_state in ('given', 'withheld', 'payphone', 'out_of_area', 'unknown')),
    number_raw text,
    number_e164 text,
    number_display text,
    number_confirmed boolean not null default false,
    message text,
    quote text,
    wish text check (wish in ('call_back', 'message_only', 'will_call_again', 'no_call_back')),
    urgent boolean not null default false,
    surcharge_code text,
    surcharge_yen integer check (surcharge_yen > 0),
    surcharge_label text
  )`,
  `create index calls_client_time on calls (client_id, occurred_at desc)`,
  `create index calls_recorded on calls (recorded_at)`,
  `create index calls_flagged on calls (client_id, recorded_at) where (rule ->> 'flagged') = 'true'`,

  // ── Usage: append-only; statements read nothing else (P5) ────────────────────────────────────────────
  `create table usage_events (
    id uuid primary key,
    client_id uuid not null references clients,
    call_id uuid references calls,
    type text not null check (type in ('count', 'credit', 'surcharge', 'correction')),
    month date not null check (extract(day from month) = 1),
    amount_yen integer not null default 0,
    reverses uuid unique references usage_events,
    reason text,
    actor text not null,
    at timestamptz not null,
    check (type <> 'surcharge' or amount_yen > 0),
    check (type <> 'credit' or reverses is not null)
  )`,
  `create index usage_events_client_month on usage_events (client_id, month, type)`,
  `create index usage_events_call on usage_events (call_id)`,
  `create function usage_events_guard() returns trigger language plpgsql as $$
  begin
    if tg_op <> 'INSERT' then
      raise exception 'usage events are append-only (P5)' using errcode = 'restrict_violation';
    end if;
    if new.type = 'count' then
      -- A snapshot taken before the lock below would not show the count another transaction has just made.
      if current_setting('transaction_isolation') = 'repeatable read' then
        raise exception 'counting a call needs read committed (P5)' using errcode = 'invalid_transaction_state';
      end if;
      perform 1 from calls where id = new.call_id for no key update;
      if exists (
        select 1 from usage_events counted
        where counted.call_id = new.call_id and counted.type = 'count'
          and not exists (select 1 from usage_events reversal where reversal.reverses = counted.id)
      ) then
        raise exception 'call % already has a live count (P5)', new.call_id using errcode = 'unique_violation';
      end if;
    end if;
    return new;
  end $$`,
  `create trigger usage_events_guard before insert or update or delete on usage_events
    for each row execute function usage_events_guard()`,
  `create trigger usage_events_never_emptied before truncate on usage_events
    for each statement execute function usage_events_guard()`,

  // ── Reports and deliveries ───────────────────────────────────────────────────────────────────────────
  `create table reports (
    id uuid primary key,
    call_id uuid not null references calls,
    client_id uuid not null references clients,
    sequence integer not null check (sequence > 0),
    purpose text not null check (purpose in
      ('initial', 'correction', 'retraction', 'reminder', 'destination_notice')),
    template text not null,
    month_count integer,
    month_included integer,
    created_at timestamptz not null,
    unique (call_id, sequence)
  )`,
  `create table deliveries (
    id uuid primary key,
    report_id uuid not null references reports,
    client_id uuid not null references clients,
    destination_id uuid not null references destinations,
    channel text not null check (channel in ('chatwork', 'slack', 'email')),
    credential text not null,
    address text not null,
    mention text,
    mark text not null unique,
    urgent boolean not null,
    body jsonb not null,
    template_version text not null,
    plainest boolean not null default false,
    state text not null check (state in
      ('held', 'due', 'queued', 'sending', 'uncertain', 'delivered', 'failed', 'cancelled')),
    next_attempt_at timestamptz not null,
    generation integer not null default 0,
    failures integer not null default 0,
    lease_until timestamptz,
    receipt jsonb,
    reason text,
    said text,
    replaces uuid references deliveries,
    absent_looks integer not null default 0,
    looks integer not null default 0,
    duplicate_marked boolean not null default false,
    fallback_sought boolean not null default false,
    waiting_since timestamptz not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    ended_at timestamptz,
    unique (report_id, channel, address),
    check ((state in ('queued', 'sending')) = (lease_until is not null)),
    check ((state in ('delivered', 'failed', 'cancelled')) = (ended_at is not null))
  )`,
  `alter table reports
    add column about_delivery uuid references deliveries,
    add check ((purpose = 'destination_notice') = (about_delivery is not null)),
    add check (purpose <> 'destination_notice' or month_count is null)`,
  `create index deliveries_due on deliveries (client_id, urgent desc, next_attempt_at, id) where state = 'due'`,
  `create index deliveries_waiting on deliveries (waiting_since) where state in ('held', 'due')`,
  `create index deliveries_leased on deliveries (lease_until) where state in ('queued', 'sending')`,
  `create index deliveries_open_by_client on deliveries (client_id) where state in ('queued', 'sending')`,
  `create index deliveries_uncertain on deliveries (next_attempt_at) where state = 'uncertain'`,
  `create index deliveries_recent on deliveries (created_at)`,
  `create index deliveries_target on deliveries (channel, address, created_at)`,
  `create table attempts (
    id uuid primary key,
    delivery_id uuid not null references deliveries,
    generation integer not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    outcome text,
    reason text,
    said text,
    receipt jsonb,
    unique (delivery_id, generation)
  )`,
  `create table blocked_scopes (
    scope text primary key,
    until timestamptz not null,
    reason text not null
  )`,

  // Budgets shared by all processes where there is no Redis; the columns are rate-limiter-flexible's.
  `create table rate_limits (key varchar(255) primary key, points integer not null default 0, expire bigint)`,

  // ── Messages of the bot to operators and supervisors, written with what they tell about ──────────────
  `create table notices (
    id uuid primary key,
    key text not null unique,
    target text not null,
    body jsonb not null,
    state text not null check (state in ('due', 'sending', 'sent', 'failed')),
    next_attempt_at timestamptz not null,
    failures integer not null default 0,
    lease_until timestamptz,
    reason text,
    receipt jsonb,
    created_at timestamptz not null,
    ended_at timestamptz
  )`,
  `create index notices_open on notices (next_attempt_at) where state in ('due', 'sending')`,

  `create table drafts (
    view_id text primary key,
    operator_id text not null,
    fields jsonb not null,
    updated_at timestamptz not null
  )`,
  `create table audit_log (
    id uuid primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject_type text not null,
    subject_id text not null,
    detail jsonb not null default '{}'
  )`,
  `create index audit_log_subject on audit_log (subject_type, subject_id, at)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
