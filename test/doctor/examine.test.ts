import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Examination, examine } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { readStorageFacts, type StorageFacts } from '../../src/doctor/storage-facts.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { TEMPLATES } from '../commands/running.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let sandbox: Sandbox;
beforeAll(async () => {
  world = await createWorld();
  sandbox = await startSandbox({
    slack: {
      channels: [
        { id: 'C0STAFF01', name: 'staff' },
        { id: 'C0FOREIGN', name: 'foreign', member: false },
        { id: 'C0PAST001', name: 'past', archived: true },
      ],
      userGroups: { S0OPERATORS: ['U0OPERATOR1', 'U0OPERATOR2'], S0EMPTY01: [] },
    },
  });
});
beforeEach(() => world.clear());
afterEach(() => sandbox.reset());
afterAll(async () => {
  await sandbox?.close();
  await world?.dispose();
});

function settings(): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: sandbox.slack.botToken,
    SLACK_SIGNING_SECRET: sandbox.slack.signingSecret,
    SLACK_API_URL: sandbox.slack.url,
    SLACK_OPERATORS: 'S0OPERATORS',
    SLACK_SUPERVISOR_CHANNEL: 'C0STAFF01',
    LINK_SECRET: '0123456789abcdef0123456789abcdef',
    PUBLIC_URL: 'https://toritsugi.example',
    CHATWORK_API_TOKEN: sandbox.chatwork.apiToken,
    CHATWORK_API_URL: sandbox.chatwork.url,
    SMTP_URL: sandbox.email.smtpUrl,
    MAIL_FROM: 'houkoku@agency.example',
    ALERT_MAIL_TO: 'kanri@agency.example',
    DATABASE_URL: 'postgres://asked.through.the.test.example/t',
  };
}

/** The public address answers as a running server would; everything else is really asked for. */
const fetchWithPublicUrl: typeof fetch = async (input, init) =>
  String(input).startsWith('https://toritsugi.example/') ? new Response('ok') : fetch(input, init);

async function look(
  over: Record<string, string> = {},
  o: Partial<Examination> = {},
): Promise<readonly Finding[]> {
  return examine({
    env: { ...settings(), ...over },
    nodeVersion: '20.20.2',
    templatesDir: TEMPLATES,
    clock: () => new Date(),
    fetch: fetchWithPublicUrl,
    askStorage: async () => ({
      text: JSON.stringify(await readStorageFacts(world.database, world.clock.now())),
      through: 'own',
    }),
    ...o,
  });
}

const facts = async (over: Partial<StorageFacts>): Promise<Partial<Examination>> => {
  const real = await readStorageFacts(world.database, world.clock.now());
  return { askStorage: async () => ({ text: JSON.stringify({ ...real, ...over }), through: 'own' }) };
};

const troubles = (findings: readonly Finding[]) => findings.filter((finding) => finding.level !== 'ok');
const about = (findings: readonly Finding[], subject: string) =>
  findings.filter((finding) => finding.subject === subject);

/** What one breakage adds to a sound set-up: exactly this. */
async function expectTrouble(
  findings: readonly Finding[],
  expected: { readonly level: 'warn' | 'fail'; readonly subject: string; readonly says: RegExp },
): Promise<void> {
  const found = troubles(findings).filter((finding) => finding.subject !== 'Durability');
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ level: expected.level, subject: expected.subject });
  expect(`${found[0]?.detail}\n${found[0]?.advice}`).toMatch(expected.says);
  expect(found[0]?.advice).toMatch(/\w{3}/);
}

beforeEach(async () => {
  await world.addClient({ code: 'acme' });
});

describe('a sound set-up', () => {
  it('has nothing to repair, and sends nothing', async () => {
    const findings = await look();
    expect(troubles(findings).filter((finding) => finding.subject !== 'Durability')).toEqual([]);
    expect(findings.map((finding) => finding.subject)).toEqual(
      expect.arrayContaining([
        'Node.js',
        'Settings',
        'Database',
        'Tables',
        'Queues',
        'Kinds of calls',
        'Plans',
        'Clients',
        'Slack',
        'Chatwork',
        'Mail relay',
        'Clock',
        "Supervisors' channel",
        'User group',
        'Templates',
        'PUBLIC_URL',
      ]),
    );
    expect(about(findings, 'User group')[0]?.detail).toBe('S0OPERATORS has 2 member(s)');
    expect(sandbox.arrived()).toEqual([]);
  });
});

describe('settings', () => {
  it('that are missing are told together, and the rest is still looked at', async () => {
    const findings = await look({ LINK_SECRET: '', SLACK_BOT_TOKEN: '' });
    expect(troubles(findings).map((finding) => finding.subject)).toEqual(
      expect.arrayContaining(['LINK_SECRET', 'SLACK_BOT_TOKEN']),
    );
    expect(about(findings, 'Chatwork')[0]?.level).toBe('ok');
    expect(about(findings, 'Mail relay')[0]?.level).toBe('ok');
  });

  it('P3 warn when nobody would hear of a failure', async () => {
    await expectTrouble(await look({ SLACK_SUPERVISOR_CHANNEL: '' }), {
      level: 'warn',
      subject: 'SLACK_SUPERVISOR_CHANNEL',
      says: /nobody is told/,
    });
    await expectTrouble(await look({ ALERT_MAIL_TO: '' }), {
      level: 'warn',
      subject: 'ALERT_MAIL_TO',
      says: /Slack itself is down/,
    });
  });

  it('P3 warn when SLACK_SUPERVISORS names only user groups, to which nothing can be posted', async () => {
    const groupsOnly = { SLACK_SUPERVISOR_CHANNEL: '', SLACK_SUPERVISORS: 'S0OPERATORS' };
    await expectTrouble(await look({ ...groupsOnly, ALERT_MAIL_TO: '' }), {
      level: 'warn',
      subject: 'SLACK_SUPERVISOR_CHANNEL',
      says: /only user groups.*nobody is told, in Slack or by mail/s,
    });
    await expectTrouble(await look(groupsOnly), {
      level: 'warn',
      subject: 'SLACK_SUPERVISOR_CHANNEL',
      says: /only user groups.*in Slack nobody is told/s,
    });
    const withPerson = await look({ ...groupsOnly, SLACK_SUPERVISORS: 'S0OPERATORS,U0SUPERV01' });
    expect(troubles(withPerson).filter(({ subject }) => subject !== 'Durability')).toEqual([]);
  });

  it('of a channel that a destination uses are needed', async () => {
    await expectTrouble(await look({ CHATWORK_API_TOKEN: '' }), {
      level: 'fail',
      subject: 'CHATWORK_API_TOKEN',
      says: /at least one client has a chatwork destination/,
    });
    // Set but malformed is told once.
    await expectTrouble(await look({ CHATWORK_API_TOKEN: 'two words' }), {
      level: 'fail',
      subject: 'CHATWORK_API_TOKEN',
      says: /one word/,
    });
  });
});

describe('Node.js', () => {
  it.each(['18.20.0', '20.11.1'])('%s is too old', async (nodeVersion) => {
    await expectTrouble(await look({}, { nodeVersion }), {
      level: 'fail',
      subject: 'Node.js',
      says: /20\.12/,
    });
  });
});

describe('the database', () => {
  it('cannot be reached', async () => {
    const database = await openDatabase({
      databaseUrl: 'postgres://u:hidden-pw@127.0.0.1:1/t',
      dataDir: tmpdir(),
    });
    const findings = await look(
      {},
      {
        askStorage: async () => ({
          text: JSON.stringify(await readStorageFacts(database, new Date())),
          through: 'own',
        }),
      },
    );
    await database.close();
    await expectTrouble(findings, {
      level: 'fail',
      subject: 'Database',
      says: /ECONNREFUSED.*DATABASE_URL/s,
    });
    expect(JSON.stringify(findings)).not.toContain('hidden-pw');
  });

  it.each([
    [{ kind: 'postgres', serverVersion: 130_011 }, 'fail', 'Database', /PostgreSQL 13 is too old/],
    [{ pendingMigrations: ['0009_later'] }, 'warn', 'Tables', /0009_later.*migrate/s],
    [{ pendingMigrations: null }, 'warn', 'Tables', /not made yet/],
    [{ unknownMigrations: ['0099_future'] }, 'fail', 'Tables', /newer Toritsugi \(0099_future\)/],
    [{ queueTables: false }, 'warn', 'Queues', /migrate/],
    [{ kinds: 0 }, 'warn', 'Kinds of calls', /kinds import/],
    [{ plans: 0 }, 'warn', 'Plans', /plans import/],
    [{ clients: 0 }, 'warn', 'Clients', /clients import/],
    [{ clientsWithoutDestination: 2 }, 'warn', 'Destinations', /2 active client/],
    [{ disabledDestinations: 3 }, 'warn', 'Destinations', /3 disabled/],
    [
      { workspaces: [{ id: 'T0CLIENT01', client: 'acme', keyId: '0badc0de', destinations: 1 }] },
      'fail',
      'Clients’ workspaces',
      /T0CLIENT01 of acme.*another LINK_SECRET.*install-link acme/s,
    ],
    [
      { workspaces: [{ id: 'T0CLIENT01', client: 'acme', keyId: null, destinations: 2 }] },
      'warn',
      'Clients’ workspaces',
      /connected no more; 2 destination.*install-link acme/s,
    ],
    [{ troubledDeliveries: { uncertain: 4, failed: 0 } }, 'warn', 'Deliveries', /4 uncertain/],
    [{ troubledDeliveries: { uncertain: 0, failed: 5 } }, 'warn', 'Deliveries', /5 failed/],
  ] as const)('%o', async (over, level, subject, says) => {
    await expectTrouble(await look({}, await facts(over as Partial<StorageFacts>)), { level, subject, says });
  });

  it('embedded: is made at the first start, if it can be', async () => {
    const DATABASE_URL = '';
    const fresh = await look({ DATABASE_URL, DATA_DIR: join(tmpdir(), 'toritsugi-not-there-yet', 'data') });
    expect(about(fresh, 'Database')).toMatchObject([
      { level: 'ok', detail: expect.stringContaining('first start') },
    ]);
    expect(about(fresh, 'Durability')).toMatchObject([
      { level: 'warn', detail: expect.stringContaining('power cut') },
    ]);
    const never = await look({ DATABASE_URL, DATA_DIR: '/dev/null/data' });
    expect(about(never, 'Database')).toMatchObject([
      { level: 'fail', detail: expect.stringContaining('/dev/null') },
    ]);
  });

  it('tells what the data itself shows', async () => {
    const silent = await world.addClient({ code: 'silent', destinations: [] });
    await world.recorder.record(world.entry(silent));
    const mail = await world.addClient({
      code: 'mail',
      destinations: [{ channel: 'email', address: 'a@x.example' }],
    });
    await world.recorder.record(world.entry(mail));
    world.email.answer({ type: 'uncertain', reason: { code: 'email.test' } });
    await world.deliverOnce();
    const real = await readStorageFacts(world.database, world.clock.now());
    expect(real).toMatchObject({
      pendingMigrations: [],
      unknownMigrations: [],
      queueTables: true,
      clients: 3,
      destinations: { chatwork: 1, slack: 0, email: 1 },
      disabledDestinations: 0,
      workspaces: [],
      clientsWithoutDestination: 1,
      troubledDeliveries: { uncertain: 1, failed: 0 },
    });
  });
});

describe('replies in Chatwork', () => {
  const replies = async (over: Record<string, string>, openCasesInChatwork = 2) =>
    about(await look(over, await facts({ openCasesInChatwork })), 'Chatwork replies');

  it('come by the webhook, by looking, or not at all; told once there is a case to answer', async () => {
    const CHATWORK_WEBHOOK_TOKEN = sandbox.chatwork.webhookToken;
    expect(await replies({}, 0)).toEqual([]);
    expect(await replies({ CHATWORK_WEBHOOK_TOKEN })).toMatchObject([
      { level: 'ok', detail: expect.stringContaining('by the webhook') },
    ]);
    expect(await replies({})).toMatchObject([
      { level: 'ok', detail: expect.stringContaining('no CHATWORK_WEBHOOK_TOKEN') },
    ]);
    expect(await replies({ CHATWORK_API_TOKEN: '' })).toMatchObject([
      { level: 'warn', advice: expect.stringContaining('CHATWORK_API_TOKEN') },
    ]);
  });
});

describe('Redis', () => {
  it('that does not answer fails', async () => {
    const findings = await look({ REDIS_URL: 'redis://:hidden-pw@127.0.0.1:1' });
    await expectTrouble(findings, { level: 'fail', subject: 'Redis', says: /does not answer.*REDIS_URL/s });
    expect(JSON.stringify(findings)).not.toContain('hidden-pw');
  });

  it.skipIf(!process.env.TEST_REDIS_URL)(
    'that answers is asked for its policy and its persistence',
    async () => {
      const findings = about(await look({ REDIS_URL: process.env.TEST_REDIS_URL ?? '' }), 'Redis');
      expect(findings).toHaveLength(3);
      expect(findings[0]).toMatchObject({ level: 'ok', detail: expect.stringMatching(/^Redis \d/) });
    },
  );
});

describe('Slack', () => {
  it('refuses the token', async () => {
    const findings = await look({ SLACK_BOT_TOKEN: 'xoxb-other-secret' });
    expect(about(findings, 'Slack')).toMatchObject([
      { level: 'fail', detail: expect.stringContaining('invalid_auth') },
    ]);
    expect(JSON.stringify(findings)).not.toContain('xoxb-other-secret');
  });

  it('cannot be reached', async () => {
    const findings = await look({ SLACK_API_URL: 'http://127.0.0.1:1/api/' });
    for (const subject of ['Slack', "Supervisors' channel", 'User group']) {
      expect(about(findings, subject)).toMatchObject([{ level: 'fail' }]);
    }
    expect(about(findings, 'Clock')).toEqual([]);
  });

  it('is something else', async () => {
    const page = createServer((_, response) => response.end('<html>hello</html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => page.once('listening', resolve));
    const findings = await look({
      SLACK_API_URL: `http://127.0.0.1:${(page.address() as AddressInfo).port}/`,
    });
    page.close();
    expect(about(findings, 'Slack')).toMatchObject([{ level: 'fail' }]);
    expect(about(findings, 'User group')).toMatchObject([{ level: 'fail' }]);
  });

  it.each([
    ['C0NOWHERE', /channel_not_found/],
    ['C0FOREIGN', /not a member.*\/invite/s],
    ['C0PAST001', /archived/],
  ])("supervisors' channel %s", async (id, says) => {
    await expectTrouble(await look({ SLACK_SUPERVISOR_CHANNEL: id }), {
      level: 'fail',
      subject: "Supervisors' channel",
      says,
    });
  });

  it('does not know a user group, or it is empty', async () => {
    await expectTrouble(await look({ SLACK_OPERATORS: 'U0123ABCD,S0UNKNOWN' }), {
      level: 'fail',
      subject: 'User group',
      says: /S0UNKNOWN: no_such_subteam.*usergroups:read/s,
    });
    await expectTrouble(await look({ SLACK_SUPERVISORS: 'S0EMPTY01' }), {
      level: 'warn',
      subject: 'User group',
      says: /no members/,
    });
  });

  it.each([
    [-60_000, 'warn', /60 s behind/],
    [60_000, 'warn', /60 s ahead/],
    [-400_000, 'fail', /400 s behind.*NTP/s],
  ] as const)('sees a clock that is wrong by %i ms', async (wrong, level, says) => {
    await expectTrouble(await look({}, { clock: () => new Date(Date.now() + wrong) }), {
      level,
      subject: 'Clock',
      says: new RegExp(says.source.replace(/\d+ s/, '(\\d+) s'), 's'),
    });
  });
});

describe('Chatwork and mail', () => {
  it('refuse the credential', async () => {
    const findings = await look({
      CHATWORK_API_TOKEN: 'wrong-chatwork-token',
      SMTP_URL: sandbox.email.smtpUrl.replace(/\/\/.*@/, '//sandbox:wrong-smtp-password@'),
    });
    expect(about(findings, 'Chatwork')).toMatchObject([
      { level: 'fail', detail: expect.stringMatching(/chatwork\./) },
    ]);
    expect(about(findings, 'Mail relay')).toMatchObject([
      { level: 'fail', detail: expect.stringMatching(/email\./) },
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/wrong-(chatwork-token|smtp-password)/);
  });

  it('cannot be reached', async () => {
    const findings = await look({
      CHATWORK_API_URL: 'http://127.0.0.1:1/v2',
      SMTP_URL: 'smtp://127.0.0.1:1',
    });
    expect(about(findings, 'Chatwork')[0]?.level).toBe('fail');
    expect(about(findings, 'Mail relay')[0]?.level).toBe('fail');
  });
});

describe('templates', () => {
  it('that are not there fail', async () => {
    const nowhere = pathToFileURL(join(tmpdir(), 'toritsugi-no-templates/'));
    await expectTrouble(await look({}, { templatesDir: nowhere }), {
      level: 'fail',
      subject: 'Templates',
      says: /toritsugi-no-templates.*Correct the templates/s,
    });
  });
});

describe('the public address', () => {
  it('must be https, unless it is this machine', async () => {
    const far = about(
      await look({ PUBLIC_URL: 'http://toritsugi.invalid' }, { fetch: refusing }),
      'PUBLIC_URL',
    );
    expect(far).toMatchObject([
      { level: 'fail', detail: expect.stringContaining('not https') },
      { level: 'warn' },
    ]);
    const near = about(await look({ PUBLIC_URL: 'http://localhost:1' }), 'PUBLIC_URL');
    expect(near).toMatchObject([
      {
        level: 'warn',
        detail: expect.stringContaining('this machine'),
        advice: expect.stringContaining('Socket Mode'),
      },
      { level: 'warn', detail: expect.stringContaining('does not answer') },
    ]);
  });

  it('answers something else', async () => {
    const elsewhere: typeof fetch = async (input, init) =>
      String(input).endsWith('/healthz') ? new Response('no', { status: 502 }) : fetch(input, init);
    await expectTrouble(await look({}, { fetch: elsewhere }), {
      level: 'warn',
      subject: 'PUBLIC_URL',
      says: /502/,
    });
  });
});

const refusing: typeof fetch = async (input, init) =>
  String(input).includes('.invalid') ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init);
