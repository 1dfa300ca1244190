import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { inspectConfig, loadConfig, loadStorageConfig, missingChannelSettings } from '../../src/config.ts';

const LINK_SECRET = '0123456789abcdef0123456789abcdef';
const LEAST = {
  SLACK_BOT_TOKEN: 'xoxb-sandbox',
  SLACK_SIGNING_SECRET: 'sandbox-signing-secret',
  SLACK_OPERATORS: 'U0123ABCD',
  LINK_SECRET,
  PUBLIC_URL: 'https://toritsugi.example',
};

function problemsOf(env: Record<string, string | undefined>) {
  const result = loadConfig(env);
  return result.ok ? [] : result.problems;
}
const namesOf = (env: Record<string, string | undefined>) => problemsOf(env).map((problem) => problem.name);

describe('loadConfig', () => {
  it('needs little, and gives the rest its defaults', () => {
    const result = loadConfig(LEAST);
    expect(result).toEqual({
      ok: true,
      config: {
        dataDir: `${process.cwd()}/data`,
        host: '127.0.0.1',
        port: 3000,
        publicUrl: 'https://toritsugi.example',
        linkSecret: LINK_SECRET,
        logLevel: 'info',
        slack: {
          botToken: 'xoxb-sandbox',
          signingSecret: 'sandbox-signing-secret',
          apiUrl: 'https://slack.com/api/',
          command: '/juden',
          operators: ['U0123ABCD'],
          supervisors: [],
        },
      },
    });
  });

  it('reads everything', () => {
    const result = loadConfig({
      ...LEAST,
      DATABASE_URL: 'postgres://u:p@db.example/t',
      REDIS_URL: 'rediss://redis.example:6380',
      DATA_DIR: '/srv/toritsugi',
      HOST: '::1',
      PORT: '0',
      PUBLIC_URL: 'https://toritsugi.example/calls//',
      LOG_LEVEL: 'debug',
      SLACK_APP_TOKEN: 'xapp-1-A',
      SLACK_CLIENT_ID: '1.2',
      SLACK_CLIENT_SECRET: 'abc',
      SLACK_API_URL: 'http://127.0.0.1:4000/slack/api',
      SLACK_COMMAND: '/受電',
      SLACK_OPERATORS: ' U0123ABCD, S0456EFGH、W0789IJKL ',
      SLACK_SUPERVISORS: 'U0123ABCD',
      SLACK_SUPERVISOR_CHANNEL: 'C0123ABCD',
      CHATWORK_API_TOKEN: 'sandbox-chatwork-token',
      CHATWORK_API_URL: 'http://127.0.0.1:4000/chatwork/v2/',
      CHATWORK_WEBHOOK_TOKEN: 'A9ne+ygvdV0IZBaPFV2zC1e5Bk+IsI14BPwieRoBQNU=',
      SMTP_URL: 'smtp://127.0.0.1:2525',
      MAIL_FROM: '受電報告 <houkoku@agency.example>',
      ALERT_MAIL_TO: 'kanri@agency.example,abc.@docomo.example',
    });
    expect(result).toEqual({
      ok: true,
      config: {
        databaseUrl: 'postgres://u:p@db.example/t',
        redisUrl: 'rediss://redis.example:6380',
        dataDir: '/srv/toritsugi',
        host: '::1',
        port: 0,
        publicUrl: 'https://toritsugi.example/calls',
        linkSecret: LINK_SECRET,
        logLevel: 'debug',
        slack: {
          botToken: 'xoxb-sandbox',
          signingSecret: 'sandbox-signing-secret',
          appToken: 'xapp-1-A',
          apiUrl: 'http://127.0.0.1:4000/slack/api/',
          command: '/受電',
          operators: ['U0123ABCD', 'S0456EFGH', 'W0789IJKL'],
          supervisors: ['U0123ABCD'],
          supervisorChannel: 'C0123ABCD',
          clientId: '1.2',
          clientSecret: 'abc',
        },
        chatwork: {
          apiToken: 'sandbox-chatwork-token',
          apiUrl: 'http://127.0.0.1:4000/chatwork/v2',
          webhookToken: 'A9ne+ygvdV0IZBaPFV2zC1e5Bk+IsI14BPwieRoBQNU=',
        },
        email: {
          smtpUrl: 'smtp://127.0.0.1:2525',
          from: '受電報告 <houkoku@agency.example>',
          alertTo: ['kanri@agency.example', 'abc.@docomo.example'],
        },
      },
    });
  });

  it('tells everything missing at once, by name, with its purpose and an example', () => {
    const problems = problemsOf({});
    expect(problems.map((problem) => problem.name)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
      'SLACK_OPERATORS',
      'PUBLIC_URL',
      'LINK_SECRET',
    ]);
    for (const problem of problems) {
      expect(problem.message).toContain(SETTINGS[problem.name].purpose);
      expect(problem.message).toMatch(/^is missing\. It is /);
      expect(problem.example).not.toBe('');
    }
  });

  it('takes an empty or blank value for unset', () => {
    expect(namesOf({ ...LEAST, REDIS_URL: '', CHATWORK_API_TOKEN: '  ', SLACK_APP_TOKEN: '' })).toEqual([]);
    expect(namesOf({ ...LEAST, LINK_SECRET: ' ' })).toEqual(['LINK_SECRET']);
  });

  it('needs no signing secret in Socket Mode', () => {
    expect(namesOf({ ...LEAST, SLACK_SIGNING_SECRET: undefined, SLACK_APP_TOKEN: 'xapp-1-A' })).toEqual([]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://x/y'],
    ['DATABASE_URL', 'postgres:'],
    ['REDIS_URL', 'localhost:6379'],
    ['HOST', 'a b'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '３０００'],
    ['PUBLIC_URL', 'toritsugi.example'],
    ['PUBLIC_URL', 'https://u:p@toritsugi.example'],
    ['PUBLIC_URL', 'https://toritsugi.example/?x=1'],
    ['LINK_SECRET', 'short'],
    ['LINK_SECRET', 'a'.repeat(64)],
    ['LOG_LEVEL', 'loud'],
    ['SLACK_BOT_TOKEN', 'xoxp-user-token'],
    ['SLACK_APP_TOKEN', 'xoxb-not-this'],
    ['SLACK_SIGNING_SECRET', 'two words'],
    ['SLACK_API_URL', 'slack.com'],
    ['SLACK_COMMAND', 'juden'],
    ['SLACK_COMMAND', '/Juden'],
    ['SLACK_COMMAND', '/call'],
    ['SLACK_COMMAND', `/${'x'.repeat(32)}`],
    ['SLACK_OPERATORS', '@sato'],
    ['SLACK_OPERATORS', ','],
    ['SLACK_SUPERVISORS', 'C0123ABCD'],
    ['SLACK_SUPERVISOR_CHANNEL', '#alerts'],
    ['CHATWORK_API_URL', 'ftp://chatwork.example'],
  ])('refuses %s=%s', (name, value) => {
    expect(namesOf({ ...LEAST, [name]: value })).toEqual([name]);
  });

  it.each([
    [{ SLACK_CLIENT_ID: '1.2' }, 'SLACK_CLIENT_SECRET'],
    [{ SLACK_CLIENT_SECRET: 'abc' }, 'SLACK_CLIENT_ID'],
    [{ SMTP_URL: 'smtp://relay.example' }, 'MAIL_FROM'],
    [{ MAIL_FROM: 'a@agency.example' }, 'SMTP_URL'],
    [{ CHATWORK_WEBHOOK_TOKEN: 'A9ne+ygvdV0IZBaPFV2zC1e5Bk+IsI14BPwieRoBQNU=' }, 'CHATWORK_API_TOKEN'],
  ])('%o needs %s', (given, needed) => {
    expect(namesOf({ ...LEAST, ...given })).toEqual([needed]);
  });

  it.each([
    'a@b@c.example',
    'a@x.example, b@y.example',
    'Name <a@x.example',
    'x\r\nBcc: y@z.example',
    'a@local',
  ])('P6 does not take %j for one sender', (from) => {
    expect(namesOf({ ...LEAST, SMTP_URL: 'smtp://relay.example', MAIL_FROM: from })).toEqual(['MAIL_FROM']);
  });

  it('shows a malformed value, but P10 never a secret, whatever it is', () => {
    expect(problemsOf({ ...LEAST, PORT: 'http' })[0]?.message).toContain('"http"');
    const secret = Object.entries(SETTINGS).filter(([, setting]) => setting.secret);
    fc.assert(
      fc.property(fc.constantFrom(...secret), fc.stringMatching(/^[a-z ]{12,60}$/), ([name], value) => {
        fc.pre(value.trim().length > 10);
        const told = JSON.stringify(problemsOf({ ...LEAST, [name]: value }));
        expect(told).not.toContain(value.trim());
      }),
    );
    for (const value of ['xoxb-12-secret', 'https://u:hidden-secret@x.example', 'deadbeef'.repeat(4)]) {
      for (const name of Object.keys(SETTINGS)) {
        expect(JSON.stringify(problemsOf({ ...LEAST, [name]: value }))).not.toContain(value);
      }
    }
  });
});

describe('loadStorageConfig', () => {
  it('needs nothing, and asks for nothing else', () => {
    expect(loadStorageConfig({})).toEqual({ ok: true, config: { dataDir: `${process.cwd()}/data` } });
  });
  it('never takes the embedded database for a mistyped DATABASE_URL', () => {
    const result = loadStorageConfig({ DATABASE_URL: 'postgre://db.example/t' });
    expect(result).toMatchObject({ ok: false, problems: [{ name: 'DATABASE_URL' }] });
  });
});

describe('inspectConfig', () => {
  it('gives every sound part beside the problems', () => {
    const inspection = inspectConfig({ ...LEAST, LINK_SECRET: 'short', SMTP_URL: 'nonsense', PORT: 'x' });
    expect(inspection.slack?.botToken).toBe('xoxb-sandbox');
    expect(inspection.storage).toBeDefined();
    expect(inspection.publicUrl).toBe('https://toritsugi.example');
    expect(inspection.email).toBeUndefined();
    expect(inspection.problems.map((problem) => problem.name)).toEqual([
      'LINK_SECRET',
      'PORT',
      'SMTP_URL',
      'MAIL_FROM',
    ]);
  });
});

describe('missingChannelSettings', () => {
  it('asks only for channels that destinations use', () => {
    const names = (
      config: Parameters<typeof missingChannelSettings>[0],
      used: ('chatwork' | 'email' | 'slack')[],
    ) => missingChannelSettings(config, used).map((problem) => problem.name);
    expect(names({}, [])).toEqual([]);
    expect(names({}, ['slack'])).toEqual([]);
    expect(names({}, ['chatwork', 'email'])).toEqual(['CHATWORK_API_TOKEN', 'SMTP_URL', 'MAIL_FROM']);
    expect(names({ chatwork: { apiToken: 't', apiUrl: 'u' } }, ['chatwork'])).toEqual([]);
    expect(missingChannelSettings({}, ['email'])[0]?.message).toMatch(/at least one client has an email/);
  });
});
