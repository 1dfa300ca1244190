import { type Kysely, sql } from 'kysely';

/** What people write to us in Chatwork: kept before it is acknowledged, and worked off once. */
const STATEMENTS: readonly string[] = [
  // A version of a message is one row, whichever event or look brought it, and however often (P4).
  `create table chatwork_replies (
    id uuid primary key,
    room_id text not null check (room_id ~ '^[0-9]{1,20}$'),
    message_id text not null check (message_id ~ '^[0-9]{1,20}$'),
    update_time bigint not null check (update_time >= 0),
    account_id text not null check (account_id ~ '^[0-9]{1,20}$'),
    sent_at timestamptz not null,
    source text not null check (source in ('message_created', 'message_updated', 'mention_to_me', 'look')),
    body text,
    received_at timestamptz not null,
    webhook_at timestamptz,
    state text not null check (state in ('waiting', 'handling', 'handled')),
    next_attempt_at timestamptz not null,
    lease_until timestamptz,
    failures integer not null default 0,
    outcome text check (outcome in
      ('answered', 'asked', 'passed', 'courtesy', 'unrelated', 'own', 'outdated', 'failed')),
    case_id uuid references cases,
    delivery_id uuid references deliveries,
    choice text,
    until date,
    handled_at timestamptz,
    unique (room_id, message_id, update_time),
    check ((state = 'handled') = (outcome is not null)),
    check (state = 'handled' or body is not null)
  )`,
  // Worked off one room after the other in the order of writing; what was asked back of a case; what the webhook missed.
  `create index chatwork_replies_open on chatwork_replies (room_id, sent_at, id) where state <> 'handled'`,
  'create index chatwork_replies_case on chatwork_replies (case_id, handled_at) where case_id is not null',
  `create index chatwork_replies_missed on chatwork_replies (received_at) where source = 'look' and webhook_at is null`,

  `create table chatwork_looks (
    id boolean primary key default true check (id),
    next_at timestamptz not null,
    room_at timestamptz not null,
    webhook_since timestamptz
  )`,
  `insert into chatwork_looks (next_at, room_at) values ('2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z')`,
  `create table chatwork_rooms (
    room_id text primary key,
    read_up_to bigint not null default 0,
    changed_at bigint not null default 0,
    mentions integer not null default 0,
    looking_until timestamptz
  )`,

  // Finds the message of ours that somebody answers, and counts what a room was sent.
  `create index notices_chatwork on notices (target, created_at) where target like 'chatwork:%'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
