import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  deliveriesCancelCommand,
  deliveriesConfirmCommand,
  deliveriesListCommand,
  deliveriesRetryCommand,
} from '../../src/commands/deliveries.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { runOn } from './running.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const REASON = { code: 'chatwork.test', said: 'no such room' };
const UNCERTAIN: Outcome = { type: 'uncertain', reason: REASON };
const FAILED: Outcome = { type: 'rejected', scope: 'destination', reason: REASON };

const run = (command: typeof deliveriesListCommand, input: unknown) =>
  runOn(world.database, command, input, { clock: world.clock.now });
const list = (over: object = {}) => run(deliveriesListCommand, { limit: 50, json: true, ...over });

/** One delivery that ended as told; its id. */
async function delivered(outcome: Outcome | 'delivered', code = 'acme'): Promise<string> {
  const clientId = await world.addClient({ code });
  await world.recorder.record(world.entry(clientId, { urgent: true }));
  if (outcome !== 'delivered') world.chatwork.answer(outcome);
  await world.deliverOnce();
  const row = await world.db
    .selectFrom('deliveries')
    .select('id')
    .where('client_id', '=', clientId)
    .orderBy('created_at')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function stateOf(id: string): Promise<string> {
  const row = await world.db
    .selectFrom('deliveries')
    .select('state')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row.state;
}

describe('deliveries list', () => {
  it('shows where each stands, as a table and as JSON', async () => {
    const id = await delivered(FAILED);
    await delivered('delivered', 'beta');
    const shown = await run(deliveriesListCommand, { limit: 50, json: false });
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(
      new RegExp(`${id}  failed +20260618-\\d{4} +acme +chatwork +1001 +yes +1 +2026-06-18 13:05`),
    );
    expect(shown.out).toContain('chatwork.test: no such room');
    const rows = JSON.parse((await list({ state: 'failed' })).out) as { id: string; createdAt: string }[];
    expect(rows).toMatchObject([{ id, state: 'failed', createdAt: '2026-06-18T04:05:00.000Z' }]);
    expect(JSON.parse((await list({ clientCode: 'beta' })).out)).toMatchObject([{ clientCode: 'beta' }]);
    expect(JSON.parse((await list({ clientCode: 'nobody' })).out)).toEqual([]);
  });

  it('says when there are none, or more than shown', async () => {
    expect((await run(deliveriesListCommand, { limit: 50, json: false })).out).toBe(
      'There are no such deliveries.\n',
    );
    await delivered('delivered');
    expect((await run(deliveriesListCommand, { limit: 1, json: false })).out).toContain(
      'Only the newest 1 are shown',
    );
  });

  it.each([{ state: 'lost' }, { limit: 0 }, { clientCode: '' }, { surprise: 1 }])(
    'refuses %o',
    async (input) => {
      expect(await list(input)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('deliveries list'),
      });
    },
  );
});

describe('deliveries retry', () => {
  it('sends a failed one again, and notes who asked', async () => {
    const id = await delivered(FAILED);
    expect(await run(deliveriesRetryCommand, { deliveries: [id], evenIfUncertain: false })).toEqual({
      code: 0,
      out: `${id}: due again\n`,
      err: '',
    });
    expect(await stateOf(id)).toBe('due');
    const audit = await world.db.selectFrom('audit_log').select(['actor', 'subject_id']).execute();
    expect(audit).toEqual([{ actor: 'cli:test', subject_id: id }]);
  });

  it('P4 takes an uncertain one only when somebody looked', async () => {
    const id = await delivered(UNCERTAIN);
    const refused = await run(deliveriesRetryCommand, { deliveries: [id], evenIfUncertain: false });
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/it may have arrived.*--even-if-uncertain/s),
    });
    expect(await stateOf(id)).toBe('uncertain');
    expect((await run(deliveriesRetryCommand, { deliveries: [id], evenIfUncertain: true })).code).toBe(0);
    expect(await stateOf(id)).toBe('due');
  });

  it('P4 never takes a delivered one, and does the others beside it', async () => {
    const done = await delivered('delivered');
    const failed = await delivered(FAILED, 'beta');
    const ran = await run(deliveriesRetryCommand, { deliveries: [done, failed], evenIfUncertain: true });
    expect(ran).toMatchObject({
      code: 1,
      out: `${failed}: due again\n`,
      err: expect.stringContaining(`${done}: not done: it is delivered`),
    });
    expect(await stateOf(done)).toBe('delivered');
  });

  it('knows a delivery by the number printed in its report', async () => {
    const id = await delivered(FAILED);
    const mark = id.slice(-12).toUpperCase();
    expect((await run(deliveriesRetryCommand, { deliveries: [mark], evenIfUncertain: false })).code).toBe(0);
    expect(await stateOf(id)).toBe('due');
  });

  it('tells what is no delivery', async () => {
    const unknown = await run(deliveriesRetryCommand, {
      deliveries: ['01907c2e-0678-7123-9123-0a1b2c3d4e5f', '0123456789ab'],
      evenIfUncertain: false,
    });
    expect(unknown.code).toBe(1);
    expect(unknown.err.trim().split('\n')).toHaveLength(2);
    for (const word of ['x', '', "'; drop table clients", '0123']) {
      expect(await run(deliveriesRetryCommand, { deliveries: [word], evenIfUncertain: false })).toMatchObject(
        { code: 2 },
      );
    }
    expect(await run(deliveriesRetryCommand, { deliveries: [], evenIfUncertain: false })).toMatchObject({
      code: 2,
    });
  });

  it.each([deliveriesRetryCommand, deliveriesCancelCommand, deliveriesConfirmCommand])(
    'says of a word that is no id what one looks like and where to find it, and does nothing: %o',
    async (command) => {
      const id = await delivered(UNCERTAIN);
      const extra = command === deliveriesRetryCommand ? { evenIfUncertain: true } : {};
      const ran = await run(command, { deliveries: [id, '123'], ...extra });
      expect(ran).toMatchObject({ code: 2, out: '' });
      expect(ran.err).toMatch(/^"123" is no delivery\. .* id, such as [0-9a-f-]{36}: .*\n$/);
      expect(ran.err).toContain('npm run toritsugi -- deliveries list shows it');
      expect(ran.err).toContain('配信番号');
      expect(await stateOf(id)).toBe('uncertain');
    },
  );
});

describe('deliveries cancel and confirm', () => {
  it('settle an uncertain one', async () => {
    const [lost, arrived] = [await delivered(UNCERTAIN), await delivered(UNCERTAIN, 'beta')];
    expect((await run(deliveriesCancelCommand, { deliveries: [lost] })).out).toBe(`${lost}: cancelled\n`);
    expect((await run(deliveriesConfirmCommand, { deliveries: [arrived] })).out).toBe(
      `${arrived}: delivered\n`,
    );
    expect([await stateOf(lost), await stateOf(arrived)]).toEqual(['cancelled', 'delivered']);
  });

  it('refuse one that is settled', async () => {
    const id = await delivered('delivered');
    expect((await run(deliveriesCancelCommand, { deliveries: [id] })).code).toBe(1);
    expect((await run(deliveriesConfirmCommand, { deliveries: [id] })).code).toBe(1);
    expect(await stateOf(id)).toBe('delivered');
  });
});
