/** A plan's price in force in some month; yen, tax included. */
export interface PlanPrice {
  /** Monthly base charge, yen. */
  readonly baseYen: number;
  /** Counted calls the base charge covers. */
  readonly includedCalls: number;
  /** Charge for each counted call above, yen. */
  readonly overYen: number;
}

/** What a month comes to before surcharges. */
export interface MonthlyCharge {
  readonly overCalls: number;
  /** Charge for the calls above the plan, yen. */
  readonly overYen: number;
  /** Base charge and calls above the plan, yen. */
  readonly totalYen: number;
}

/**
 * The charge of a month by its counted calls: [seed] 25 calls on スモール (2,960 yen, 20 calls, 148 yen) are
 * 5 × 148 = 740 above the plan, 3,700 yen in all. Surcharges are events of their own and come on top.
 * @param counted calls counted in the JST month, credits taken off
 */
export function monthlyCharge(plan: PlanPrice, counted: number): MonthlyCharge {
  if (!Number.isSafeInteger(counted) || counted < 0) {
    throw new RangeError(`counted calls are a whole number from 0, not ${counted}`);
  }
  const overCalls = Math.max(0, counted - plan.includedCalls);
  const overYen = overCalls * plan.overYen;
  return { overCalls, overYen, totalYen: plan.baseYen + overYen };
}

/** The plan with the lowest charge for so many calls, the first of equals; undefined when there are no plans. */
export function cheapestPlan<P extends PlanPrice>(plans: readonly P[], counted: number): P | undefined {
  let cheapest: P | undefined;
  for (const plan of plans) {
    if (!cheapest || monthlyCharge(plan, counted).totalYen < monthlyCharge(cheapest, counted).totalYen) {
      cheapest = plan;
    }
  }
  return cheapest;
}
