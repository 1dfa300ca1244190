import type { Changer } from '../../src/domain/change.ts';
import type { ChangeResult } from '../../src/intake/change-call.ts';
import type { Correction } from '../../src/intake/correct.ts';
import type { World } from '../support/world.ts';

export const OPERATOR: Changer = { id: 'U0OPERATOR', name: '鈴木', supervisor: false };
export const SUPERVISOR: Changer = { id: 'U0SUPERVIS1', name: '高橋', supervisor: true };

let keys = 0;

/** What somebody at a form would send: the call as it stands, under a key of its own. */
export async function requestFor(world: World, callId: string, by: Changer = OPERATOR) {
  const call = await world.changes.find(callId);
  if (call === undefined) throw new Error('no such call');
  keys += 1;
  return { key: `change:${keys}`, callId, revision: call.revision, by, reason: '聞き間違い' };
}

/** The recorded call as its form would show it. */
export async function shown(world: World, callId: string): Promise<Correction> {
  const call = await world.changes.find(callId);
  if (call === undefined) throw new Error('no such call');
  return {
    occurredAt: call.occurred_at,
    addressee: call.addressee_id
      ? { type: 'member', memberId: call.addressee_id }
      : call.addressee_name === null
        ? null
        : { type: 'heard', name: call.addressee_name },
    caller: {
      company: call.caller_company,
      name: call.caller_name,
      kana: call.caller_kana,
      number:
        call.number_state === 'given'
          ? { state: 'given', raw: call.number_raw ?? '', confirmed: call.number_confirmed }
          : { state: call.number_state },
    },
    message: call.message,
    quote: call.quote,
    wish: call.wish,
    urgent: call.urgent,
    surcharge: call.surcharge_code,
  };
}

export async function correct(
  world: World,
  callId: string,
  over: Partial<Correction>,
  by: Changer = OPERATOR,
): Promise<ChangeResult> {
  const correction = { ...(await shown(world, callId)), ...over };
  return await world.changes.correct({ ...(await requestFor(world, callId, by)), correction });
}

export async function retract(world: World, callId: string, by: Changer = OPERATOR): Promise<ChangeResult> {
  return await world.changes.retract(await requestFor(world, callId, by));
}

export async function reclassify(
  world: World,
  callId: string,
  kind: string,
  by: Changer = OPERATOR,
): Promise<ChangeResult> {
  return await world.changes.reclassify({ ...(await requestFor(world, callId, by)), kind });
}

/** Records a call and gives its id. */
export async function recorded(world: World, ...entry: Parameters<World['entry']>): Promise<string> {
  const result = await world.recorder.record(world.entry(...entry));
  if (result.type !== 'recorded') throw new Error(result.type);
  return result.receipt.callId;
}

/** Counts less their reversals. */
export async function liveCounts(world: World, callId: string): Promise<number> {
  const rows = await world.db
    .selectFrom('usage_events as e')
    .leftJoin('usage_events as reversal', 'reversal.reverses', 'e.id')
    .select('e.id')
    .where('e.call_id', '=', callId)
    .where('e.type', '=', 'count')
    .where('reversal.id', 'is', null)
    .execute();
  return rows.length;
}

/** Every delivery of a call's reports as `purpose channel address state`. */
export async function ledger(world: World, callId: string): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select(['r.purpose', 'd.channel', 'd.address', 'd.state'])
    .where('r.call_id', '=', callId)
    .orderBy('r.sequence')
    .orderBy('d.address')
    .execute();
  return rows.map((row) => `${row.purpose} ${row.channel} ${row.address} ${row.state}`);
}
