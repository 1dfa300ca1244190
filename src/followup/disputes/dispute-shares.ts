import { type Kysely, sql } from 'kysely';
import { atJst, monthStart, nextMonth } from '../../domain/calendar.ts';
import type { Schema } from '../../storage/schema.ts';

/** Of the calls one operator entered with one kind: how many were reported, disputed, and taken out of the count for it. */
export interface DisputeShare {
  readonly operatorId: string;
  readonly operatorName: string;
  /** As it was when the client said something; else as it is. */
  readonly kind: string;
  readonly kindLabel: string;
  readonly reported: number;
  readonly disputed: number;
  readonly credited: number;
}

/**
 * Shares by operator and kind among the calls of a JST month (`YYYY-MM`), most disputed first. A call counts once,
 * however often something was said about it. Sales calls and retracted ones are left out, unless they were disputed.
 */
export async function disputeShares(db: Kysely<Schema>, month: string): Promise<readonly DisputeShare[]> {
  const from = atJst(monthStart(month), '00:00');
  const to = atJst(monthStart(nextMonth(month)), '00:00');
  const { rows } = await sql<DisputeShare>`
    with of_month as (
      select c.id, c.operator_id, c.operator_name, c.recorded_at, coalesce(said.kind, c.kind) as kind,
        said.call_id is not null as disputed, coalesce(said.credited, false) as credited
      from calls c
      left join lateral (
        select d.call_id, (array_agg(d.kind order by d.at))[1] as kind,
          bool_or(coalesce(d.decision, '') = 'credited') as credited
        from disputes d where d.call_id = c.id group by d.call_id
      ) said on true
      where c.occurred_at >= ${from} and c.occurred_at < ${to}
        and (said.call_id is not null or ((c.rule ->> 'reported') = 'true' and c.retracted_at is null))
    )
    select o.operator_id as "operatorId", (array_agg(o.operator_name order by o.recorded_at desc))[1] as "operatorName",
      o.kind, kind.label as "kindLabel", count(*)::integer as reported,
      (count(*) filter (where o.disputed))::integer as disputed,
      (count(*) filter (where o.credited))::integer as credited
    from of_month o
    join kinds kind on kind.code = o.kind
    group by o.operator_id, o.kind, kind.label
    order by disputed desc, credited desc, "operatorName", o.kind
  `.execute(db);
  return rows;
}
