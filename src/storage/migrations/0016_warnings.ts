import { type Kysely, sql } from 'kysely';

/**
 * What clients are told before their plan is used up (【ご利用状況】). The database keeps each word single: one row a
 * client, month and mark (80 or 100 % of the plan), which stays once it was told, and one report a row (P4).
 */
const STATEMENTS: readonly string[] = [
  `create table usage_warnings (
    client_id uuid not null references clients,
    month date not null check (extract(day from month) = 1),
    percent integer not null check (percent in (80, 100)),
    state text not null check (state in ('waiting', 'told', 'dropped')),
    due_at timestamptz not null,
    figures jsonb,
    ended_at timestamptz,
    primary key (client_id, month, percent),
    check ((state = 'waiting') = (ended_at is null)),
    check ((state = 'told') = (figures is not null))
  )`,
  `create index usage_warnings_waiting on usage_warnings (due_at) where state = 'waiting'`,
  `create function usage_warnings_guard() returns trigger language plpgsql as $$
  begin
    if old.state <> 'waiting' then
      raise exception 'what was told of a month''s usage stays told' using errcode = 'restrict_violation';
    end if;
    return coalesce(new, old);
  end $$`,
  `create trigger usage_warnings_guard before update or delete on usage_warnings
    for each row execute function usage_warnings_guard()`,
  // Whatever purposes there are, and this one.
  `do $$
  declare allowed text;
  begin
    select pg_get_constraintdef(oid) into strict allowed from pg_constraint
      where conrelid = 'reports'::regclass and conname = 'reports_purpose_check';
    alter table reports drop constraint reports_purpose_check;
    execute 'alter table reports add constraint reports_purpose_check '
      || replace(allowed, 'ARRAY[', 'ARRAY[''usage_notice''::text, ');
  end $$`,
  `alter table reports
    add column usage_month date,
    add column usage_percent integer,
    add constraint reports_usage_fkey foreign key (client_id, usage_month, usage_percent) references usage_warnings,
    add constraint reports_usage_check check (
      (purpose = 'usage_notice') = (usage_month is not null)
      and (usage_month is null) = (usage_percent is null)
      and (purpose <> 'usage_notice' or month_count is null)
    )`,
  `create unique index reports_usage on reports (client_id, usage_month, usage_percent) where purpose = 'usage_notice'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
