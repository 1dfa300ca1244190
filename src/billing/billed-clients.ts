import { type Kysely, sql } from 'kysely';
import type { Contract } from '../domain/billing/contract.ts';
import { addDays, monthStart, nextMonth } from '../domain/calendar.ts';
import type { Schema } from '../storage/schema.ts';

/** A client that has a statement in a month, with what its own data says about it. */
export interface BilledClient {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly contract: Contract;
  readonly tellRefusedSales: boolean;
}

/**
 * Clients with a statement in a JST month (`YYYY-MM`), by code: those under contract with a plan or an extra, and all
 * with events booked in it. Indexes: clients_code_key, usage_events_client_month.
 * @param o.after only codes after this one
 */
export async function billedClients(
  db: Kysely<Schema>,
  month: string,
  o: { readonly clientId?: string; readonly after: string; readonly limit: number },
): Promise<readonly BilledClient[]> {
  const first = monthStart(month);
  const last = addDays(monthStart(nextMonth(month)), -1);
  const { rows } = await sql<
    Omit<BilledClient, 'contract'> & { readonly from: string | null; readonly until: string | null }
  >`
    select c.id, c.code, c.name, c.contract_from as "from", c.contract_until as "until",
      c.tell_refused_sales as "tellRefusedSales"
    from clients c
    where c.code > ${o.after} and (${o.clientId ?? null}::uuid is null or c.id = ${o.clientId ?? null}::uuid)
      and (
        exists (select 1 from usage_events e where e.client_id = c.id and e.month = ${first}::date)
        or (
          coalesce(c.contract_from, '-infinity') <= ${last}::date
          and coalesce(c.contract_until, case c.status when 'ended' then '-infinity'::date else 'infinity' end)
            >= ${first}::date
          and (
            exists (select 1 from client_plans p where p.client_id = c.id and p.from_month <= ${first}::date)
            or exists (
              select 1 from client_extras x where x.client_id = c.id
                and x.from_month <= ${first}::date and coalesce(x.to_month, 'infinity') >= ${first}::date
            )
          )
        )
      )
    order by c.code
    limit ${o.limit}
  `.execute(db);
  return rows.map(({ from, until, ...client }) => ({ ...client, contract: { from, until } }));
}
