import type { Kysely } from 'kysely';
import { daysUnder, proratedPrice } from '../domain/billing/contract.ts';
import { monthStart } from '../domain/calendar.ts';
import type { PlanPrice } from '../domain/plans.ts';
import { planOf } from '../rulebook/plans.ts';
import type { Schema } from '../storage/schema.ts';

/** The price a client's calls of a closed JST month (`YYYY-MM`) were charged by; null when it had no plan. */
export async function closedPrice(
  trx: Kysely<Schema>,
  clientId: string,
  month: string,
): Promise<PlanPrice | null> {
  const stored = await trx
    .selectFrom('statements')
    .select('summary')
    .where('month', '=', monthStart(month))
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  // None: its statements are just being written, or it has none in that month.
  return stored === undefined ? await openPrice(trx, clientId, month) : stored.summary.plan;
}

/** The price a client's calls of an open JST month are charged by, prorated where it is; null without a plan. */
export async function openPrice(
  trx: Kysely<Schema>,
  clientId: string,
  month: string,
): Promise<PlanPrice | null> {
  const plan = await planOf(trx, clientId, month);
  if (plan === undefined || !plan.prorated) return plan ?? null;
  const { from, until } = await trx
    .selectFrom('clients')
    .select(['contract_from as from', 'contract_until as until'])
    .where('id', '=', clientId)
    .executeTakeFirstOrThrow();
  const days = daysUnder({ from, until }, month);
  return days.charged < days.ofMonth ? proratedPrice(plan, days) : plan;
}
