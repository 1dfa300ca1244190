import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { AddReport } from '../../delivery/add-report.ts';
import { addNotice } from '../../delivery/notice.ts';
import { type CaseDue, decideCase } from '../../domain/cases/agenda.ts';
import { loadAgency } from '../../rulebook/agency.ts';
import type { Schema } from '../../storage/schema.ts';
import { newestCallOf } from './ask-client.ts';
import { escalationNotice, promiseNotice } from './case-notices.ts';
import { caseWords } from './case-words.ts';
import { type CaseDeps, type HeldCase, holdCase, lockClient } from './held-case.ts';
import { newestReported } from './newest-reported.ts';
import { remindedPlaces } from './reminded-places.ts';

export interface CaseWatch {
  /** Does what is due in cases. True when there may be more. */
  watch(): Promise<boolean>;
}

const BATCH = 20;
/** Why a case ends whose client left. */
export const CONTRACT_ENDED = 'ご契約の終了のため';
const SYSTEM = { actor: 'system' } as const;

/**
 * The clock of cases: reminders, the escalation, promised dates, quiet. Each case is one transaction under its client's
 * lock, in which it is decided anew: of two processes the second finds nothing left to do. What `decideCase` says is
 * the whole rule. A case that cannot be dealt with keeps no other waiting.
 */
export function createCaseWatch(
  deps: CaseDeps & {
    readonly db: Kysely<Schema>;
    readonly addReport: AddReport;
    /** Called after a commit that made something due. A hint. */
    readonly wake: () => void;
    readonly log: Logger;
  },
): CaseWatch {
  return {
    async watch() {
      // Index: cases_next.
      const rows = await deps.db
        .selectFrom('cases')
        .select(['id', 'client_id as clientId'])
        .where('next_at', '<=', deps.clock())
        .orderBy('next_at')
        .limit(BATCH)
        .execute();
      let done = 0;
      for (const row of rows) {
        try {
          await deps.db.transaction().execute((trx) => watchOne(trx, row));
          done += 1;
        } catch (thrown) {
          const error = thrown instanceof Error ? thrown : new Error('unknown');
          deps.log.error(
            { case: row.id, error: error.name, code: (error as { code?: unknown }).code },
            'a case could not be looked after; it is looked at again',
          );
        }
      }
      if (done > 0) deps.wake();
      return done > 0 && rows.length === BATCH;
    },
  };

  async function watchOne(
    trx: Transaction<Schema>,
    { id, clientId }: { readonly id: string; readonly clientId: string },
  ): Promise<void> {
    await lockClient(trx, clientId);
    const held = await holdCase(trx, id, deps);
    if (held === undefined) return;
    const { status } = await trx
      .selectFrom('clients')
      .select('status')
      .where('id', '=', clientId)
      .executeTakeFirstOrThrow();
    if (status === 'ended' && held.standing().state !== 'closed') {
      await held.write({ type: 'closed', reason: CONTRACT_ENDED, mergedInto: null }, SYSTEM);
    } else {
      const { last_call_at: lastCallAt } = await trx
        .selectFrom('cases')
        .select('last_call_at')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const agency = (await loadAgency(trx)) ?? null;
      const times = { lastCallAt, agency, reported: await newestReported(trx, id) };
      const { due } = decideCase(held.standing(), times, deps.clock());
      if (due !== null) await bringAbout(trx, held, due);
    }
    await held.refresh();
  }

  async function bringAbout(trx: Transaction<Schema>, held: HeldCase, due: CaseDue): Promise<void> {
    switch (due.type) {
      case 'remind':
        // With nowhere to ask, asking on would only keep the supervisor from learning of it.
        if (!(await remind(trx, held, due.number))) await escalate(trx, held);
        return;
      case 'escalate':
        return await escalate(trx, held);
      case 'promise': {
        const { until, when } = due;
        const answers = held
          .standing()
          .actions.flatMap(({ answer }) => (answer.until === until ? [answer] : []));
        const seq = await held.write({ type: 'promise_reminded', until, when }, SYSTEM);
        const words = await caseWords(trx, held.id);
        await addNotice(trx, promiseNotice(words, seq, { when, until, answers }), deps);
        return;
      }
      case 'go_quiet':
        await held.write({ type: 'went_quiet' }, SYSTEM);
        return;
      default:
        return due satisfies never;
    }
  }

  /** A report like any other, so that it arrives or somebody knows (P3), and never counted (P5). */
  async function remind(trx: Transaction<Schema>, held: HeldCase, number: number): Promise<boolean> {
    const { clientId } = held;
    const callId = await newestCallOf(trx, held.id);
    if (callId === null) return false;
    const destinations = await remindedPlaces(trx, { callId, clientId, number });
    if (destinations.length === 0) return false;
    const seq = await held.write({ type: 'reminded', number }, SYSTEM);
    await deps.addReport(trx, {
      callId,
      clientId,
      purpose: 'case_reminder',
      template: 'case-reminder',
      count: null,
      urgent: false,
      destinations,
      aboutCase: { caseId: held.id, seq },
    });
    return true;
  }

  async function escalate(trx: Transaction<Schema>, held: HeldCase): Promise<void> {
    const seq = await held.write({ type: 'escalated' }, SYSTEM);
    const words = await caseWords(trx, held.id);
    await addNotice(trx, escalationNotice(words, seq, held.standing().round.reminders), deps);
  }
}
