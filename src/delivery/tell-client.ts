import type { Kysely } from 'kysely';
import type { ChannelName } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';
import type { AddReport } from './add-report.ts';
import { concernedBy } from './concerned.ts';

/**
 * Asks a client for a new address, over another of its working destinations, in the transaction that switched
 * the old one off [MK]. Whoever calls this knows that it was switched off just now: the client is told once.
 */
export type TellClient = (
  trx: Kysely<Schema>,
  delivery: {
    readonly id: string;
    readonly report_id: string;
    readonly client_id: string;
    readonly channel: ChannelName;
    readonly address: string;
  },
) => Promise<void>;

/**
 * The word goes through the ledger like any report, so that it arrives or somebody knows (P3). It goes to one
 * destination: on another channel where there is one, because what broke one address often breaks its
 * neighbours, and only to those who may see the report that failed. With none left, staff knows already.
 */
export function createTellClient(deps: { readonly addReport: AddReport }): TellClient {
  return async (trx, delivery) => {
    const working = (await concernedBy(trx, delivery)).filter(
      ({ channel, address }) => channel !== delivery.channel || address !== delivery.address,
    );
    const destination = working.find(({ channel }) => channel !== delivery.channel) ?? working[0];
    if (destination === undefined) return;
    const { call_id: callId } = await trx
      .selectFrom('reports')
      .select('call_id')
      .where('id', '=', delivery.report_id)
      .executeTakeFirstOrThrow();
    // A statement names no call to speak of; staff was alerted, and the next report finds its way.
    if (callId === null) return;
    // Two destinations of one call may fail at the same moment; their notices are numbered one after the other.
    await trx.selectFrom('calls').select('id').where('id', '=', callId).forNoKeyUpdate().execute();
    await deps.addReport(trx, {
      callId,
      clientId: delivery.client_id,
      purpose: 'destination_notice',
      template: 'destination-notice',
      count: null,
      urgent: false,
      destinations: [destination],
      aboutDelivery: delivery.id,
    });
  };
}
