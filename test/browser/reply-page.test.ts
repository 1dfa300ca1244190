import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { disputeProblems } from '../../src/domain/dispute.ts';
import { createReplyLinks } from '../../src/domain/reply-link.ts';
import type { Disputes } from '../../src/followup/disputes/disputes.ts';
import type { ShownDispute } from '../../src/followup/disputes/read-dispute.ts';
import type { Done, DoneMark } from '../../src/followup/mark-done.ts';
import { createLogger } from '../../src/log.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { startChromium } from './chromium.ts';

const NOW = new Date('2026-06-18T05:30:00Z');
const DELIVERY = { id: '0190313f-1234-7abc-8def-0123456789ab', createdAt: NOW };
const report = {
  receiptNumber: '20260618-0012',
  clientName: `株式会社${'とても長い名前のサンプル'.repeat(8)}`,
  occurredAt: new Date('2026-06-18T04:05:00Z'),
};
const links = createReplyLinks({
  publicUrl: 'http://base.example',
  linkSecret: '0123456789abcdef0123456789abcdef',
});

let server: WebServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let mark: DoneMark | null;
let revoked: boolean;
let complaints: string[];

/** One report, kept in memory: what the database makes of it is tested elsewhere. */
const done: Done = {
  read: async () =>
    revoked ? { type: 'revoked' } : mark ? { type: 'done', report, mark } : { type: 'open', report },
  mark: async () => {
    mark ??= { at: NOW, via: 'link', person: null };
    return { type: 'marked', report, mark };
  },
};
let said: ShownDispute | null;
const disputes: Pick<Disputes, 'read' | 'ask' | 'reportOf'> = {
  read: async () => (said ? { type: 'waiting', report, last: said } : { type: 'open', report, last: null }),
  ask: async (_, words) => {
    const problems = disputeProblems(words);
    if (words.claim === undefined || problems.length > 0) return { type: 'refused', problems };
    said = { claim: words.claim, at: NOW, outcome: null };
    return { type: 'asked' };
  },
  reportOf: async () => undefined,
};
const address = (): string => `${server.url}${new URL(links.url('done', DELIVERY)).pathname}`;

beforeAll(async () => {
  browser = await startChromium();
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
    metricsToken: 'x',
    replies: {
      links,
      done,
      disputes,
      cases: {
        readForDelivery: async () => ({ type: 'revoked' }),
        answer: async () => ({ type: 'revoked' }),
      },
      statements: { read: async () => undefined, readCall: async () => undefined },
      clock: () => NOW,
      newId: () => DELIVERY.id,
      log: createLogger('silent', { write: () => {} }),
      perMinute: 1_000,
    },
  });
});
beforeEach(() => {
  mark = null;
  said = null;
  revoked = false;
  complaints = [];
});
afterEach(() => context?.close());
afterAll(async () => {
  await browser?.close();
  await server?.close(0);
});

async function open(o: { readonly scheme: 'light' | 'dark'; readonly scripts?: boolean }): Promise<void> {
  context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    colorScheme: o.scheme,
    javaScriptEnabled: o.scripts ?? true,
    // axe is brought in from outside; what the page itself may do is asked of its complaints.
    bypassCSP: o.scripts ?? true,
  });
  page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(address());
}

async function violations(): Promise<AxeResults['violations']> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe: injected } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await injected.run()).violations;
  });
}

describe('the page behind a report’s link, on a phone', () => {
  it.each(['light', 'dark'] as const)(
    'has no accessibility violations in %s, before, after and when refused',
    async (scheme) => {
      await open({ scheme });
      expect(await violations()).toEqual([]);
      await page.getByRole('button', { name: '対応済みにする' }).click();
      await page.getByRole('status').waitFor();
      expect(await violations()).toEqual([]);
      revoked = true;
      await page.reload();
      expect(await violations()).toEqual([]);
    },
  );

  it('is marked with one thumb, without scripts, under its own content policy', async () => {
    await open({ scheme: 'light', scripts: false });
    const button = page.getByRole('button', { name: '対応済みにする' });
    const box = await button.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(48);
    expect(box?.width).toBeGreaterThan(300);
    // The style sheet is allowed by its hash alone: a wrong one would leave the button small and plain.
    await button.click();
    await page.getByRole('heading', { name: '対応済みです' }).waitFor();
    expect(mark).not.toBeNull();
    expect(page.url()).toBe(address());
    expect(await page.getByRole('status').innerText()).toContain('2026年6月18日(木) 14:30');
    await page.reload();
    expect(await button.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('has nothing to scroll sideways, however long the client’s name', async () => {
    await open({ scheme: 'light' });
    expect(await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')).toEqual([360, 360]);
    expect(await page.locator('dl').innerText()).toContain('20260618-0012');
  });

  it.each(['light', 'dark'] as const)(
    'lets its reader say what is wrong, quietly below the button, in %s',
    async (scheme) => {
      await open({ scheme });
      const send = page.getByRole('button', { name: 'この内容で連絡する' });
      expect(await send.isVisible()).toBe(false);
      await page.getByText('報告の内容について連絡する').click();
      expect(await violations()).toEqual([]);
      await page.getByLabel('内容が違います').check();
      await send.click();
      // A note is missing: the form is open again, with the choice in it and the cursor where it belongs.
      await page.getByRole('alert').waitFor();
      expect(await page.getByLabel('内容が違います').isChecked()).toBe(true);
      expect(await page.evaluate('document.activeElement.id')).toBe('note');
      expect(await violations()).toEqual([]);
      await page.getByLabel('補足').fill('番号が違います');
      await send.click();
      await page.getByText('ただいま確認中です').waitFor();
      expect(await violations()).toEqual([]);
      expect(await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')).toEqual([360, 360]);
    },
  );
});
