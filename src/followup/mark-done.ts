import { type Kysely, sql } from 'kysely';
import { cancelReminders } from '../delivery/cancel-reminders.ts';
import { type DoneStanding, mayMarkDone } from '../domain/done.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';

/** Who says so: somebody in the delivery's Slack channel, or whoever holds the link of a mail or Chatwork report. */
export type DoneBy = { readonly via: 'slack'; readonly person: string } | { readonly via: 'link' };

/** What may be shown to whoever holds a delivery: no more than its report shows (P10). */
export interface ShownReport {
  readonly receiptNumber: string;
  readonly clientName: string;
  readonly occurredAt: Date;
}

export interface DoneMark {
  readonly at: Date;
  readonly via: 'slack' | 'link';
  /** Slack user id. */
  readonly person: string | null;
}

export type DoneReading =
  | { readonly type: 'open'; readonly report: ShownReport }
  | { readonly type: 'done'; readonly report: ShownReport; readonly mark: DoneMark }
  /** Never was, or may no longer be answered: see `mayMarkDone`. */
  | { readonly type: 'revoked' };

export type DoneResult =
  /** Marked now, or before: the first mark stays. */
  | { readonly type: 'marked' | 'already'; readonly report: ShownReport; readonly mark: DoneMark }
  | { readonly type: 'revoked' };

/** The client's word that a call is dealt with (対応済み). One a call, through whichever of its reports. */
export interface Done {
  read(deliveryId: string): Promise<DoneReading>;
  /** Idempotent; of two at the same moment the first is kept. Throws when the database cannot say. */
  mark(deliveryId: string, by: DoneBy): Promise<DoneResult>;
}

export function createDone(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly newId: NewId;
}): Done {
  return {
    read: async (deliveryId) => readingOf(await find(deps.db, deliveryId)),
    mark: (deliveryId, by) =>
      deps.db.transaction().execute(async (trx) => {
        const { callId } = (await find(trx, deliveryId)) ?? {};
        if (callId === undefined) return { type: 'revoked' };
        // Whoever writes about a call takes turns on its row; what stands is read only then.
        await trx.selectFrom('calls').select('id').where('id', '=', callId).forNoKeyUpdate().execute();
        const reading = readingOf(await find(trx, deliveryId));
        if (reading.type === 'revoked') return reading;
        if (reading.type === 'done') return { ...reading, type: 'already' };
        const mark = { at: deps.clock(), via: by.via, person: by.via === 'slack' ? by.person : null };
        await trx
          .insertInto('done_marks')
          .values({ call_id: callId, delivery_id: deliveryId, ...mark })
          .execute();
        await cancelReminders(trx, callId, mark.at);
        await trx
          .insertInto('audit_log')
          .values({
            id: deps.newId(),
            at: mark.at,
            actor: mark.person ?? 'client:link',
            action: 'call.done',
            subject_type: 'call',
            subject_id: callId,
            detail: JSON.stringify({ delivery: deliveryId }),
          })
          .execute();
        return { type: 'marked', report: reading.report, mark };
      }),
  };
}

type Found = DoneStanding & {
  readonly callId: string;
  readonly report: ShownReport;
  readonly mark: DoneMark | null;
};

function readingOf(found: Found | undefined): DoneReading {
  if (found === undefined || !mayMarkDone(found)) return { type: 'revoked' };
  const { report, mark } = found;
  return mark === null ? { type: 'open', report } : { type: 'done', report, mark };
}

async function find(db: Kysely<Schema>, deliveryId: string): Promise<Found | undefined> {
  const row = await db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .innerJoin('calls as c', 'c.id', 'r.call_id')
    .innerJoin('clients as client', 'client.id', 'c.client_id')
    .leftJoin('done_marks as mark', 'mark.call_id', 'c.id')
    .select((eb) => [
      'd.state',
      'r.purpose',
      'c.id as callId',
      'c.receipt_number as receiptNumber',
      'c.occurred_at as occurredAt',
      'client.name as clientName',
      'client.status as clientStatus',
      sql<boolean>`(c.rule ->> 'reported') = 'true'`.as('reported'),
      eb
        .exists(
          eb
            .selectFrom('reports as taken')
            .select('taken.id')
            .whereRef('taken.call_id', '=', 'c.id')
            .where('taken.purpose', '=', 'retraction'),
        )
        .$castTo<boolean>()
        .as('retracted'),
      'mark.at as markedAt',
      'mark.via as markedVia',
      'mark.person as markedBy',
    ])
    .where('d.id', '=', deliveryId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { receiptNumber, clientName, occurredAt, markedAt, markedVia, markedBy, ...standing } = row;
  return {
    ...standing,
    report: { receiptNumber, clientName, occurredAt },
    mark: markedAt && markedVia ? { at: markedAt, via: markedVia, person: markedBy } : null,
  };
}
