import type { Kysely } from 'kysely';
import type { WarnedAt } from '../domain/billing/outlook.ts';
import { monthStart } from '../domain/calendar.ts';
import type { ReportPurpose } from '../domain/call.ts';
import type { ReportTemplate } from '../domain/kinds.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { ReviewReason } from '../domain/review.ts';
import type { Schema } from '../storage/schema.ts';
import type { AddDeliveries, Recipient } from './add-deliveries.ts';
import { undeliverableNotice } from './alert-text.ts';
import { addNotice } from './notice.ts';
import type { ReportText } from './report-text.ts';

export interface NewReport {
  readonly callId: string;
  readonly clientId: string;
  readonly purpose: ReportPurpose;
  readonly template: ReportTemplate;
  /** Running count at this moment; null for a call that is not counted. */
  readonly count: { readonly ordinal: number; readonly included: number | null } | null;
  readonly urgent: boolean;
  readonly destinations: readonly Recipient[];
  /** Only of a `destination_notice`: the delivery whose failure it tells of. */
  readonly aboutDelivery?: string;
  /** Only of a `case_reminder` or `case_message`: the event it was made with. */
  readonly aboutCase?: { readonly caseId: string; readonly seq: number };
  /** Only of a `usage_notice`: which warning it tells, its figures written before. */
  readonly aboutUsage?: { readonly month: string; readonly percent: WarnedAt };
  /** Only of a `dispute_answer`: what it answers. */
  readonly aboutDispute?: string;
  /** Only of a `correction`: the revision of the call its readers were told before. */
  readonly changedFrom?: number;
  /** Its deliveries are held until a supervisor has read it, for this reason; see `review/`. */
  readonly review?: ReviewReason | null;
}

/** Writes a report and a delivery for each destination, in the caller's transaction. Returns how many. */
export type AddReport = (trx: Kysely<Schema>, report: NewReport) => Promise<number>;

export function createAddReport(deps: {
  readonly addDeliveries: AddDeliveries;
  readonly reportText: ReportText;
  readonly clock: Clock;
  readonly newId: NewId;
}): AddReport {
  return async (trx, report) => {
    const id = deps.newId();
    await trx
      .insertInto('reports')
      .values((eb) => ({
        id,
        call_id: report.callId,
        client_id: report.clientId,
        sequence: eb
          .selectFrom('reports')
          .where('call_id', '=', report.callId)
          .select((of) => of(of.fn.coalesce(of.fn.max('sequence'), of.lit(0)), '+', of.lit(1)).as('next')),
        purpose: report.purpose,
        template: report.template,
        about_delivery: report.aboutDelivery ?? null,
        case_id: report.aboutCase?.caseId ?? null,
        case_seq: report.aboutCase?.seq ?? null,
        usage_month: report.aboutUsage ? monthStart(report.aboutUsage.month) : null,
        usage_percent: report.aboutUsage?.percent ?? null,
        about_dispute: report.aboutDispute ?? null,
        revision: eb.selectFrom('calls').where('id', '=', report.callId).select('revision'),
        changed_from: report.changedFrom ?? null,
        month_count: report.count?.ordinal ?? null,
        month_included: report.count?.included ?? null,
        created_at: deps.clock(),
      }))
      .execute();
    if (report.destinations.length === 0) {
      // P3: a report that has nowhere to go is told to staff in the same transaction.
      const text = await deps.reportText(trx, { reportId: id, deliveryId: null });
      await addNotice(trx, await undeliverableNotice(trx, report.callId, text), deps);
      return 0;
    }
    await deps.addDeliveries(trx, {
      reportId: id,
      destinations: report.destinations,
      replaces: null,
      held: report.review ?? null,
    });
    return report.destinations.length;
  };
}
