import { type Kysely, sql } from 'kysely';
import { jstMonth, monthStart } from '../domain/calendar.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { SurchargeReason } from '../rulebook/surcharges.ts';
import type { Schema } from '../storage/schema.ts';

type Deps = { readonly clock: Clock; readonly newId: NewId };
type Change = {
  readonly callId: string;
  /** Slack id of whoever changed the call. */
  readonly actor: string;
  /** Why, for the statement; null when nothing was said. */
  readonly reason: string | null;
};

/**
 * Takes back everything a call still counts for: its count and its surcharge, each by an event that reverses it. The
 * database refuses a second reversal of one event. Nothing is done for a call that counts for nothing.
 *
 * A credit belongs to the month it is given in, or to the call's own where that is not over yet: a month that is over
 * is never changed (P5).
 * @returns how many events were reversed
 */
export async function creditCall(trx: Kysely<Schema>, deps: Deps, change: Change): Promise<number> {
  return await reverse(trx, deps, change, ['count', 'surcharge']);
}

/** Books another surcharge for a call in place of the one it has; null for none. To be called for a counted call. */
export async function replaceSurcharge(
  trx: Kysely<Schema>,
  deps: Deps,
  change: Change & { readonly clientId: string; readonly occurredAt: Date },
  surcharge: Pick<SurchargeReason, 'label' | 'amountYen'> | null,
): Promise<void> {
  await reverse(trx, deps, change, ['surcharge']);
  if (surcharge === null) return;
  const now = deps.clock();
  await trx
    .insertInto('usage_events')
    .values({
      id: deps.newId(),
      client_id: change.clientId,
      call_id: change.callId,
      type: 'surcharge',
      month: openMonth(monthStart(jstMonth(change.occurredAt)), now),
      amount_yen: surcharge.amountYen,
      reverses: null,
      reason: surcharge.label,
      actor: change.actor,
      at: now,
    })
    .execute();
}

async function reverse(
  trx: Kysely<Schema>,
  deps: Deps,
  change: Change,
  types: readonly ('count' | 'surcharge')[],
): Promise<number> {
  const { rows: live } = await sql<{ id: string; client_id: string; month: string }>`
    select e.id, e.client_id, e.month from usage_events e
    where e.call_id = ${change.callId} and e.type = any(${types}::text[])
      and not exists (select 1 from usage_events reversal where reversal.reverses = e.id)
  `.execute(trx);
  if (live.length === 0) return 0;
  const now = deps.clock();
  await trx
    .insertInto('usage_events')
    .values(
      live.map((event) => ({
        id: deps.newId(),
        client_id: event.client_id,
        call_id: change.callId,
        type: 'credit' as const,
        month: openMonth(event.month, now),
        amount_yen: 0,
        reverses: event.id,
        reason: change.reason,
        actor: change.actor,
        at: now,
      })),
    )
    .execute();
  return live.length;
}

/** `YYYY-MM-01` of a month, or of the present one when that month is over. */
function openMonth(month: string, now: Date): string {
  const present = monthStart(jstMonth(now));
  return month < present ? present : month;
}
