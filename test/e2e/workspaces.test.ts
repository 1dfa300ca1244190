import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installLinkCommand } from '../../src/commands/install-link.ts';
import { createInstallLinks } from '../../src/domain/install-link.ts';
import { createLogger } from '../../src/log.ts';
import { type OtherWorkspace, SANDBOX_OPERATORS } from '../../src/sandbox/index.ts';
import { newId } from '../support/ids.ts';
import { type Agency, createAgency, LINK_SECRET, SUPERVISOR_CHANNEL } from './agency.ts';

/* A client's own Slack workspace, from the link to the end of it. */

const TEAM = 'T0CLIENT01';
const ROOM = 'C0REPORTS1';
const CUSTOMER = 'U0CLIENT01';
const PUBLIC_URL = 'https://toritsugi.example';
const PATIENCE = { timeout: 15_000, interval: 50 };
const client = (destinations: string) => `
clients:
  - code: acme
    name: 株式会社アクメサンプル
    kana: アクメサンプル
    destinations:
${destinations}
  - code: other
    name: 株式会社ホカサンプル
    kana: ホカサンプル
    destinations:
      - { channel: email, address: soumu@other.example }
`;
const MAIL = '      - { channel: email, address: soumu@acme.example, fallback: true }';
const IN_WORKSPACE = `      - { channel: slack, workspace: ${TEAM}, address: ${ROOM} }`;

let agency: Agency;
let acme: OtherWorkspace;
const lines: string[] = [];
beforeAll(async () => {
  agency = await createAgency({
    clock: () => new Date(),
    log: createLogger('trace', { write: (line) => void lines.push(line) }),
    config: (config) => ({
      ...config,
      slack: {
        ...config.slack,
        clientId: agency.sandbox.slack.clientId,
        clientSecret: agency.sandbox.slack.clientSecret,
      },
    }),
  });
  acme = agency.sandbox.slack.addWorkspace({
    id: TEAM,
    name: 'アクメ',
    channels: [{ id: ROOM, name: '電話報告' }],
  });
  await agency.start('all');
  await agency.importClients(client(MAIL));
}, 60_000);
afterAll(() => agency?.close());

const app = () => {
  const [first] = agency.apps;
  if (first === undefined) throw new Error('no process is running');
  return first;
};
const here = (address: string) => address.replace(PUBLIC_URL, app().url);
const mails = (part = '') =>
  agency.sandbox.arrived().filter((one) => one.channel === 'email' && one.text.includes(part));
const staff = (part: string) =>
  agency.sandbox.slack
    .messages(SUPERVISOR_CHANNEL)
    .map(({ blocks }) => JSON.stringify(blocks))
    .filter((text) => text.includes(part));
const posts = () => acme.messages(ROOM);
const call = (code = 'acme') =>
  agency.sandbox.slack.person(SANDBOX_OPERATORS[0].id).command(`${code} 間違い`);

/** What `clients install-link` prints. */
async function linkFor(clientCode: string): Promise<string> {
  let printed = '';
  await installLinkCommand.execute(
    {
      database: app().database,
      queueTables: false,
      kindsFile: new URL('file:///none'),
      templatesDir: new URL('file:///none'),
      installLinks: createInstallLinks({ publicUrl: PUBLIC_URL, linkSecret: LINK_SECRET }),
      clock: () => new Date(),
      newId,
      actor: 'cli:test',
      out: (text) => {
        printed += text;
      },
      err: () => undefined,
    },
    { clientCode },
  );
  return printed.trim();
}

interface Begun {
  readonly cookie: string;
  readonly authorizeUrl: string;
}
/** A browser opens the link: what it keeps, and where the button leads. */
async function open(link: string): Promise<Begun> {
  const response = await fetch(here(link));
  expect(response.status).toBe(200);
  const html = await response.text();
  const authorizeUrl =
    /href="([^"]*oauth\/v2\/authorize[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const cookie = response.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/; Path=\/slack; HttpOnly; Secure; SameSite=Lax$/);
  return { cookie: cookie.split(';')[0] ?? '', authorizeUrl };
}
/** Somebody at Slack decides; the address Slack sends the browser back to. */
async function decide({ authorizeUrl }: Begun, team: string, denied = false): Promise<string> {
  const response = await fetch(`${authorizeUrl}&team=${team}${denied ? '&denied=1' : ''}`, {
    redirect: 'manual',
  });
  return response.headers.get('location') ?? '';
}
async function comeBack(address: string, cookie: string): Promise<{ status: number; text: string }> {
  const response = await fetch(here(address), { headers: { cookie } });
  return { status: response.status, text: await response.text() };
}
async function connect(code: string, team: string) {
  const begun = await open(await linkFor(code));
  return await comeBack(await decide(begun, team), begun.cookie);
}
const connected = () =>
  app().database.db.selectFrom('slack_workspaces').select(['team_id', 'revoked_at']).execute();

describe('a client’s own workspace', () => {
  it('P9 is connected by no stranger: no link, a forged one, another browser’s state, a state of nobody', async () => {
    for (const path of [
      '/slack/install',
      '/slack/install?link=AAAA',
      `/slack/install?link=${'A'.repeat(70)}`,
    ]) {
      const refused = await fetch(`${app().url}${path}`);
      expect([refused.status, await refused.text()]).toEqual([
        404,
        expect.stringContaining('リンクが必要です'),
      ]);
      expect(refused.headers.get('set-cookie')).toBeNull();
    }
    const link = await linkFor('acme');
    const mine = await open(link);
    const theirs = await open(link);
    const back = await decide(mine, TEAM);
    const state = new URL(back).searchParams.get('state') ?? '';
    for (const [address, cookie] of [
      [back, ''],
      [back, theirs.cookie],
      [back.replace(state, `${state.slice(0, -4)}AAAA`), mine.cookie],
      [back.replace(/&?state=[^&]*/, ''), mine.cookie],
    ] as const) {
      expect((await comeBack(address, cookie)).status).toBe(400);
    }
    const denied = await comeBack(await decide(mine, TEAM, true), mine.cookie);
    expect([denied.status, denied.text]).toEqual([400, expect.stringContaining('何も連携していません')]);
    const newer = await linkFor('acme');
    expect((await fetch(here(link))).status).toBe(410);
    expect((await comeBack(back, mine.cookie)).status).toBe(410);
    expect((await fetch(here(newer))).status).toBe(200);
    expect(await connected()).toEqual([]);
  });

  it('P9 is never the agency’s own', async () => {
    agency.sandbox.slack.addWorkspace({ id: agency.sandbox.slack.teamId, name: 'サンプル電話代行' });
    const refused = await connect('acme', agency.sandbox.slack.teamId);
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('当社のワークスペース')]);
    expect(await connected()).toEqual([]);
  });

  it('is connected by its link, once; staff hears of it, and then it can be a destination', async () => {
    await expect(agency.importClients(client(`${IN_WORKSPACE}\n${MAIL}`))).rejects.toThrow(
      /is not connected to this client/,
    );
    const begun = await open(await linkFor('acme'));
    const back = await decide(begun, TEAM);
    const done = await comeBack(back, begun.cookie);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('「アクメ」と連携しました')]);
    expect(done.text).toContain('/invite @toritsugi');
    const again = await comeBack(back, begun.cookie);
    expect([again.status, again.text]).toEqual([410, expect.stringContaining('一度だけ')]);
    await vi.waitFor(() => expect(staff('【連携】')).toHaveLength(1), PATIENCE);
    expect(staff('【連携】')[0]).toContain(`アクメ(${TEAM})`);

    const taken = await connect('other', TEAM);
    expect([taken.status, taken.text]).toEqual([409, expect.stringContaining('別のご契約')]);
    await agency.importClients(client(`${IN_WORKSPACE}\n${MAIL}`));
    await expect(
      agency.importClients(
        client(MAIL).replace(/( {6}- \{ channel: email, address: soumu@other)/, `${IN_WORKSPACE}\n$1`),
      ),
    ).rejects.toThrow(/is not connected to this client/);
  });

  it('gets its reports there, and marks them done there', async () => {
    await call();
    await vi.waitFor(() => expect(posts()).toHaveLength(1), PATIENCE);
    const { db } = app().database;
    await vi.waitFor(async () => {
      const row = await db.selectFrom('deliveries').select(['credential', 'receipt']).executeTakeFirst();
      expect(row).toMatchObject({ credential: `slack:${TEAM}`, receipt: { channel: ROOM, team: TEAM } });
    }, PATIENCE);
    await acme
      .person(CUSTOMER, '山田')
      .press({ channelId: ROOM, ts: posts()[0]?.ts ?? '' }, '対応済みにする');
    await vi.waitFor(
      () => expect(JSON.stringify(posts()[0]?.blocks)).toContain(`<@${CUSTOMER}> さんが`),
      PATIENCE,
    );
    expect(await db.selectFrom('done_marks').select(['via', 'person']).execute()).toEqual([
      { via: 'slack', person: CUSTOMER },
    ]);
    expect(mails('お電話をお受け')).toHaveLength(0);
  });

  it('P3 P9 uninstalls the app: its report goes elsewhere, client and staff are told once; others are untouched', async () => {
    agency.sandbox.fail({
      service: 'slack',
      operation: 'chat.postMessage',
      target: ROOM,
      failure: { how: 'rate_limited', retryAfter: 600 },
    });
    await call();
    const { db } = app().database;
    await vi.waitFor(async () => {
      const due = await db
        .selectFrom('deliveries')
        .select('id')
        .where('reason', '=', 'slack.rate_limit')
        .execute();
      expect(due).toHaveLength(1);
    }, PATIENCE);

    // Somebody else's workspace, an event of long ago, and one nobody signed change nothing.
    const stranger = agency.sandbox.slack.addWorkspace({ id: 'T0STRANGER', name: 'よそ' });
    await stranger.event({ type: 'app_uninstalled', team_id: TEAM, team: TEAM });
    await acme.event({ type: 'app_uninstalled' }, { at: new Date(Date.now() - 60_000) });
    await acme.event({ type: 'tokens_revoked', tokens: { oauth: [CUSTOMER], bot: [] } });
    const forged = JSON.stringify({
      type: 'event_callback',
      team_id: TEAM,
      event_time: Math.floor(Date.now() / 1000),
      event: { type: 'app_uninstalled' },
    });
    const unsigned = await agency.sandbox.slack.raw({
      body: forged,
      contentType: 'application/json',
      secret: 'guessed',
    });
    expect(unsigned.status).toBe(401);
    expect(await connected()).toEqual([{ team_id: TEAM, revoked_at: null }]);

    const told = await acme.uninstall();
    expect(told.map((answer) => answer.type === 'answered' && answer.status)).toEqual([200, 200]);
    await vi.waitFor(() => expect(mails('お電話をお受け')).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect(mails('宛先のご確認')).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect(staff('連携が切れました')).toHaveLength(1), PATIENCE);
    expect(await connected()).toEqual([{ team_id: TEAM, revoked_at: expect.any(Date) }]);

    await call();
    await vi.waitFor(() => expect(mails('お電話をお受け')).toHaveLength(2), PATIENCE);
    await call('other');
    await vi.waitFor(() => expect(mails('お電話をお受け')).toHaveLength(3), PATIENCE);
    expect(posts()).toHaveLength(1);
    expect(mails('宛先のご確認')).toHaveLength(1);
    expect(staff('宛先停止')).toHaveLength(1);
  }, 30_000);

  it('works again once it is connected again, though the file stayed as it was', async () => {
    // The ten minutes Slack asked for above.
    await app().database.db.deleteFrom('blocked_scopes').execute();
    const done = await connect('acme', TEAM);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining(`再開します: ${ROOM}`)]);
    await call();
    await vi.waitFor(() => expect(posts()).toHaveLength(2), PATIENCE);
    expect(mails('お電話をお受け')).toHaveLength(3);
  });

  it('P10 left no token, code or secret in any log line, message or table', async () => {
    const token = acme.token() ?? '';
    expect(token).toMatch(/^xoxb-/);
    const { db } = app().database;
    const tables = await Promise.all([
      db.selectFrom('slack_workspaces').selectAll().execute(),
      db.selectFrom('audit_log').selectAll().execute(),
      db.selectFrom('attempts').selectAll().execute(),
      db.selectFrom('notices').selectAll().execute(),
    ]);
    const everything = `${lines.join('')}${JSON.stringify(tables)}${JSON.stringify(agency.sandbox.arrived())}`;
    expect(everything).not.toContain('xoxb-');
    expect(everything).not.toContain(agency.sandbox.slack.clientSecret);
    expect(lines.join('')).not.toMatch(/oauth_redirect\?|link=|アクメ/);
  });
});
