import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeMonth } from '../../src/billing/close-month.ts';
import { statementOf } from '../../src/billing/statements.ts';
import { jstMonth } from '../../src/domain/calendar.ts';
import { correct, reclassify, recorded, SUPERVISOR } from '../intake/changes.ts';
import { dice } from '../support/dice.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world?.dispose());

const MONTHS = ['2026-06', '2026-07', '2026-08', '2026-09'];
const PLAN = { base_yen: 700, included_calls: 2, over_yen: 90 };
const DAY = 86_400_000;

interface TrueCall {
  readonly id: string;
  readonly clientId: string;
  readonly month: string;
  live: boolean;
  surchargeYen: number;
}

/**
 * Entries, changes and closings by the program itself, in an order rolled by dice; each closed statement is what a
 * plain reckoning says is owed for the months so far, less what was paid.
 */
it('P5 clients pay to the yen what was reported to them, whenever it was entered, changed or closed', async () => {
  const roll = dice(Number(process.env.FC_SEED ?? 20_260_618));
  await world.db
    .insertInto('plans')
    .values({ code: 'tiny', effective_from: '2020-01-01', name: 'ミニ', ...PLAN })
    .execute();
  const clients = [await world.addClient({ code: 'acme' }), await world.addClient({ code: 'beta' })];
  await world.db.updateTable('client_plans').set({ plan_code: 'tiny' }).execute();
  const calls: TrueCall[] = [];
  const paid = new Map<string, number>();
  let closed = 0;

  const enter = async (): Promise<void> => {
    const now = world.clock.now().getTime();
    const since = Math.max(now - 60 * DAY, Date.parse('2026-05-31T15:00:00Z'));
    const occurredAt = new Date(since + roll(now - since + 1));
    const clientId = clients[roll(2)] ?? '';
    const surcharge = roll(3) === 0 ? 'shouting' : null;
    const id = await recorded(world, clientId, { occurredAt, kind: 'harassment', surcharge });
    calls.push({
      ...{ id, clientId, month: jstMonth(occurredAt), live: true },
      surchargeYen: surcharge === null ? 0 : 200,
    });
  };
  const turn = async (call: TrueCall): Promise<void> => {
    await reclassify(world, call.id, call.live ? 'sales' : 'message', SUPERVISOR);
    call.live = !call.live;
    call.surchargeYen = 0;
  };
  const surcharge = async (call: TrueCall): Promise<void> => {
    const yen = call.surchargeYen > 0 ? 0 : 200;
    await correct(world, call.id, { surcharge: yen > 0 ? 'shouting' : null }, SUPERVISOR);
    call.surchargeYen = yen;
  };
  const close = async (): Promise<void> => {
    const month = MONTHS[closed] ?? '';
    const result = await closeMonth(world.db, { clock: world.clock.now, newId }, { month, by: 'x' });
    if (result.type === 'refused') return;
    closed += 1;
    for (const clientId of clients) {
      const statement = await statementOf(world.db, clientId, month);
      let owed = 0;
      for (const each of MONTHS.slice(0, closed)) {
        owed += PLAN.base_yen;
        let free = PLAN.included_calls;
        for (const call of calls.filter((one) => one.clientId === clientId && one.month === each)) {
          owed += call.surchargeYen;
          if (call.live && free > 0) free -= 1;
          else if (call.live) owed += PLAN.over_yen;
        }
      }
      expect(statement?.totalYen).toBe(owed - (paid.get(clientId) ?? 0));
      const within = calls.filter((one) => one.clientId === clientId && one.month === month && one.live);
      expect(statement?.calls.map(({ id }) => id).toSorted()).toEqual(within.map(({ id }) => id).toSorted());
      paid.set(clientId, owed);
    }
  };

  for (let step = 0; step < 60; step += 1) {
    world.clock.advance(roll(2 * DAY));
    const call = calls[roll(Math.max(1, calls.length))];
    const chance = roll(10);
    if (chance < 5 || call === undefined) await enter();
    else if (chance < 7) await turn(call);
    else if (chance < 9 && call.live) await surcharge(call);
    else await close();
  }
  world.clock.set('2026-10-05T00:30:00Z');
  while (closed < MONTHS.length) await close();
  expect(calls.length).toBeGreaterThan(20);
}, 60_000);
