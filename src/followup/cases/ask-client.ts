import type { Transaction } from 'kysely';
import type { AddReport } from '../../delivery/add-report.ts';
import { routeOfCall } from '../../delivery/concerned.ts';
import type { Schema } from '../../storage/schema.ts';
import type { ActResult } from './cases.ts';
import type { HeldCase } from './held-case.ts';

/** Sends a client a ready-made message about its case; null when it was made, else why not. */
export type AskClient = (
  trx: Transaction<Schema>,
  held: HeldCase,
  message: 'stop_forwarding' | 'propose_suspension',
  by: { readonly actor: string; readonly key: string },
) => Promise<Extract<ActResult, { type: 'refused' }> | null>;

/** The message goes the way of the newest call's report, and like every report it arrives or somebody knows (P3). */
export function createAskClient(deps: { readonly addReport: AddReport }): AskClient {
  return async (trx, held, message, by) => {
    const { status } = await trx
      .selectFrom('clients')
      .select('status')
      .where('id', '=', held.clientId)
      .executeTakeFirstOrThrow();
    if (status === 'ended') return refused('契約が終了した顧客には送れません。');
    const callId = await newestCallOf(trx, held.id);
    if (callId === null) return refused('この案件には電話が残っていません。');
    const { primary } = await routeOfCall(trx, callId);
    if (primary.length === 0) {
      return refused('使える宛先が登録されていません。お電話などで直接ご連絡ください。');
    }
    const seq = await held.write({ type: 'asked_client', message }, by);
    await deps.addReport(trx, {
      callId,
      clientId: held.clientId,
      purpose: 'case_message',
      template: 'case-message',
      count: null,
      urgent: false,
      destinations: primary,
      aboutCase: { caseId: held.id, seq },
    });
    return null;
  };
}

/** A case's newest call, its row locked so that its reports are numbered one after the other; null: it has none. */
export async function newestCallOf(trx: Transaction<Schema>, caseId: string): Promise<string | null> {
  const call = await trx
    .selectFrom('case_calls as m')
    .innerJoin('calls as c', 'c.id', 'm.call_id')
    .select('c.id')
    .where('m.case_id', '=', caseId)
    .orderBy('c.occurred_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (call === undefined) return null;
  await trx.selectFrom('calls').select('id').where('id', '=', call.id).forNoKeyUpdate().execute();
  return call.id;
}

function refused(message: string): Extract<ActResult, { type: 'refused' }> {
  return { type: 'refused', message };
}
