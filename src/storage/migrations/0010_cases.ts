import { type Kysely, sql } from 'kysely';

/** Harassment cases: each is its events; what stands beside them is for finding and for the clock. */
const STATEMENTS: readonly string[] = [
  'create sequence case_numbers start 1001',
  `create table cases (
    id uuid primary key,
    number integer not null unique default nextval('case_numbers'),
    client_id uuid not null references clients,
    number_e164 text,
    kind text not null references kinds (code),
    state text not null check (state in ('open', 'answered', 'acting', 'quiet', 'closed')),
    opened_at timestamptz not null,
    last_call_at timestamptz not null,
    next_at timestamptz,
    last_seq integer not null check (last_seq > 0),
    card_seq integer not null default 0,
    card_receipt jsonb,
    updated_at timestamptz not null
  )`,
  // Finds the case a call belongs to, a client's open cases, what the clock has to look at, and stale cards.
  'create index cases_of_number on cases (client_id, number_e164)',
  `create index cases_open on cases (client_id) where state <> 'closed'`,
  'create index cases_next on cases (next_at) where next_at is not null',
  'create index cases_card on cases (updated_at) where card_seq < last_seq',
  `create index cases_across on cases (number_e164) where number_e164 is not null`,

  `create table case_calls (
    call_id uuid primary key references calls,
    case_id uuid not null references cases,
    joined_at timestamptz not null
  )`,
  'create index case_calls_of on case_calls (case_id)',

  `create table case_events (
    case_id uuid not null references cases,
    seq integer not null check (seq > 0),
    at timestamptz not null,
    actor text not null,
    body jsonb not null,
    key text unique,
    previous_hash text,
    hash text not null,
    primary key (case_id, seq),
    check ((seq = 1) = (previous_hash is null))
  )`,
  `create function case_events_guard() returns trigger language plpgsql as $$
    begin
      raise exception 'case events are append-only' using errcode = 'integrity_constraint_violation';
    end
  $$`,
  `create trigger case_events_append_only before update or delete on case_events
    for each statement execute function case_events_guard()`,

  // What an operator adds to a call for colleagues and supervisors; never shown to a client.
  `create table operator_notes (
    id uuid primary key,
    call_id uuid not null references calls,
    operator_id text not null,
    hung_up boolean not null default false,
    burden integer check (burden between 1 and 5),
    note text,
    at timestamptz not null
  )`,
  'create index operator_notes_of on operator_notes (call_id)',

  'alter table reports drop constraint reports_purpose_check',
  `alter table reports add constraint reports_purpose_check check (purpose in
    ('initial', 'correction', 'retraction', 'reminder', 'destination_notice', 'case_reminder', 'case_message'))`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
