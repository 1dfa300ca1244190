import { sql, type Transaction } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/** A month that is charged by a price already. */
export interface PriceUse {
  /** `YYYY-MM` */
  readonly month: string;
  readonly closed: boolean;
}

/**
 * The first month of a span in which a client on a plan has anything on its account, or that is closed.
 * Index: usage_events_client_month, a client on the plan at a time.
 * @param from first day of the span's first month; `before`: of the first month after it
 */
export async function planUse(
  tx: Transaction<Schema>,
  code: string,
  from: string,
  before: string,
): Promise<PriceUse | undefined> {
  return first(
    tx,
    sql`
    select greatest(span.from_month, ${from}::date) as from_month, least(span.until, ${before}::date) as until,
      span.client_id
    from (
      select client_id, plan_code, from_month,
        lead(from_month, 1, 'infinity') over (partition by client_id order by from_month) as until
      from client_plans
    ) span
    where span.plan_code = ${code}
  `,
  );
}

/** The same of a monthly extra. */
export async function extraUse(
  tx: Transaction<Schema>,
  code: string,
  from: string,
  before: string,
): Promise<PriceUse | undefined> {
  return first(
    tx,
    sql`
    select greatest(from_month, ${from}::date) as from_month,
      least((to_month + interval '1 month')::date, ${before}::date) as until, client_id
    from client_extras
    where extra_code = ${code}
  `,
  );
}

async function first(tx: Transaction<Schema>, spans: ReturnType<typeof sql>): Promise<PriceUse | undefined> {
  const { rows } = await sql<{ month: string; closed: boolean }>`
    with span as (${spans})
    select used.month, used.month <= coalesce((select max(month) from billing_months), '-infinity') as closed
    from span
    cross join lateral (
      select span.from_month as month
      where span.from_month <= coalesce((select max(month) from billing_months), '-infinity')
      union all
      (select e.month from usage_events e
        where e.client_id = span.client_id and e.month >= span.from_month and e.month < span.until
        order by e.month limit 1)
    ) used
    where span.from_month < span.until
    order by used.month limit 1
  `.execute(tx);
  const [row] = rows;
  return row && { month: row.month.slice(0, 7), closed: row.closed };
}
