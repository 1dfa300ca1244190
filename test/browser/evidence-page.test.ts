import { mkdir } from 'node:fs/promises';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVIDENCE_FORMAT, type Evidence } from '../../src/domain/cases/evidence.ts';
import { createEvidenceLinks } from '../../src/domain/evidence-link.ts';
import { createLogger } from '../../src/log.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { startChromium } from './chromium.ts';

const NOW = new Date('2026-06-30T05:30:00Z');
const CASE = '0190313f-1234-7abc-8def-0123456789ab';
const links = createEvidenceLinks({
  publicUrl: 'http://base.example',
  linkSecret: '0123456789abcdef0123456789abcdef',
});
/** A folder for pictures of what is tested, to be looked at; none are taken unless it is named. */
const SHOTS = process.env.SHOTS_DIR;

let server: WebServer;
let browser: Browser;
let page: Page;

/** More than one sheet, with the longest words and unbroken rows of signs. */
const evidence: Evidence = {
  format: EVIDENCE_FORMAT,
  exportedAt: NOW.toISOString(),
  agency: '株式会社サンプル電話代行',
  caseNumber: 1001,
  clientCode: 'acme',
  clientName: `株式会社${'とても長い名前のサンプル'.repeat(6)}`,
  state: '対応中',
  calls: Array.from({ length: 24 }, (_, n) => ({
    receiptNumber: `20260618-${String(n + 1).padStart(4, '0')}`,
    occurredAt: new Date(NOW.getTime() - (24 - n) * 36_000_000).toISOString(),
    recordedAt: NOW.toISOString(),
    kind: '嫌がらせ電話',
    number: n % 3 === 0 ? null : '03-5550-0123',
    withoutNumber: n % 3 === 0 ? '非通知' : null,
    caller: n === 1 ? '株式会社サンプル 佐藤' : null,
    quote: n === 5 ? 'ばかやろう'.repeat(180) : '出てこい、社長を出せ',
    message: n === 2 ? `<b>太字</b>${'A'.repeat(300)}` : null,
    operator: n % 2 === 0 ? 'オペレーターA' : 'オペレーターB',
    surchargeYen: n === 1 ? 200 : null,
    surchargeLabel: n === 1 ? '怒鳴り声' : null,
    corrections: n === 3 ? 1 : 0,
  })),
  leftCalls: [],
  deliveries: Array.from({ length: 24 }, (_, n) => ({
    id: `${CASE.slice(0, -2)}${n + 10}`,
    receiptNumber: `20260618-${String(n + 1).padStart(4, '0')}`,
    what: '報告',
    channel: (['chatwork', 'slack', 'email'] as const)[n % 3] ?? 'email',
    address: n % 3 === 2 ? `${'y'.repeat(50)}@acme.example` : '100100100',
    state: n === 2 ? 'failed' : 'delivered',
    createdAt: NOW.toISOString(),
    acceptedAt: NOW.toISOString(),
    messageId: n % 3 === 2 ? '<0190313f-1234-7abc-8def-0123456789ab@agency.example>' : '1718600000.000100',
    attempts: 1,
    endedAt: NOW.toISOString(),
    reason: n === 2 ? 'email.bounced' : null,
    said: n === 2 ? '550 5.1.1 no such user' : null,
  })),
  answers: [
    {
      at: NOW.toISOString(),
      via: '回答ページ',
      answer: '転送を停止する(転送を再開する日: 2026年7月1日(水))',
      note: '棚卸しのため',
      person: null,
    },
  ],
  agreed: [{ at: NOW.toISOString(), text: '社長へは取り次がない', wording: '担当が不在です' }],
  events: Array.from({ length: 30 }, (_, n) => ({
    seq: n + 1,
    at: NOW.toISOString(),
    who: n % 3 === 0 ? 'オペレーターA' : 'システム',
    what: '電話の追加(20260618-0001)',
    hash: String(n).padStart(64, 'ab'),
  })),
  internal: null,
  seal: { lastHash: 'ab'.repeat(32), brokenAt: null, alteredCalls: [] },
};

beforeAll(async () => {
  browser = await startChromium();
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    evidence: {
      links,
      isSupervisor: async (userId) => userId === 'U0BOSS',
      evidence: async () => evidence,
      clock: () => NOW,
      log: createLogger('silent', { write: () => undefined }),
      perMinute: 1_000,
    },
    readiness: createReadiness({ database: async () => undefined, queue: async () => undefined }),
    metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
    metricsToken: 'x',
  });
  if (SHOTS) await mkdir(SHOTS, { recursive: true });
});
afterAll(async () => {
  await server?.close(1_000);
  await browser?.close();
});

const address = () =>
  `${server.url}${new URL(links.url({ caseId: CASE, userId: 'U0BOSS', now: NOW })).pathname}`;

async function violations(): Promise<AxeResults['violations']> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe: injected } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await injected.run()).violations;
  });
}

describe('the page of a case’s evidence', () => {
  it('is asked for, printed on A4 without anything cut off, and accessible', async () => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 800 },
      bypassCSP: true,
      locale: 'ja-JP',
    });
    page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(address());
    expect(await violations()).toEqual([]);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/evidence-ask.png`, fullPage: true });
    await page.getByRole('button', { name: '印刷用のページを開く' }).click();
    await page.getByRole('heading', { name: '迷惑電話の記録 案件 #1001' }).waitFor();
    expect(await violations()).toEqual([]);
    expect(await page.locator('b').count()).toBe(0);
    expect(new Set(asked)).toEqual(new Set([address()]));

    // As wide as the paper between its margins: nothing may reach beyond.
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: Math.floor((182 / 25.4) * 96), height: 1_000 });
    const wide = await page.evaluate<readonly string[]>(`
      [...document.querySelectorAll('td, th, p, h1, h2')]
        .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
          || one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.textContent.slice(0, 40))
    `);
    expect(wide).toEqual([]);
    const pdf = await page.pdf({ preferCSSPageSize: true, ...(SHOTS && { path: `${SHOTS}/evidence.pdf` }) });
    // 210 × 297 mm in points, as Chromium writes it.
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
    await context.close();
  });
});
