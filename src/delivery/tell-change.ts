import type { Kysely } from 'kysely';
import type { Changer } from '../domain/change.ts';
import type { KindTemplate } from '../domain/kinds.ts';
import type { Clock } from '../domain/ports.ts';
import type { ReviewReason } from '../domain/review.ts';
import type { Schema } from '../storage/schema.ts';
import type { AddReport, NewReport } from './add-report.ts';
import { routeOfCall } from './concerned.ts';
import { callBefore, shownChanges } from './report-facts.ts';
import type { AskReview } from './review/ask.ts';
import { reviewReason } from './review/reviewed.ts';
import { markSent } from './review/standing.ts';
import { placeOf, type Withdrawn } from './withdraw.ts';

/** How many places are told what. */
export interface ToldOfChange {
  /** 訂正報告, where a report of the call arrived or may have. */
  readonly corrections: number;
  /** A first report with what is true now, where none was sent. */
  readonly reports: number;
  /** 取消. */
  readonly retractions: number;
  /** There was something to report and no place for it: staff was told instead (P3). */
  readonly nowhere: boolean;
  /** It waits for a supervisor before it goes there. */
  readonly held: boolean;
}

export const NOBODY_TOLD: ToldOfChange = {
  corrections: 0,
  reports: 0,
  retractions: 0,
  nowhere: false,
  held: false,
};

export interface TellChange {
  /**
   * Reports a call anew after a change, in its transaction: once to each place, as a correction where somebody knew
   * of it, as a first report where nobody did. Nothing goes where a reader would see no difference.
   */
  changed(trx: Kysely<Schema>, o: ChangedCall): Promise<ToldOfChange>;
  /** Takes back what was reported, where it arrived or may have; silent where nothing did. */
  retracted(
    trx: Kysely<Schema>,
    o: Omit<ChangedCall, 'template' | 'revision' | 'count' | 'by' | 'release'>,
  ): Promise<ToldOfChange>;
}

export interface ChangedCall {
  readonly callId: string;
  readonly clientId: string;
  readonly template: KindTemplate;
  readonly urgent: boolean;
  /** The call's newest revision. */
  readonly revision: number;
  /** The call's place in its month where it was counted by this change; else it keeps the one it had. */
  readonly count: NewReport['count'];
  readonly withdrawn: Withdrawn;
  readonly by: Changer;
  /** 修正して送信: a supervisor has read it by changing it, so it waits no more. */
  readonly release?: boolean;
}

export function createTellChange(deps: {
  readonly addReport: AddReport;
  readonly askReview: AskReview;
  readonly clock: Clock;
}): TellChange {
  return {
    async changed(trx, o) {
      const { informed, unsent, toldRevision } = o.withdrawn;
      const { primary } = await routeOfCall(trx, o.callId);
      const review = await reasonToHold(trx, o);
      const report = {
        callId: o.callId,
        clientId: o.clientId,
        urgent: o.urgent,
        count: o.count ?? (await countBefore(trx, o.callId)),
        review,
      };
      const knowing = toldRevision !== null && informed.length === 0 ? primary : informed;
      const corrections =
        toldRevision !== null &&
        knowing.length > 0 &&
        (await shownChanges(trx, o.callId, toldRevision)).length > 0
          ? await deps.addReport(trx, {
              ...report,
              purpose: 'correction',
              template: 'correction',
              changedFrom: toldRevision,
              destinations: knowing,
            })
          : 0;

      const before = await callBefore(trx, o.callId, toldRevision ?? o.revision - 1);
      const anew = before.addressee_id !== (await addresseeOf(trx, o.callId));
      const nobody = toldRevision === null && unsent.length === 0;
      // Somebody else was asked for: the right person learns of it, and the wrong one no more than is on its way.
      const taken = new Set(knowing.map(placeOf));
      const first = (anew || nobody ? primary : unsent).filter((place) => !taken.has(placeOf(place)));
      const reports =
        nobody || first.length > 0
          ? await deps.addReport(trx, {
              ...report,
              purpose: 'initial',
              template: o.template,
              destinations: first,
            })
          : 0;
      const held = review !== null && corrections + reports > 0;
      if (held) await ask(trx, o, review);
      else if (corrections + reports > 0) await markSent(trx, o, deps.clock());
      return { corrections, reports, retractions: 0, nowhere: nobody && reports === 0, held };
    },

    async retracted(trx, o) {
      const { informed, toldRevision } = o.withdrawn;
      if (toldRevision === null) return NOBODY_TOLD;
      const destinations = informed.length > 0 ? informed : (await routeOfCall(trx, o.callId)).primary;
      const retractions = await deps.addReport(trx, {
        callId: o.callId,
        clientId: o.clientId,
        urgent: o.urgent,
        count: null,
        purpose: 'retraction',
        template: 'retraction',
        destinations,
      });
      return { ...NOBODY_TOLD, retractions, nowhere: retractions === 0 };
    },
  };

  async function ask(trx: Kysely<Schema>, o: ChangedCall, why: ReviewReason): Promise<void> {
    const { review } = o.withdrawn;
    const occasion = review === null ? 'new' : review.returned ? 'submitted' : 'changed';
    await deps.askReview(trx, { callId: o.callId, why, occasion, ...(review && { since: review.since }) });
  }
}

/**
 * Why what a change tells must wait for a supervisor; null when it goes at once. What waited goes on waiting, with the
 * new content, whoever changed it: only 送信 and 修正して送信 end that. What a supervisor changes has been read.
 * Urgent reports never wait.
 */
async function reasonToHold(trx: Kysely<Schema>, o: ChangedCall): Promise<ReviewReason | null> {
  if (o.urgent || o.release === true) return null;
  if (o.withdrawn.review !== null) return o.withdrawn.review.why;
  if (o.by.supervisor) return null;
  return await reviewReason(trx, { clientId: o.clientId, operatorId: o.by.id });
}

/** P5: a correction is not counted again, so it shows what the report before it showed. */
async function countBefore(trx: Kysely<Schema>, callId: string): Promise<NewReport['count']> {
  const row = await trx
    .selectFrom('reports')
    .select(['month_count', 'month_included'])
    .where('call_id', '=', callId)
    .where('month_count', 'is not', null)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined || row.month_count === null
    ? null
    : { ordinal: row.month_count, included: row.month_included };
}

async function addresseeOf(trx: Kysely<Schema>, callId: string): Promise<string | null> {
  const call = await trx
    .selectFrom('calls')
    .select('addressee_id')
    .where('id', '=', callId)
    .executeTakeFirstOrThrow();
  return call.addressee_id;
}
