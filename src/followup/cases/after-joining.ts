import type { Transaction } from 'kysely';
import { addNotice } from '../../delivery/notice.ts';
import { jstDay } from '../../domain/calendar.ts';
import { type CaseStanding, isPaused, pauseOf } from '../../domain/cases/case-state.ts';
import type { Schema } from '../../storage/schema.ts';
import { acrossNotice, stillForwardingNotice } from './case-notices.ts';
import { caseWords } from './case-words.ts';
import type { FlaggedCall } from './cases.ts';
import type { CaseDeps, HeldCase } from './held-case.ts';
import { raiseAlarms, tellAlarms } from './raise-alarm.ts';
import { sameNumberElsewhere } from './same-number.ts';

/** Other clients' cases named in one message to supervisors. */
const ELSEWHERE_AT_MOST = 5;

/**
 * What follows from a call that joined, besides the case itself: it came in spite of a stopped forwarding; it is one
 * of too many; its number calls other clients, too. Brings the case's row up to date.
 *
 * @param before what stood before the call; null when it opened the case
 */
export async function afterJoining(
  trx: Transaction<Schema>,
  held: HeldCase,
  call: FlaggedCall,
  before: CaseStanding | null,
  deps: CaseDeps,
): Promise<void> {
  const paused = before !== null && cameThroughPause(before, call);
  const still = paused ? await held.write({ type: 'still_forwarding', callId: call.id }, SYSTEM) : null;
  const alarms = await raiseAlarms(trx, held, call, deps);
  await held.refresh();
  if (still !== null) {
    const until = (before && pauseOf(before)?.until) ?? null;
    await addNotice(trx, stillForwardingNotice(await caseWords(trx, held.id), still, until), deps);
  }
  await tellAlarms(trx, held.id, alarms, deps);
  if (call.numberE164 === null) return;
  const others = await sameNumberElsewhere(trx, held.id, ELSEWHERE_AT_MOST);
  if (others.length > 0) await addNotice(trx, acrossNotice(await caseWords(trx, held.id), others), deps);
}

const SYSTEM = { actor: 'system' } as const;

/** A call that came before the client's word, and was entered after it, says nothing of its forwarding. */
function cameThroughPause(before: CaseStanding, call: FlaggedCall): boolean {
  const pause = pauseOf(before);
  return pause !== null && isPaused(before, jstDay(call.occurredAt)) && call.occurredAt > pause.at;
}
