import type { Kysely } from 'kysely';
import type { AlertSubject } from '../domain/delivery.ts';
import type { Reason } from '../domain/outcome.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import { alertText, type DeliveryInWords, reportHint } from './alert-text.ts';
import { decisionButtons } from './decision-buttons.ts';
import { addNotice, STAFF } from './notice.ts';
import { staffNoticeBody } from './notice-body.ts';
import type { ReportText } from './report-text.ts';

/** Tells staff in the same transaction in which the trouble is written down (P3). */
export type AlertStaff = (
  trx: Kysely<Schema>,
  about: AlertSubject,
  delivery: { readonly id: string },
  reason: Reason,
) => Promise<void>;

const HOUR_MS = 3_600_000;

export function createAlertStaff(deps: {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly reportText: ReportText;
}): AlertStaff {
  return async (trx, about, delivery, reason) => {
    const words = await inWords(trx, delivery.id);
    const toReadOut = reachedNobody(about) && words.purpose !== 'destination_notice';
    const report = toReadOut ? await deps.reportText(trx, words) : undefined;
    await addNotice(
      trx,
      {
        key: alertKey(about, words, reason, deps.clock()),
        target: STAFF,
        body: staffNoticeBody(
          [...alertText(about, words, reason), ...(toReadOut ? [reportHint(report)] : [])],
          { blocks: about === 'uncertain' ? [decisionButtons(words.deliveryId)] : [], report },
        ),
      },
      deps,
    );
  };
}

/** Whether a person has to bring the report to the client, because no channel will. */
function reachedNobody(about: AlertSubject): boolean {
  return about === 'undeliverable' || about === 'given-up';
}

/**
 * What makes two alerts the same one. A destination alerts once for each time it was disabled, a credential or
 * a channel once an hour while it lasts, and so does a destination whose mails come back; a delivery once for each
 * reason and each time somebody has it sent again (P3).
 */
function alertKey(about: AlertSubject, words: DeliveryInWords, reason: Reason, now: Date): string {
  const hour = Math.floor(now.getTime() / HOUR_MS);
  switch (about) {
    case 'destination':
      return `destination:${words.destinationId}:${words.disabledAt?.getTime() ?? 0}`;
    case 'credential':
    case 'channel':
      return `${about}:${words.credential}:${reason.code}:${hour}`;
    case 'bounced':
      return `bounced:${words.destinationId}:${hour}`;
    case 'uncertain':
      return `uncertain:${words.deliveryId}:${words.generation}:${words.looks}`;
    case 'delivery':
    case 'late':
    case 'undeliverable':
    case 'given-up':
    case 'forwarding':
      return `${about}:${words.deliveryId}:${words.waitingSince.getTime()}`;
    default:
      return about satisfies never;
  }
}

async function inWords(trx: Kysely<Schema>, deliveryId: string): Promise<DeliveryInWords> {
  const row = await trx
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .leftJoin('calls as c', 'c.id', 'r.call_id')
    .innerJoin('clients as client', 'client.id', 'd.client_id')
    .innerJoin('destinations as destination', 'destination.id', 'd.destination_id')
    .select([
      'd.id as deliveryId',
      'd.report_id as reportId',
      'd.destination_id as destinationId',
      'd.credential',
      'd.channel',
      'd.address',
      'd.said',
      'd.looks',
      'd.generation',
      'd.waiting_since as waitingSince',
      'd.created_at as createdAt',
      'c.receipt_number as receiptNumber',
      'client.code as clientCode',
      'client.name as clientName',
      'destination.disabled_at as disabledAt',
      'r.purpose',
      'r.statement_month as statementMonth',
    ])
    .where('d.id', '=', deliveryId)
    .executeTakeFirstOrThrow();
  return row;
}
