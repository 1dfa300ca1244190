import { type Kysely, sql } from 'kysely';

/**
 * Daily digests (まとめ). A row of `digest_items` is a reported call at a place that has a digest: it goes out in one, or
 * in none, and never in two, whoever crashes when (P4). The digest is a report of its own, named by `digest_id`.
 */
const STATEMENTS: readonly string[] = [
  `alter table destinations
    add column digest_at text check (digest_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    add column immediate boolean not null default true,
    add check (digest_at is not null or immediate)`,
  `create table digest_items (
    call_id uuid not null references calls,
    channel text not null,
    address text not null,
    client_id uuid not null references clients,
    only_there boolean not null,
    state text not null check (state in ('waiting', 'out', 'dropped')),
    due_at timestamptz not null,
    digest_id uuid references reports,
    report_id uuid not null references reports,
    revision integer,
    primary key (call_id, channel, address),
    check ((state = 'out') = (digest_id is not null)),
    check ((digest_id is null) = (revision is null))
  )`,
  `create index digest_items_waiting on digest_items (due_at) where state = 'waiting'`,
  `create index digest_items_of on digest_items (digest_id) where digest_id is not null`,
  `create function digest_items_guard() returns trigger language plpgsql as $$
  begin
    if old.state = 'out' then
      raise exception 'a call that went out in a digest stays in it (P4)' using errcode = 'restrict_violation';
    end if;
    return coalesce(new, old);
  end $$`,
  `create trigger digest_items_guard before update or delete on digest_items
    for each row execute function digest_items_guard()`,
  // Whatever purposes there are, and this one.
  `do $$
  declare allowed text;
  begin
    select pg_get_constraintdef(oid) into strict allowed from pg_constraint
      where conrelid = 'reports'::regclass and conname = 'reports_purpose_check';
    alter table reports drop constraint reports_purpose_check;
    execute 'alter table reports add constraint reports_purpose_check '
      || replace(allowed, 'ARRAY[', 'ARRAY[''digest''::text, ');
  end $$`,
  `alter table reports
    add column digest_part text,
    add constraint reports_digest_check check (
      (purpose = 'digest' or digest_part is null) and (purpose <> 'digest' or month_count is null)
    )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
