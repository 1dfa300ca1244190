import { mkdir } from 'node:fs/promises';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CaseAnswer } from '../../src/domain/cases/answers.ts';
import { checkAnswer } from '../../src/domain/cases/check-answer.ts';
import { createReplyLinks } from '../../src/domain/reply-link.ts';
import type { AnswerReading, Cases } from '../../src/followup/cases/cases.ts';
import { createLogger } from '../../src/log.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { newId } from '../support/ids.ts';
import { startChromium } from './chromium.ts';

const NOW = new Date('2026-06-18T05:30:00Z');
const DELIVERY = { id: '0190313f-1234-7abc-8def-0123456789ab', createdAt: NOW };
const links = createReplyLinks({
  publicUrl: 'http://base.example',
  linkSecret: '0123456789abcdef0123456789abcdef',
});
/** A folder for pictures of what is tested, to be looked at; none are taken unless it is named. */
const SHOTS = process.env.SHOTS_DIR;
const WIDTH = 390;

let server: WebServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let answers: Extract<AnswerReading, { type: 'open' }>['answers'];
let away: boolean;
let complaints: string[];

/** One case, kept in memory: what the database makes of it is tested elsewhere. */
const cases: Pick<Cases, 'readForDelivery' | 'answer'> = {
  readForDelivery: async () => {
    if (away) throw new Error('away');
    return {
      type: 'open',
      caseId: DELIVERY.id,
      receiptNumber: '20260618-0012',
      clientName: `株式会社${'とても長い名前のサンプル'.repeat(8)}`,
      occurredAt: new Date('2026-06-18T04:05:00Z'),
      kindLabel: '嫌がらせ電話',
      calls: 3,
      since: new Date('2026-06-11T01:00:00Z'),
      answers,
    };
  },
  answer: async (_, given: CaseAnswer) => {
    if (away) throw new Error('away');
    const checked = checkAnswer(given, '2026-06-18');
    if (!checked.ok) return { type: 'refused', problems: checked.problems };
    answers = [{ ...checked.answer, at: NOW, via: 'link' }, ...answers];
    return { type: 'answered', caseId: DELIVERY.id, state: 'acting' };
  },
};
const address = (): string => `${server.url}${new URL(links.url('answer', DELIVERY)).pathname}`;

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
      cases,
      statements: { read: async () => undefined, readCall: async () => undefined },
      clock: () => NOW,
      newId,
      log: createLogger('silent', { write: () => {} }),
      perMinute: 1_000,
    },
  });
});
beforeEach(() => {
  answers = [];
  away = false;
  complaints = [];
});
afterEach(() => context?.close());
afterAll(async () => {
  await browser?.close();
  await server?.close(0);
});

async function open(
  o: { readonly scheme?: 'light' | 'dark'; readonly scripts?: boolean } = {},
): Promise<void> {
  const scripts = o.scripts ?? true;
  context = await browser.newContext({
    viewport: { width: WIDTH, height: 844 },
    colorScheme: o.scheme ?? 'light',
    javaScriptEnabled: scripts,
    // axe is brought in from outside; what the page itself may do is asked of its complaints.
    bypassCSP: scripts,
  });
  page = await context.newPage();
  page.on('console', (said) => {
    // The browser itself reports every status from 400 up.
    if (['error', 'warning'].includes(said.type()) && !/status of 4\d\d|status of 503/.test(said.text()))
      complaints.push(said.text());
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

async function shot(name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

const send = () => page.getByRole('button', { name: 'この内容で回答する' }).click();
const note = () => page.getByLabel('補足(任意)');

describe('the page behind 回答はこちら, on a phone', () => {
  it.each(['light', 'dark'] as const)(
    'has no accessibility violations in %s: the form, errors, trouble, answered, changed',
    async (scheme) => {
      await open({ scheme });
      await shot(`form-${scheme}`);
      expect(await violations()).toEqual([]);

      await page.getByLabel('当社で対応する').check();
      await note().fill('長'.repeat(1001));
      await send();
      await page.getByRole('alert').waitFor();
      await shot(`error-${scheme}`);
      expect(await violations()).toEqual([]);

      await note().fill('7月からは自社で電話をお受けします。');
      away = true;
      await send();
      await page.getByRole('heading', { name: 'ただいまお受けできません' }).waitFor();
      await shot(`away-${scheme}`);
      expect(await violations()).toEqual([]);

      away = false;
      await send();
      await page.getByRole('status').waitFor();
      await shot(`answered-${scheme}`);
      expect(await violations()).toEqual([]);

      await page.getByText('回答を変更・追加する').click();
      await page.getByLabel('転送を停止する', { exact: true }).check();
      await shot(`again-${scheme}`);
      expect(await violations()).toEqual([]);
    },
  );

  it('is answered with one thumb, without scripts, under its own content policy', async () => {
    await open({ scripts: false });
    const card = page.locator('.option').filter({ hasText: '転送を停止する' });
    const box = await card.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(48);
    expect(box?.width).toBeGreaterThan(300);
    // Anywhere on the card chooses it.
    await card.click({ position: { x: (box?.width ?? 0) - 8, y: (box?.height ?? 0) - 8 } });
    expect(await page.getByLabel('転送を停止する', { exact: true }).isChecked()).toBe(true);
    await page.getByLabel('予定の日(任意)').fill('2026-07-01');
    await note().fill('\n工事が終わるまで');
    await send();
    expect(await page.getByRole('status').innerText()).toContain(
      '2026年6月18日(木) 14:30 に「転送を停止する(転送を再開する日: 2026年7月1日(水))」とのご回答を補足とともに承りました',
    );
    expect(answers).toMatchObject([{ choice: 'pause', until: '2026-07-01', note: '工事が終わるまで' }]);
    expect(page.url()).toBe(address());
    await page.reload();
    expect(answers).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('keeps what was typed beside its error, the first of them in focus, and takes it when put right', async () => {
    await open({ scripts: false });
    await page.getByLabel('心当たりあり').check();
    // What the client only knows has no date to it.
    expect(await page.getByLabel('予定の日(任意)').isVisible()).toBe(false);
    await page.getByLabel('当社から相手に連絡する').check();
    const long = `${'長'.repeat(1000)}\n</textarea><b>x`;
    await note().fill(long);
    await send();
    expect(await note().inputValue()).toBe(long);
    expect(await page.getByLabel('当社から相手に連絡する').isChecked()).toBe(true);
    const said = await page.locator('#note-error').innerText();
    expect(said).toMatch(/補足は.*文字以内/);
    expect(await note().getAttribute('aria-describedby')).toContain('note-error');
    expect(await page.locator(':focus').getAttribute('id')).toBe('note');
    await note().fill('社長から連絡します');
    await send();
    await page.getByRole('status').waitFor();
    expect(answers).toMatchObject([{ choice: 'contact', note: '社長から連絡します' }]);
  });

  it('has nothing to scroll sideways, however long the client’s name', async () => {
    await open();
    expect(await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')).toEqual([WIDTH, WIDTH]);
  });
});
