import { type Kysely, sql } from 'kysely';
import type { ExtraTerms, PlanTerms } from '../domain/billing/statement.ts';
import { monthStart } from '../domain/calendar.ts';
import { groupBy } from '../domain/group-by.ts';
import type { Schema } from '../storage/schema.ts';

/** The plans of many clients in a JST month (`YYYY-MM`) at the prices in force in it: `planOf` for all of them. */
export async function plansOf(
  db: Kysely<Schema>,
  month: string,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, PlanTerms>> {
  const first = monthStart(month);
  const { rows } = await sql<PlanTerms & { readonly clientId: string }>`
    select chosen.client_id as "clientId", price.code, price.name, price.base_yen as "baseYen",
      price.included_calls as "includedCalls", price.over_yen as "overYen", price.prorated
    from (
      select distinct on (client_id) client_id, plan_code from client_plans
      where client_id = any(${clientIds}::uuid[]) and from_month <= ${first}::date
      order by client_id, from_month desc
    ) chosen
    cross join lateral (
      select * from plans where code = chosen.plan_code and effective_from <= ${first}::date
      order by effective_from desc limit 1
    ) price
  `.execute(db);
  return new Map(rows.map(({ clientId, ...plan }) => [clientId, plan]));
}

/** The extras of many clients in a JST month at the prices in force in it, by name. */
export async function extrasOf(
  db: Kysely<Schema>,
  month: string,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ExtraTerms[]>> {
  const first = monthStart(month);
  const { rows } = await sql<ExtraTerms & { readonly clientId: string }>`
    select line.client_id as "clientId", price.code, price.name, price.monthly_yen as "monthlyYen",
      price.prorated, line.quantity
    from client_extras line
    cross join lateral (
      select * from extras where code = line.extra_code and effective_from <= ${first}::date
      order by effective_from desc limit 1
    ) price
    where line.client_id = any(${clientIds}::uuid[])
      and line.from_month <= ${first}::date and coalesce(line.to_month, 'infinity') >= ${first}::date
    order by price.code
  `.execute(db);
  const byClient = groupBy(rows, ({ clientId }) => clientId);
  return new Map(
    [...byClient].map(([id, theirs]) => [id, theirs.map(({ clientId: _client, ...extra }) => extra)]),
  );
}
