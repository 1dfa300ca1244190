import { type Kysely, sql } from 'kysely';
import type { CallsSoFar } from '../reports/view.ts';
import type { Schema } from '../storage/schema.ts';

/** Whether a call came although its case's forwarding was said to be stopped; by the primary key of `case_events`. */
export const stillForwarding = sql<boolean>`exists (
  select 1 from case_calls m join case_events e on e.case_id = m.case_id
  where m.call_id = c.id and e.body ->> 'type' = 'still_forwarding' and e.body ->> 'callId' = c.id::text
)`;

/** The calls of this call's case recorded up to a moment, so that a later rendering says the same. */
export async function callsSoFar(
  trx: Kysely<Schema>,
  call: { readonly call_id: string; readonly occurred_at: Date },
  upTo: Date,
): Promise<CallsSoFar | null> {
  const before = (hours: number) => new Date(call.occurred_at.getTime() - hours * 3_600_000);
  const { rows } = await sql<{ count: number; since: Date | null; in_hour: number; in_day: number }>`
    select count(*) as count, min(c.occurred_at) as since,
      count(*) filter (where c.occurred_at between ${before(1)} and ${call.occurred_at}) as in_hour,
      count(*) filter (where c.occurred_at between ${before(24)} and ${call.occurred_at}) as in_day
    from case_calls mine
    join case_calls m on m.case_id = mine.case_id
    join calls c on c.id = m.call_id
    where mine.call_id = ${call.call_id} and c.recorded_at <= ${upTo}
  `.execute(trx);
  const [row] = rows;
  return row?.since ? { count: row.count, since: row.since, inHour: row.in_hour, inDay: row.in_day } : null;
}
