import { type Kysely, sql } from 'kysely';

/**
 * Who has the App Home open, what each chose to see there, and what is on the screen: a row a person. Any number of
 * processes keep the homes up to date; the lease lets one of them publish a home at a time.
 */
const STATEMENTS: readonly string[] = [
  `create table homes (
    user_id text primary key,
    opened_at timestamptz not null,
    choice jsonb not null,
    version integer not null default 1,
    shown_version integer not null default 0,
    shown_pulse text,
    shown_digest text,
    view_hash text,
    published_at timestamptz,
    rest_until timestamptz,
    lease uuid,
    lease_until timestamptz,
    check ((lease is null) = (lease_until is null))
  )`,
  // Which homes were opened lately.
  'create index homes_opened on homes (opened_at)',
  // Whether a call was changed today, and which destinations are switched off: both asked every few seconds.
  'create index call_changes_at on call_changes (at)',
  `create index destinations_disabled on destinations (disabled_at) where disabled_at is not null and active`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
