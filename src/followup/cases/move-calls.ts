import type { Transaction } from 'kysely';
import type { CaseEventBody } from '../../domain/cases/events.ts';
import type { Schema } from '../../storage/schema.ts';
import type { Joined } from './cases.ts';
import { type CaseDeps, eventsOf, type HeldCase, openCase } from './held-case.ts';

export interface Move {
  readonly from: HeldCase;
  /** Null: to a new case. */
  readonly to: HeldCase | null;
  /** Oldest first; all of them calls of `from`, at least one. */
  readonly calls: readonly { readonly id: string; readonly kind: string; readonly occurredAt: Date }[];
  readonly joins: 'rule' | 'person';
  readonly actor: string;
  readonly key: string | null;
}

/**
 * Moves calls from one case to another, both held, with the answers that were given to reports of these calls: they are
 * written down again where they count now, so that none is lost. When no call stays behind, all answers go along,
 * and the old case ends as merged into the other.
 */
export async function moveCalls(trx: Transaction<Schema>, move: Move, deps: CaseDeps): Promise<Joined> {
  const { from, calls, actor, joins } = move;
  const ids = calls.map(({ id }) => id);
  for (const callId of ids) await from.write({ type: 'call_left', callId, why: 'moved' }, { actor });
  await trx.deleteFrom('case_calls').where('call_id', 'in', ids).execute();
  const empty = from.standing().calls.length === 0;
  const answers = await answersOf(trx, from.id, empty ? null : ids);

  const [first, ...others] = calls;
  if (first === undefined) throw new Error('no call to move');
  const { clientId } = from;
  const isNew = move.to === null;
  const to = move.to ?? (await openCase(trx, { ...first, clientId }, { actor, key: move.key }, deps));
  const { state } = to.standing();
  const reopens = joins === 'rule' && (state === 'quiet' || state === 'closed');
  if (reopens) await to.write({ type: 'reopened', callId: first.id }, { actor });
  for (const [index, { id }] of (isNew ? others : calls).entries()) {
    const key = !isNew && index === 0 ? move.key : null;
    await to.write({ type: 'call_joined', callId: id, by: joins }, { actor, key });
  }
  const now = deps.clock();
  await trx
    .insertInto('case_calls')
    .values(ids.map((id) => ({ call_id: id, case_id: to.id, joined_at: now })))
    .execute();
  for (const answer of answers) await to.write({ ...answer, fromCase: from.id }, { actor });
  if (empty && from.standing().state !== 'closed') {
    await from.write({ type: 'closed', reason: null, mergedInto: to.id }, { actor });
  }
  await from.refresh();
  await to.refresh();
  return { caseId: to.id, how: isNew ? 'opened' : reopens ? 'reopened' : 'joined' };
}

type Answered = Extract<CaseEventBody, { type: 'answered' }>;

/** A case's answers; of some calls: those that came through a report of one of them. */
async function answersOf(
  trx: Transaction<Schema>,
  caseId: string,
  callIds: readonly string[] | null,
): Promise<readonly Answered[]> {
  const answers = (await eventsOf(trx, caseId)).flatMap(({ body }) =>
    body.type === 'answered' ? [body] : [],
  );
  if (callIds === null) return answers;
  const through = answers.flatMap(({ deliveryId }) => (deliveryId === null ? [] : [deliveryId]));
  if (through.length === 0) return [];
  const rows = await trx
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select('d.id')
    .where('d.id', 'in', through)
    .where('r.call_id', 'in', callIds)
    .execute();
  const theirs = new Set(rows.map(({ id }) => id));
  return answers.filter(({ deliveryId }) => deliveryId !== null && theirs.has(deliveryId));
}
