import { Hono } from 'hono';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Exchanged } from '../../src/channels/slack/oauth.ts';
import { createInstallLinks } from '../../src/domain/install-link.ts';
import {
  type InstallDoor,
  installHandler,
  noInstallHandler,
  oauthRedirectHandler,
} from '../../src/web/install/handler.tsx';

const LINK = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
const NOW = new Date('2026-06-18T04:05:00Z');
const INSTALLED: Exchanged = {
  type: 'installed',
  teamId: 'T0CLIENT01',
  teamName: '<b>アクメ</b>',
  enterpriseId: null,
  botUserId: 'U0BOT00001',
  scopes: 'chat:write',
  token: 'xoxb-secret',
  installedBy: 'U0ADMIN001',
};

/** The pages with everything behind them as told. */
function pages(
  over: Partial<InstallDoor> = {},
  exchanged: Exchanged = INSTALLED,
  publicUrl = 'https://t.example',
) {
  const links = createInstallLinks({ publicUrl, linkSecret: '0123456789abcdef0123456789abcdef' });
  const codes: string[] = [];
  const lines: string[] = [];
  const door: InstallDoor = {
    links,
    oauth: {
      authorizeUrl: (state) => `https://slack.com/oauth/v2/authorize?state=${state}`,
      async exchange(code) {
        codes.push(code);
        return exchanged;
      },
      close: async () => undefined,
    },
    standing: async () => ({ type: 'open', clientName: '株式会社アクメ"サンプル' }),
    connect: async (_, { teamId, teamName, installedBy }) => ({
      type: 'connected',
      workspace: { teamId, teamName, clientCode: 'acme', clientName: 'アクメ', installedBy, channels: [] },
    }),
    ownTeam: async () => 'T0AGENCY01',
    publicUrl,
    clock: () => NOW,
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    ...over,
  };
  const app = new Hono();
  app.get('/slack/install', installHandler(door));
  app.get('/slack/oauth_redirect', oauthRedirectHandler(door));
  // A proxy takes off the path it gives this server.
  const open = async () => {
    const url = new URL(links.url({ id: LINK, expiresAt: new Date(NOW.getTime() + 60_000) }));
    return await app.request(`/slack/install${url.search}`);
  };
  const back = async (query = 'code=c0de') => {
    const { state, browser } = links.begin(LINK, NOW);
    return await app.request(`/slack/oauth_redirect?state=${state}&${query}`, {
      headers: { cookie: `toritsugi_install=${browser}` },
    });
  };
  return { open, back, codes, logged: () => lines.join('') };
}

describe('the pages for connecting a workspace', () => {
  it('explain themselves where the app has no id', async () => {
    const app = new Hono().get('/slack/install', noInstallHandler());
    const answer = await app.request('/slack/install?link=x');
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining('受け付けておりません'),
    ]);
  });

  it('P6 P9 show names as text, load nothing, and keep the browser’s secret to their own path', async () => {
    const { open, back } = pages({}, INSTALLED, 'http://t.example/calls');
    const answer = await open();
    const html = await answer.text();
    expect(html).toContain('株式会社アクメ&quot;サンプル');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // Without https a cookie for https alone would never come back.
    expect(answer.headers.get('set-cookie')).toMatch(
      /^toritsugi_install=[\w-]{32}; Max-Age=600; Path=\/calls\/slack; HttpOnly; SameSite=Lax$/,
    );
    expect(await (await back()).text()).toContain('&lt;b&gt;アクメ&lt;/b&gt;');
  });

  it.each([
    ['of the whole organisation', { type: 'unsuitable', why: 'organisation' }, 400, '組織全体'],
    ['with a token that expires', { type: 'unsuitable', why: 'rotating_token' }, 400, 'アプリの設定'],
    [
      'that Slack refuses',
      { type: 'refused', reason: { code: 'slack.invalid_code' } },
      502,
      '何も連携していません',
    ],
    [
      'while Slack is away',
      { type: 'failed', reason: { code: 'slack.timeout' } },
      502,
      '何も連携していません',
    ],
  ] as const)('connect nothing: an installation %s', async (_, exchanged, status, words) => {
    let connected = false;
    const { back } = pages(
      {
        connect: async () => {
          connected = true;
          return { type: 'closed' };
        },
      },
      exchanged,
    );
    const answer = await back();
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(words)]);
    expect(connected).toBe(false);
  });

  it('spend no code before it is known which workspace is the agency’s own, nor one that is none', async () => {
    const unknown = pages({ ownTeam: async () => undefined });
    expect((await unknown.back()).status).toBe(502);
    const nothing = pages();
    for (const query of [
      '',
      'code=',
      `code=${'x'.repeat(600)}`,
      'code=a%20b',
      'error=access_denied&code=c0de',
    ]) {
      expect((await nothing.back(query)).status).toBeGreaterThanOrEqual(400);
    }
    expect([unknown.codes, nothing.codes]).toEqual([[], []]);
  });

  it('P10 ask to come again while the database is away, and log neither link nor code', async () => {
    const { open, back, logged } = pages({
      standing: async () => {
        throw new Error('connect ECONNREFUSED');
      },
    });
    for (const answer of [await open(), await back()]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    }
    expect(logged()).not.toMatch(/c0de|state=|link=/);
  });
});
