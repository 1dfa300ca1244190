import { type Kysely, sql, type Transaction } from 'kysely';
import { monthStart } from '../domain/calendar.ts';
import { monthlyCharge } from '../domain/plans.ts';
import { type Plan, planOf } from '../rulebook/plans.ts';
import type { Schema } from '../storage/schema.ts';

type Db = Kysely<Schema> | Transaction<Schema>;

/** One client's month as the usage events tell it (P5: nothing else is read). Yen, tax included. */
export interface ClientUsage {
  readonly clientId: string;
  readonly code: string;
  readonly name: string;
  /** JST month, `YYYY-MM`. */
  readonly month: string;
  /** Counted calls less credited ones; below zero when credits for earlier months outnumber the counts. */
  readonly counted: number;
  /** Credits among them: reported calls that turned out to be free. */
  readonly credited: number;
  readonly surchargeYen: number;
  /** Sum of corrections entered by hand; may be negative. */
  readonly correctionYen: number;
}

/** A month with its price. `plan` and the charges are null for a client without a plan in that month. */
export interface ClientMonthCharge extends ClientUsage {
  readonly plan: Plan | null;
  readonly overCalls: number | null;
  readonly overYen: number | null;
  /** Base charge, calls above the plan, surcharges and corrections. */
  readonly totalYen: number | null;
}

/**
 * Usage of a JST month, by client code: every client that has not ended, and ended ones with events in that
 * month. Index: usage_events_client_month.
 *
 * @param month `YYYY-MM`; a RangeError otherwise
 * @param clientCode only this client
 */
export async function monthUsage(
  db: Db,
  month: string,
  clientCode?: string,
): Promise<readonly ClientUsage[]> {
  const { rows } = await sql<Omit<ClientUsage, 'month'>>`
    select c.id as "clientId", c.code, c.name,
           coalesce(u.counts, 0)::integer - coalesce(u.credits, 0)::integer as counted,
           coalesce(u.credits, 0)::integer as credited,
           coalesce(u.surcharge_yen, 0)::integer as "surchargeYen",
           coalesce(u.correction_yen, 0)::integer as "correctionYen"
      from clients c
      left join (
        select e.client_id,
               count(*) filter (where e.type = 'count') as counts,
               count(*) filter (where e.type = 'credit' and r.type = 'count') as credits,
               coalesce(sum(e.amount_yen) filter (where e.type = 'surcharge'), 0)
                 - coalesce(sum(r.amount_yen) filter (where e.type = 'credit' and r.type = 'surcharge'), 0)
                 as surcharge_yen,
               sum(e.amount_yen) filter (where e.type = 'correction') as correction_yen
          from usage_events e
          left join usage_events r on r.id = e.reverses
         where e.month = ${monthStart(month)}
         group by e.client_id
      ) u on u.client_id = c.id
     where (c.status <> 'ended' or u.client_id is not null)
       and (${clientCode ?? null}::text is null or c.code = ${clientCode ?? null}::text)
     order by c.code`.execute(db);
  return rows.map((row) => ({ ...row, month }));
}

/** `monthUsage` with each client's plan and charge, at the prices in force in that month. */
export async function monthCharges(
  db: Db,
  month: string,
  clientCode?: string,
): Promise<readonly ClientMonthCharge[]> {
  const charges: ClientMonthCharge[] = [];
  for (const usage of await monthUsage(db, month, clientCode)) {
    charges.push(chargeFor(usage, await planOf(db, usage.clientId, month)));
  }
  return charges;
}

/** A month's usage at a plan's price. Credits of earlier months never make calls of this month negative. */
export function chargeFor(usage: ClientUsage, plan: Plan | undefined): ClientMonthCharge {
  if (!plan) return { ...usage, plan: null, overCalls: null, overYen: null, totalYen: null };
  const charge = monthlyCharge(plan, Math.max(0, usage.counted));
  return {
    ...usage,
    plan,
    overCalls: charge.overCalls,
    overYen: charge.overYen,
    totalYen: charge.totalYen + usage.surchargeYen + usage.correctionYen,
  };
}
