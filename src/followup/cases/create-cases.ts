import type { Kysely, Transaction } from 'kysely';
import type { AddReport } from '../../delivery/add-report.ts';
import type { Schema } from '../../storage/schema.ts';
import { actOnCase } from './act-on-case.ts';
import { answerCase, readForDelivery } from './answer-case.ts';
import { createAskClient } from './ask-client.ts';
import type { Cases } from './cases.ts';
import type { CaseDeps } from './held-case.ts';
import { joinCase, leaveCase, rejoinCase } from './join-case.ts';
import { listCases, openCasesOf, readCases } from './read-cases.ts';
import { isKeyTaken } from './written-under.ts';

/** Harassment cases on the database. */
export function createCases(
  deps: CaseDeps & {
    readonly db: Kysely<Schema>;
    readonly addReport: AddReport;
    /** Called after a commit that made something due. A hint, never awaited (P7). */
    readonly wake: () => void;
  },
): Cases {
  const { db } = deps;
  const act = { ...deps, askClient: createAskClient(deps) };
  return {
    join: (trx, call) => joinCase(trx, call, deps),
    leave: (trx, o) => leaveCase(trx, o, deps),
    rejoin: (trx, call, o) => rejoinCase(trx, call, o, deps),
    read: async (caseId) => (await readCases(db, [caseId]))[0],
    async readByNumber(number) {
      const row = await db.selectFrom('cases').select('id').where('number', '=', number).executeTakeFirst();
      return row && (await readCases(db, [row.id]))[0];
    },
    readForDelivery: (deliveryId) => readForDelivery(db, deliveryId),
    answer: async (target, answer, by) =>
      awake(await once((trx) => answerCase(trx, target, answer, by, deps))),
    act: async (caseId, what, by) => awake(await once((trx) => actOnCase(trx, caseId, what, by, act))),
    openOf: (clientId) => openCasesOf(db, clientId),
    list: (o) => listCases(db, o),
  };

  /** A key written in two cases at once is met by the second as a conflict; then it is found. */
  async function once<Result>(work: (trx: Transaction<Schema>) => Promise<Result>): Promise<Result> {
    try {
      return await db.transaction().execute(work);
    } catch (thrown) {
      if (!isKeyTaken(thrown)) throw thrown;
      return await db.transaction().execute(work);
    }
  }

  function awake<Result extends { readonly type: string }>(result: Result): Result {
    if (result.type === 'done' || result.type === 'answered') deps.wake();
    return result;
  }
}
