import { type Kysely, sql } from 'kysely';
import { monthStart } from '../src/domain/calendar.ts';
import type { Schema } from '../src/storage/schema.ts';
import { uuidAt } from './ledger.ts';

/** Rows of one statement. */
const CHUNK = 500_000;
/** Months of history before the one whose statements are computed. */
const HISTORY_MONTHS = 24;
/** Each so many calls has a surcharge; each so many was counted, credited and counted again. */
const SURCHARGED = 50;
const CREDITED = 100;

/**
 * Clients with a plan, the calls and usage events of a JST month, and the events of the months before it, which are
 * closed. Their calls are left out: nothing reads them. Triggers and foreign keys are off, which check what is right by
 * construction here; indexes on usage events are made when the rows are there.
 */
export async function seedUsage(
  db: Kysely<Schema>,
  o: { readonly clients: number; readonly monthCalls: number; readonly events: number },
  month: string,
): Promise<void> {
  const first = monthStart(month);
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`drop index usage_events_client_month, usage_events_call`.execute(trx);
    await sql`
      insert into plans (code, effective_from, name, base_yen, included_calls, over_yen)
      values ('small', '2020-01-01', 'スモール', 2960, 20, 148)
    `.execute(trx);
    await sql`
      insert into clients (id, code, name, kana, status, search_text, created_at, updated_at)
      select gen_random_uuid(), 'c' || n, '株式会社サンプル' || n, 'サンプル' || n, 'active', 'c' || n, now(), now()
      from generate_series(0, ${o.clients - 1}::integer) n
    `.execute(trx);
    await sql`
      insert into client_plans (client_id, from_month, plan_code) select id, '2020-01-01', 'small' from clients
    `.execute(trx);
    await sql`
      insert into billing_months values ((${first}::date - interval '1 month')::date, now(), 'bench', now())
    `.execute(trx);
    const monthEvents = await seedMonth(trx, o, first);
    const history = Math.max(0, o.events - monthEvents);
    for (let done = 0; done < history; done += CHUNK) {
      await sql`
        insert into usage_events (id, client_id, call_id, type, month, actor, at)
        select lpad(to_hex(i), 32, '0')::uuid, client_id, ('f' || lpad(to_hex(i), 31, '0'))::uuid, 'count',
          date_trunc('month', at at time zone 'Asia/Tokyo')::date, 'U0BENCH01', at
        from (
          select i, client.id as client_id, ((${first}::date - make_interval(months => ${HISTORY_MONTHS}::integer)) at time zone 'Asia/Tokyo')
            + (i::float8 / ${history}::float8) * (${first}::date - (${first}::date - make_interval(months => ${HISTORY_MONTHS}::integer))) as at
          from generate_series(${done}::integer, ${Math.min(done + CHUNK, history) - 1}::integer) i
          join clients client on client.code = 'c' || (i % ${o.clients}::integer)
          order by i
        ) numbered
      `.execute(trx);
    }
    await sql`create index usage_events_client_month on usage_events (client_id, month, type)`.execute(trx);
    await sql`create index usage_events_call on usage_events (call_id)`.execute(trx);
  });
}

/** @returns how many events */
async function seedMonth(
  trx: Kysely<Schema>,
  o: { readonly clients: number; readonly monthCalls: number },
  first: string,
): Promise<number> {
  await sql`
    create temp table batch on commit drop as
    select i, at, client_id, ${uuidAt('at')} as call_id, ${uuidAt('at')} as count_id
    from (
      select i, client.id as client_id, (${first}::date at time zone 'Asia/Tokyo')
        + (i::float8 / ${o.monthCalls}::float8) * interval '28 days' as at
      from generate_series(0, ${o.monthCalls - 1}::integer) i
      join clients client on client.code = 'c' || (i % ${o.clients}::integer)
    ) numbered order by i
  `.execute(trx);
  await sql`
    insert into calls (id, receipt_number, entry_key, client_id, kind, rule, source, operator_id, operator_name,
      occurred_at, recorded_at, addressee_name, caller_company, caller_name, number_state, message)
    select call_id, 'bench-' || i, 'bench:' || i, client_id, 'message',
      '{"counted":true,"reported":true,"flagged":false}', 'modal', 'U0BENCH01', '鈴木', at, at, '山田',
      '株式会社サンプル', '佐藤', 'withheld', '見積書の件'
    from batch order by i
  `.execute(trx);
  await sql`
    insert into usage_events (id, client_id, call_id, type, month, actor, at)
    select count_id, client_id, call_id, 'count', ${first}::date, 'U0BENCH01', at from batch order by i
  `.execute(trx);
  await sql`
    insert into usage_events (id, client_id, call_id, type, month, amount_yen, reason, actor, at)
    select ${uuidAt('at')}, client_id, call_id, 'surcharge', ${first}::date, 200, '怒鳴り声', 'U0BENCH01', at
    from batch where i % ${SURCHARGED}::integer = 0 order by i
  `.execute(trx);
  await sql`
    insert into usage_events (id, client_id, call_id, type, month, reverses, reason, actor, at)
    select ${uuidAt('at')}, client_id, call_id, 'credit', ${first}::date, count_id, '種別の変更', 'U0BENCH01', at
    from batch where i % ${CREDITED}::integer = 1 order by i
  `.execute(trx);
  await sql`
    insert into usage_events (id, client_id, call_id, type, month, actor, at)
    select ${uuidAt('at')}, client_id, call_id, 'count', ${first}::date, 'U0BENCH01', at + interval '1 minute'
    from batch where i % ${CREDITED}::integer = 1 order by i
  `.execute(trx);
  const { events } = await trx
    .selectFrom('usage_events')
    .select((eb) => eb.fn.countAll<number>().as('events'))
    .executeTakeFirstOrThrow();
  return Number(events);
}
