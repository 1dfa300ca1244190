import { type Kysely, sql } from 'kysely';

/** A month as the second key of the lock that entries share and a closing takes alone; the first is the same for all. */
const MONTH_LOCK = `hashtext('toritsugi month'), (extract(year from %)::integer * 12 + extract(month from %)::integer)`;
const monthLock = (month: string): string => MONTH_LOCK.replaceAll('%', month);

/**
 * Months and what they are charged by. A closed month is kept closed by the database itself (P5): no event is written
 * into it, nor are its statements changed; and no statement can meet a plan or extra without a price.
 */
const STATEMENTS: readonly string[] = [
  // ── Months ───────────────────────────────────────────────────────────────────────────────────────────────
  `create table billing_months (
    month date primary key check (extract(day from month) = 1),
    closed_at timestamptz not null,
    closed_by text not null,
    written_at timestamptz
  )`,
  `create function billing_months_guard() returns trigger language plpgsql as $$
  declare latest date;
  begin
    if tg_op = 'INSERT' then
      select max(month) into latest from billing_months;
      if new.month <> (latest + interval '1 month')::date then
        raise exception 'months are closed one after the other: % comes after %', new.month, latest
          using errcode = 'restrict_violation';
      end if;
      return new;
    end if;
    if tg_op = 'UPDATE' and old.written_at is null and new.written_at is not null
      and (new.month, new.closed_at, new.closed_by) = (old.month, old.closed_at, old.closed_by) then
      return new;
    end if;
    raise exception 'a closed month stays closed (P5)' using errcode = 'restrict_violation';
  end $$`,
  `create trigger billing_months_guard before insert or update or delete on billing_months
    for each row execute function billing_months_guard()`,

  // What was charged, as computed when the month was closed.
  `create table statements (
    month date not null references billing_months,
    client_id uuid not null references clients,
    counted integer not null check (counted >= 0),
    total_yen integer not null,
    summary jsonb not null,
    primary key (month, client_id)
  )`,
  `create function statements_guard() returns trigger language plpgsql as $$
  begin
    raise exception 'a statement never changes (P5)' using errcode = 'restrict_violation';
  end $$`,
  `create trigger statements_guard before update or delete or truncate on statements
    for each statement execute function statements_guard()`,

  // ── Events ───────────────────────────────────────────────────────────────────────────────────────────────
  // The closed month a late event is about; null: the one it is in. What a late count or credit is worth stands in it.
  `alter table usage_events
    add column of_month date check (extract(day from of_month) = 1),
    add check (of_month < month)`,
  'alter table usage_events disable trigger usage_events_guard',
  // Until now no month was ever closed, so every event belongs into the month of its call.
  `update usage_events event set month = date_trunc('month', call.occurred_at at time zone 'Asia/Tokyo')::date
    from calls call where call.id = event.call_id and event.type = 'surcharge'
      and event.month <> date_trunc('month', call.occurred_at at time zone 'Asia/Tokyo')::date`,
  `update usage_events credit set month = original.month
    from usage_events original where original.id = credit.reverses and original.month <> credit.month`,
  'alter table usage_events enable trigger usage_events_guard',
  `alter table usage_events
    add check (type in ('surcharge', 'correction') or of_month is not null or amount_yen = 0),
    add check (type <> 'count' or amount_yen >= 0),
    add check (type <> 'credit' or amount_yen <= 0),
    add check (type = 'correction' or call_id is not null),
    add check ((type = 'credit') = (reverses is not null))`,
  // The month an event is booked in, held open until the transaction ends: a closing waits for it.
  `create function open_month(wanted date) returns date language plpgsql volatile as $$
  declare found date;
  begin
    loop
      found := greatest(wanted, (select max(month) + interval '1 month' from billing_months)::date);
      perform pg_advisory_xact_lock_shared(${monthLock('found')});
      exit when not exists (select 1 from billing_months where month >= found);
    end loop;
    return found;
  end $$`,
  `create function close_month_lock(from_month date, to_month date) returns void language plpgsql volatile as $$
  declare each_month date := from_month;
  begin
    while each_month <= to_month loop
      perform pg_advisory_xact_lock(${monthLock('each_month')});
      each_month := each_month + interval '1 month';
    end loop;
  end $$`,
  `create or replace function usage_events_guard() returns trigger language plpgsql as $$
  declare original usage_events;
  begin
    if tg_op <> 'INSERT' then
      raise exception 'usage events are append-only (P5)' using errcode = 'restrict_violation';
    end if;
    -- A snapshot taken before the locks below would not show what another transaction has just done.
    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
      raise exception 'usage needs read committed (P5)' using errcode = 'invalid_transaction_state';
    end if;
    perform pg_advisory_xact_lock_shared(${monthLock('new.month')});
    if exists (select 1 from billing_months where month >= new.month) then
      raise exception 'the month % is closed (P5)', new.month using errcode = 'object_not_in_prerequisite_state';
    end if;
    if new.type = 'credit' then
      select * into original from usage_events where id = new.reverses;
      if original.type not in ('count', 'surcharge')
        or original.call_id <> new.call_id or original.client_id <> new.client_id
        or coalesce(original.of_month, original.month) <> coalesce(new.of_month, new.month)
        or (original.type = 'surcharge' and new.amount_yen <> 0) then
        raise exception 'a credit is of the client, call and month of what it takes back (P5)'
          using errcode = 'check_violation';
      end if;
    end if;
    if new.type = 'count' then
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

  // ── Prices ───────────────────────────────────────────────────────────────────────────────────────────────
  'alter table plans add column prorated boolean not null default false',
  `create table extras (
    code text not null check (code ~ '^[a-z][a-z0-9_-]*$'),
    effective_from date not null check (extract(day from effective_from) = 1),
    name text not null,
    monthly_yen integer not null check (monthly_yen >= 0),
    prorated boolean not null default false,
    primary key (code, effective_from)
  )`,
  `create function prices_guard() returns trigger language plpgsql as $$
  begin
    raise exception 'a price is never taken away: statements may need it (P5)' using errcode = 'restrict_violation';
  end $$`,
  `create trigger plans_kept before delete or update of code, effective_from on plans
    for each row execute function prices_guard()`,
  `create trigger extras_kept before delete or update of code, effective_from on extras
    for each row execute function prices_guard()`,

  // ── Clients ──────────────────────────────────────────────────────────────────────────────────────────────
  `alter table clients
    add column contract_from date,
    add column contract_until date,
    add column tell_refused_sales boolean not null default false,
    add check (contract_until >= contract_from)`,
  `update clients set contract_until = (updated_at at time zone 'Asia/Tokyo')::date where status = 'ended'`,
  `create table client_extras (
    client_id uuid not null references clients,
    extra_code text not null,
    from_month date not null check (extract(day from from_month) = 1),
    to_month date check (extract(day from to_month) = 1),
    quantity integer not null check (quantity between 1 and 99),
    primary key (client_id, extra_code, from_month),
    check (to_month >= from_month)
  )`,
  `create function client_plans_guard() returns trigger language plpgsql as $$
  begin
    if not exists (select 1 from plans where code = new.plan_code and effective_from <= new.from_month) then
      raise exception 'the plan % has no price in %', new.plan_code, new.from_month using errcode = 'check_violation';
    end if;
    return new;
  end $$`,
  `create trigger client_plans_guard before insert or update on client_plans
    for each row execute function client_plans_guard()`,
  `create function client_extras_guard() returns trigger language plpgsql as $$
  begin
    if not exists (select 1 from extras where code = new.extra_code and effective_from <= new.from_month) then
      raise exception 'the extra % has no price in %', new.extra_code, new.from_month using errcode = 'check_violation';
    end if;
    if exists (
      select 1 from client_extras other
      where other.client_id = new.client_id and other.extra_code = new.extra_code and other.from_month <> new.from_month
        and other.from_month <= coalesce(new.to_month, 'infinity') and new.from_month <= coalesce(other.to_month, 'infinity')
    ) then
      raise exception 'the extra % is charged twice in some month', new.extra_code using errcode = 'check_violation';
    end if;
    return new;
  end $$`,
  `create trigger client_extras_guard before insert or update on client_extras
    for each row execute function client_extras_guard()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
