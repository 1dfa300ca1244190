import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTokenSeal } from '../../src/workspaces/seal.ts';
import { createWorld, type World } from '../support/world.ts';

const A = 'T0CLIENT0A';
const B = 'T0CLIENT0B';
let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const seal = createTokenSeal('0123456789abcdef0123456789abcdef');
async function connect(teamId: string, clientId: string): Promise<void> {
  await world.db
    .insertInto('slack_workspaces')
    .values({
      team_id: teamId,
      enterprise_id: null,
      team_name: 'アクメ',
      client_id: clientId,
      bot_user_id: 'U0BOT00001',
      scopes: 'chat:write',
      sealed_token: seal.seal('xoxb-1', teamId),
      key_id: seal.keyId,
      installed_by: 'U0ADMIN001',
      installed_at: world.clock.now(),
      revoked_at: null,
      revoked_reason: null,
      told_at: null,
    })
    .execute();
}
async function clientIn(team: string, code: string): Promise<string> {
  const id = await world.addClient({
    code,
    destinations: [
      { channel: 'slack', address: `${team}/C0ROOM0001` },
      { channel: 'slack', address: `${team}/C0ROOM0002` },
      { channel: 'email', address: `soumu@${code}.example`, fallback: true },
    ],
  });
  await connect(team, id);
  return id;
}
const states = async (team: string) => {
  const rows = await world.db
    .selectFrom('deliveries')
    .select(['state', 'reason'])
    .where('credential', '=', `slack:${team}`)
    .orderBy('id')
    .execute();
  return rows.map(({ state, reason }) => `${state} ${reason}`);
};
const mails = async () => {
  const rows = await world.db
    .selectFrom('deliveries as d')
    .innerJoin('reports as r', 'r.id', 'd.report_id')
    .select(['d.address', 'r.purpose'])
    .where('d.channel', '=', 'email')
    .orderBy('d.id')
    .execute();
  return rows.map(({ address, purpose }) => `${address} ${purpose}`);
};
const alerts = async () => {
  const rows = await world.db.selectFrom('notices').select('key').where('target', '=', 'staff').execute();
  return rows.map(({ key }) => key);
};
const disabled = async () => {
  const rows = await world.db
    .selectFrom('destinations')
    .select('address')
    .where('disabled_at', 'is not', null)
    .orderBy('address')
    .execute();
  return rows.map(({ address }) => address);
};
const refused = (code: string) => ({ type: 'rejected', scope: 'credential', reason: { code } }) as const;

describe('a client’s workspace whose token is good for nothing any more', () => {
  it.each(['slack.token_revoked', 'slack.account_inactive', 'slack.invalid_auth'])(
    'P3 P9 %s: everything for it goes elsewhere, all are told once, nothing of another workspace is touched',
    async (code) => {
      const a = await clientIn(A, 'acme');
      const b = await clientIn(B, 'other');
      await world.recorder.record(world.entry(a));
      await world.recorder.record(world.entry(a));
      await world.recorder.record(world.entry(b));
      // The relay hands out one after the other; only the first of A is refused, the rest never goes.
      world.clock.advance(1_000);
      await world.delivery.relay.handOut();
      world.slack.answer(refused(code));
      const jobs = world.jobs.splice(0);
      const ofA = await world.db
        .selectFrom('deliveries')
        .select('id')
        .where('credential', '=', `slack:${A}`)
        .orderBy('id')
        .execute();
      const first = jobs.find(({ data }) => data.id === ofA[0]?.id) ?? jobs[0];
      const rest = jobs.filter((job) => job !== first);
      for (const job of [first, ...rest]) {
        await world.delivery.attempt.run({ id: job?.data.id ?? '', generation: job?.data.generation ?? 0 });
      }
      expect(await states(A)).toEqual(Array(4).fill('failed slack.workspace_revoked'));
      expect(await states(B)).toEqual(Array(2).fill('delivered null'));
      expect(await mails()).toEqual([
        'soumu@acme.example initial',
        'soumu@acme.example initial',
        'soumu@acme.example destination_notice',
      ]);
      expect(await alerts()).toEqual([expect.stringContaining(`workspace-ended:${A}:`)]);
      expect(await disabled()).toEqual([`${A}/C0ROOM0001`, `${A}/C0ROOM0002`]);
      const blocked = await world.db.selectFrom('blocked_scopes').select('scope').execute();
      expect(blocked).toEqual([]);
      expect(
        await world.db
          .selectFrom('slack_workspaces')
          .select(['team_id', 'sealed_token', 'revoked_reason'])
          .where('team_id', '=', A)
          .execute(),
      ).toEqual([{ team_id: A, sealed_token: null, revoked_reason: code }]);
    },
  );

  it('any other trouble with its token pauses that workspace alone', async () => {
    const a = await clientIn(A, 'acme');
    await world.recorder.record(world.entry(a));
    world.slack.answer(refused('slack.missing_scope'), refused('slack.missing_scope'));
    await world.deliverOnce();
    const blocked = await world.db.selectFrom('blocked_scopes').select('scope').execute();
    expect(blocked).toEqual([{ scope: `credential:slack:${A}` }]);
    const { body } = await world.db.selectFrom('notices').select('body').executeTakeFirstOrThrow();
    expect(JSON.stringify(body)).toContain(`顧客のSlackワークスペース: ${A}`);
    expect(await disabled()).toEqual([]);
  });

  it('an answer about an installation that has been replaced since ends nothing; the report is tried again', async () => {
    const a = await clientIn(A, 'acme');
    await world.recorder.record(world.entry(a));
    await world.delivery.relay.handOut();
    const job = world.jobs.splice(0)[0];
    world.slack.answer(refused('slack.token_revoked'));
    const { send } = world.slack;
    world.slack.send = async (message, signal) => {
      // Connected again while the old token's answer was on its way.
      world.clock.advance(2_000);
      await world.db.updateTable('slack_workspaces').set({ installed_at: world.clock.now() }).execute();
      return await send(message, signal);
    };
    await world.delivery.attempt.run({ id: job?.data.id ?? '', generation: job?.data.generation ?? 0 });
    world.slack.send = send;
    expect(await disabled()).toEqual([]);
    expect((await states(A)).toSorted()).toEqual(['due slack.token_revoked', 'queued null']);
  });

  it('an uninstall told twice, or of nobody we know, changes nothing more', async () => {
    await clientIn(A, 'acme');
    await clientIn(B, 'other');
    const end = (teamId: string) =>
      world.db.transaction().execute((trx) =>
        world.delivery.endWorkspace(trx, {
          teamId,
          reason: 'slack.app_uninstalled',
          happenedAt: world.clock.now(),
        }),
      );
    for (const team of ['T0NOBODY01', A, A]) await end(team);
    expect(await alerts()).toHaveLength(1);
    expect(await disabled()).toEqual([`${A}/C0ROOM0001`, `${A}/C0ROOM0002`]);
  });
});
