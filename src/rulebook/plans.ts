import type { Kysely, Transaction } from 'kysely';
import type { PlanTerms } from '../domain/billing/statement.ts';
import { monthStart } from '../domain/calendar.ts';
import type { Schema } from '../storage/schema.ts';

/** A plan at its price in some month. */
export type Plan = PlanTerms;

const PRICE = [
  'plans.code as code',
  'plans.name as name',
  'plans.base_yen as baseYen',
  'plans.included_calls as includedCalls',
  'plans.over_yen as overYen',
  'plans.prorated as prorated',
] as const;

/**
 * The plan a client has in a JST month (`YYYY-MM`) at the price in force in that month: a later price never
 * reaches back [MK]. Undefined when the client has no plan yet, or the plan no price yet.
 */
export async function planOf(
  db: Kysely<Schema> | Transaction<Schema>,
  clientId: string,
  month: string,
): Promise<Plan | undefined> {
  const first = monthStart(month);
  return db
    .selectFrom(
      db
        .selectFrom('client_plans')
        .select('plan_code')
        .where('client_id', '=', clientId)
        .where('from_month', '<=', first)
        .orderBy('from_month', 'desc')
        .limit(1)
        .as('chosen'),
    )
    .innerJoin('plans', 'plans.code', 'chosen.plan_code')
    .select(PRICE)
    .where('plans.effective_from', '<=', first)
    .orderBy('plans.effective_from', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Every plan with a price in a JST month (`YYYY-MM`), the cheapest base first: what a client could choose. */
export async function plansIn(
  db: Kysely<Schema> | Transaction<Schema>,
  month: string,
): Promise<readonly Plan[]> {
  const prices = await db
    .selectFrom('plans')
    .distinctOn('code')
    .select(PRICE)
    .where('effective_from', '<=', monthStart(month))
    .orderBy('code')
    .orderBy('effective_from', 'desc')
    .execute();
  return prices.toSorted((a, b) => a.baseYen - b.baseYen);
}
