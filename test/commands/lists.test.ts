import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientsListCommand } from '../../src/commands/clients-list.ts';
import { displayWidth } from '../../src/commands/table.ts';
import { usageCommand } from '../../src/commands/usage.ts';
import { createWorld, type World } from '../support/world.ts';
import { runOn } from './running.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const run = (command: typeof usageCommand, input: unknown) =>
  runOn(world.database, command, input, { clock: world.clock.now });

describe('usage', () => {
  it('shows this month in Japan, aligned', async () => {
    const acme = await world.addClient({ code: 'acme' });
    for (let n = 0; n < 21; n += 1) await world.recorder.record(world.entry(acme));
    const { out, code } = await run(usageCommand, { json: false });
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage in 2026-06 \(JST\), open, yen with tax/);
    expect(out).toMatch(/acme +株式会社サンプル商事 +スモール +21 +20 +1 +0 +0 +0 +0 +3,108/);
    const [head = '', row = ''] = out.trimEnd().split('\n').slice(-2);
    expect(displayWidth(row)).toBe(displayWidth(head));
  });

  it('gives JSON for scripts', async () => {
    await world.addClient({ code: 'acme' });
    const { out } = await run(usageCommand, { json: true, month: '2026-05', clientCode: 'acme' });
    expect(JSON.parse(out)).toEqual([
      {
        month: '2026-05',
        closed: false,
        code: 'acme',
        name: '株式会社サンプル商事',
        plan: 'small',
        counted: 0,
        included: 20,
        overCalls: 0,
        credited: 0,
        baseYen: 2960,
        overYen: 0,
        extrasYen: 0,
        surchargeYen: 0,
        lateYen: 0,
        creditYen: 0,
        correctionYen: 0,
        totalYen: 2960,
        taxYen: 269,
        taxes: [{ percent: 10, totalYen: 2960, taxYen: 269 }],
      },
    ]);
  });

  it('says what is missing', async () => {
    expect((await run(usageCommand, { json: false })).out).toContain('clients import');
    expect(await run(usageCommand, { json: false, clientCode: 'acm' })).toMatchObject({
      code: 1,
      err: 'There is no client with the code "acm".\n',
    });
    expect(await run(usageCommand, { json: false, month: '2026-6' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('YYYY-MM'),
    });
  });
});

describe('clients list', () => {
  it('shows plan, people and destinations', async () => {
    const acme = await world.addClient({
      code: 'acme',
      destinations: [
        { channel: 'chatwork', address: '1001' },
        { channel: 'email', address: 'a@client.example' },
      ],
    });
    await world.addMember({
      clientId: acme,
      name: '山田',
      destinations: [{ channel: 'email', address: 'b@client.example' }],
    });
    await world.addClient({ code: 'mute', destinations: [] });
    await world.addClient({ code: 'rest', destinations: [], status: 'ended' });
    await world.db
      .updateTable('destinations')
      .set({ disabled_at: world.clock.now(), disabled_reason: 'x' })
      .where('channel', '=', 'chatwork')
      .execute();
    const { out } = await run(clientsListCommand, { json: false });
    expect(out).toMatch(
      /acme +株式会社サンプル商事 +サンプルショウジ +active +small +1 +chatwork 1, email 2 \(1 disabled\)/,
    );
    expect(out).toMatch(/mute .* none: reports reach nobody/);
    expect(out).toMatch(/rest .* ended +small +0 +-$/m);
    expect(JSON.parse((await run(clientsListCommand, { json: true })).out)).toMatchObject([
      { code: 'acme', plan: 'small', members: 1, chatwork: 1, slack: 0, email: 2, disabled: 1 },
      { code: 'mute' },
      { code: 'rest' },
    ]);
  });

  it('points to the import when there are none', async () => {
    expect((await run(clientsListCommand, { json: false })).out).toContain('clients import');
  });
});
