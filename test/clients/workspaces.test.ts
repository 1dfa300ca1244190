import { afterAll, beforeAll, expect, test } from 'vitest';
import { destinationsOf } from '../../src/clients/destinations.ts';
import { exportClients } from '../../src/clients/export-clients.ts';
import { importClients } from '../../src/clients/import-clients.ts';
import { formatProblem } from '../../src/rulebook/import-result.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { changesOf, options } from '../support/imports.ts';

const TEAM = 'T0CLIENT01';
let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened?.dispose());

const importText = (text: string) =>
  importClients(opened.database.db, { file: 'clients.yaml', text }, options());
const client = (code: string, ...destinations: readonly string[]) =>
  `  - code: ${code}\n    name: 株式会社${code}サンプル\n    kana: サンプル\n    destinations:\n${destinations
    .map((one) => `      - ${one}\n`)
    .join('')}`;
const file = (...clients: readonly string[]) => `clients:\n${clients.join('')}`;
const problemsOf = async (text: string) => {
  const result = await importText(text);
  return result.ok ? [] : result.problems.map(formatProblem);
};
const OWN = '{ channel: slack, address: C0ROOM0001 }';
const THERE = `{ channel: slack, workspace: ${TEAM}, address: C0ROOM0001 }`;

test('P9 a workspace in the file is one that was connected by this client’s own link, and stays what it is', async () => {
  const { db } = opened.database;
  changesOf(await importText(file(client('acme', OWN), client('other', OWN))));
  expect(await problemsOf(file(client('acme', OWN, THERE)))).toEqual([
    expect.stringMatching(/not connected to this client.*clients install-link acme/s),
  ]);
  expect(
    await problemsOf(file(client('acme', '{ channel: email, workspace: T0CLIENT01, address: a@b.example }'))),
  ).toEqual([expect.stringContaining('only a Slack destination')]);
  expect(
    await problemsOf(file(client('acme', '{ channel: slack, workspace: acme, address: C0ROOM0001 }'))),
  ).toEqual([expect.stringContaining('as in T0123ABCDEF')]);

  const { id } = await db
    .selectFrom('clients')
    .select('id')
    .where('code', '=', 'acme')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('slack_workspaces')
    .values({
      team_id: TEAM,
      enterprise_id: null,
      team_name: 'アクメ',
      client_id: id,
      bot_user_id: 'U0BOT00001',
      scopes: 'chat:write',
      sealed_token: 'sealed',
      key_id: '0badc0de',
      installed_by: 'U0ADMIN001',
      installed_at: new Date(),
      revoked_at: null,
      revoked_reason: null,
      told_at: null,
    })
    .execute();
  // The same channel id in both workspaces: two places.
  const whole = file(client('acme', OWN, THERE), client('other', OWN));
  expect(changesOf(await importText(whole))).toEqual([`acme: + destination slack ${TEAM}/C0ROOM0001`]);
  expect((await destinationsOf(db, id)).map(({ address }) => address)).toEqual([
    'C0ROOM0001',
    `${TEAM}/C0ROOM0001`,
  ]);
  // Written as one address it is the same one, and checked the same way.
  expect(
    changesOf(await importText(file(client('acme', OWN, `{ channel: slack, address: ${TEAM}/C0ROOM0001 }`)))),
  ).toEqual([]);
  for (const place of [THERE, `{ channel: slack, address: ${TEAM}/C0ROOM0001 }`]) {
    expect(await problemsOf(file(client('other', OWN, place)))).toEqual([
      expect.stringContaining('not connected to this client'),
    ]);
  }

  const exported = await exportClients(db);
  expect(exported).toMatch(/channel: slack\n\s+workspace: T0CLIENT01\n\s+address: C0ROOM0001/);
  expect(exported).not.toMatch(/sealed|xoxb|0badc0de/);
  expect(changesOf(await importText(exported))).toEqual([]);

  await db
    .updateTable('slack_workspaces')
    .set({ sealed_token: null, key_id: null, revoked_at: new Date() })
    .execute();
  // Connected no more it may stay, but nothing new comes there.
  expect(changesOf(await importText(exported))).toEqual([]);
  const more = `{ channel: slack, workspace: ${TEAM}, address: C0ROOM0002 }`;
  expect(await problemsOf(file(client('acme', OWN, THERE, more)))).toEqual([
    expect.stringContaining('connected no more'),
  ]);
});
