import { mkdir, writeFile } from 'node:fs/promises';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callsNamed } from '../../src/billing/linked-statement.ts';
import { computeStatement } from '../../src/domain/billing/compute-statement.ts';
import type { BilledCall, Statement } from '../../src/domain/billing/statement.ts';
import { createReplyLinks } from '../../src/domain/reply-link.ts';
import { createLogger } from '../../src/log.ts';
import { buildView } from '../../src/reports/view.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { ORDINARY } from '../reports/facts.ts';
import { newId } from '../support/ids.ts';
import { startChromium } from './chromium.ts';

const NOW = new Date('2026-07-01T00:10:00Z');
const DELIVERY = { id: '0197a000-0000-7000-8000-000000000001', createdAt: NOW };
const AGENCY = {
  name: 'サンプル電話代行株式会社',
  postalCode: '100-0000',
  address: '東京都サンプル区見本町1-2-3 サンプルビル4階',
  phone: '03-5550-0100',
  registrationNumber: 'T0000000000000',
  hours: {},
  closedOnHolidays: true,
  closures: [],
};
const links = createReplyLinks({ publicUrl: 'https://toritsugi.example', linkSecret: 'x'.repeat(32) });

let browser: Browser;
let server: WebServer;
let context: BrowserContext;
let page: Page;
let statement: Statement;
let complaints: string[] = [];

function statementOf(counted: number): Statement {
  const call = (n: number): BilledCall => ({
    id: `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    receiptNumber: `202606${String((n % 30) + 1).padStart(2, '0')}-${String(n).padStart(4, '0')}`,
    occurredAt: new Date(Date.UTC(2026, 5, (n % 30) + 1, n % 9, n % 60)),
    addressee: n % 3 === 0 ? null : n % 3 === 1 ? '山田' : '長宗我部 源五郎左衛門',
    kind: { code: 'message', label: n % 7 === 0 ? '間違い電話' : '用件' },
  });
  const event = { ofMonth: '2026-06', yen: 0, takesBack: null, reason: null } as const;
  return computeStatement({
    month: '2026-06',
    client: { id: DELIVERY.id, code: 'acme', name: '株式会社アクメサンプル' },
    contract: { from: null, until: null },
    plan: {
      code: 'small',
      name: 'スモール',
      baseYen: 2960,
      includedCalls: 20,
      overYen: 148,
      prorated: false,
    },
    extras: [{ code: 'second', name: '2番号目', monthlyYen: 1_100, prorated: false, quantity: 1 }],
    events: [
      ...Array.from({ length: counted }, (_, n) => ({ ...event, type: 'count' as const, call: call(n) })),
      { ...event, type: 'surcharge', yen: 200, reason: '怒鳴り声', call: call(3) },
      { ...event, type: 'count', call: call(counted) },
      { ...event, type: 'credit', takesBack: 'count', reason: '営業電話', call: call(counted) },
    ],
    refusedSales: 12,
  });
}

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
      done: { read: async () => ({ type: 'revoked' }), mark: async () => ({ type: 'revoked' }) },
      disputes: {
        read: async () => ({ type: 'revoked' }),
        ask: async () => ({ type: 'revoked' }),
        reportOf: async () => undefined,
      },
      cases: {
        readForDelivery: async () => ({ type: 'revoked' }),
        answer: async () => ({ type: 'revoked' }),
      },
      statements: {
        read: async () => ({ statement, agency: AGENCY }),
        async readCall(_, receiptNumber) {
          const call = callsNamed(statement).find((named) => named.receiptNumber === receiptNumber);
          return call && { month: statement.month, call, report: buildView({ ...ORDINARY, receiptNumber }) };
        },
      },
      clock: () => NOW,
      newId,
      log: createLogger('silent', { write: () => {} }),
      perMinute: 1_000,
    },
  });
});
afterEach(() => context?.close());
afterAll(async () => {
  await browser?.close();
  await server?.close(0);
});

async function open(o: {
  readonly counted: number;
  readonly scheme?: 'light' | 'dark';
  readonly scripts?: boolean;
}): Promise<void> {
  statement = statementOf(o.counted);
  complaints = [];
  context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    colorScheme: o.scheme ?? 'light',
    javaScriptEnabled: o.scripts ?? true,
    bypassCSP: o.scripts ?? true,
  });
  page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`${server.url}${new URL(links.url('statement', DELIVERY)).pathname}`);
}

async function violations(): Promise<AxeResults['violations']> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe: injected } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await injected.run()).violations;
  });
}

const printed = async (): Promise<Buffer> => await page.pdf({ preferCSSPageSize: true });
const pagesOf = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;

/** For looking at, when a folder is named. */
async function keep(name: string, data: () => Promise<Buffer>): Promise<void> {
  const folder = process.env.KEEP_SHOTS;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/${name}`, await data());
}

describe('the page of a statement, on a phone', () => {
  it.each(['light', 'dark'] as const)(
    'has no accessibility violations in %s, nor has a call',
    async (scheme) => {
      await open({ counted: 25, scheme });
      await keep(`statement-390-${scheme}.png`, () => page.screenshot({ fullPage: true }));
      expect(await violations()).toEqual([]);
      await page.getByRole('link', { name: /^20260602-0001$/ }).click();
      await page.getByRole('heading', { name: '受付番号 20260602-0001' }).waitFor();
      await keep(`statement-call-390-${scheme}.png`, () => page.screenshot({ fullPage: true }));
      expect(await violations()).toEqual([]);
    },
  );

  it('is read without scripts, under its own content policy, and never scrolls sideways', async () => {
    await open({ counted: 25, scripts: false });
    // Both style sheets are allowed by their hashes alone.
    const table = page.getByRole('table', { name: /計上した受電/ });
    expect(await table.getByRole('row').count()).toBe(26);
    expect((await page.locator('main').boundingBox())?.width).toBe(358);
    expect((await table.boundingBox())?.width).toBeLessThanOrEqual(358);
    const link = page.getByRole('link', { name: '20260602-0001' });
    expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(24);
    await link.click();
    await page.getByRole('link', { name: /ご利用明細に戻る/ }).click();
    await page.getByRole('heading', { name: '2026年6月分 ご利用明細' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSVを保存する' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('acme-2026-06.csv');
    expect(complaints).toEqual([]);
  });
});

describe('the page of a statement, printed on A4', () => {
  it('takes one page for 25 calls', async () => {
    await open({ counted: 25, scheme: 'dark' });
    const pdf = await printed();
    await keep('statement-25.pdf', async () => pdf);
    expect(pagesOf(pdf)).toBe(1);
    // A4, in points.
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox\s*\[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
  });

  it('goes on over pages for 200 calls, the heading of the table on each', async () => {
    await open({ counted: 200 });
    const pdf = await printed();
    await keep('statement-200.pdf', async () => pdf);
    expect(pagesOf(pdf)).toBeGreaterThan(1);
    expect(pagesOf(pdf)).toBeLessThanOrEqual(5);
    await page.emulateMedia({ media: 'print' });
    const shown = await page.evaluate(`(() => {
      const style = (selector) => getComputedStyle(document.querySelector(selector) ?? document.body);
      return [style('.calls thead').display, style('.calls tr').breakInside, style('.actions').display];
    })()`);
    expect(shown).toEqual(['table-header-group', 'avoid', 'none']);
  });
});
