import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe, { type AxeResults } from 'axe-core';
import nodemailer from 'nodemailer';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SANDBOX_OPERATORS, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { startChromium } from './chromium.ts';

let sandbox: Sandbox;
let browser: Browser;
let page: Page;
/** What the page complained about: policy violations, script errors. */
let complaints: string[];

beforeAll(async () => {
  [sandbox, browser] = await Promise.all([startSandbox(), startChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});
beforeEach(async () => {
  await page?.close();
  sandbox.reset();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
});

const HOSTILE =
  '<script>document.title = "pwned"</script><img src=x onerror=alert(1)> [toall] [/info] <!channel> \u202egnp.exe';

async function toChatwork(body: string, roomId = '101'): Promise<void> {
  await fetch(`${sandbox.chatwork.url}/rooms/${roomId}/messages`, {
    method: 'POST',
    headers: { 'x-chatworktoken': sandbox.chatwork.apiToken },
    body: new URLSearchParams({ body }),
  });
}

async function toSlack(message: object, deliveryId: string | null = 'd-1'): Promise<void> {
  const metadata = deliveryId && {
    event_type: 'toritsugi_delivery',
    event_payload: { delivery_id: deliveryId },
  };
  const answer = await fetch(`${sandbox.slack.url}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'C0REPORTS', ...message, ...(metadata ? { metadata } : {}) }),
  });
  expect(await answer.json()).toMatchObject({ ok: true });
}

async function toMail(mail: { subject?: string; text?: string; html?: string }): Promise<void> {
  const transport = nodemailer.createTransport(sandbox.email.smtpUrl);
  await transport.sendMail({
    from: { name: 'サンプル電話代行', address: 'report@agency.example' },
    to: 'yamada@client.example',
    subject: '【受電報告】',
    text: '■ご用件: 見積書の件',
    ...mail,
  });
  transport.close();
}

async function fill(): Promise<void> {
  await toChatwork(
    '[To:123456]\n[info][title]【受電報告】[/title]■ご用件: 見積書の件[hr]https://reply.example/r/1[/info]',
  );
  await toSlack({
    text: '【受電報告】',
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `<@${SANDBOX_OPERATORS[0].id}> *至急*` } },
      { type: 'header', text: { type: 'plain_text', text: '【受電報告】' } },
      {
        type: 'section',
        fields: [
          { type: 'plain_text', text: '受付番号' },
          { type: 'plain_text', text: '20240620-0012' },
        ],
      },
      { type: 'divider' },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: 'done',
            text: { type: 'plain_text', text: '対応済み' },
            style: 'primary',
          },
        ],
      },
      { type: 'context', elements: [{ type: 'plain_text', text: '配信番号' }] },
    ],
  });
  await toSlack({ channel: SANDBOX_OPERATORS[0].id, text: '登録しました' }, null);
  await toMail({ html: '<div style="padding:20px"><h1>受電報告</h1><p>■ご用件: 見積書の件</p></div>' });
}

async function violations(): Promise<AxeResults['violations']> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: injected } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await injected.run()).violations;
  });
}

/** Somebody else's server, which a mail would like to tell that it was read. */
async function startTracker() {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

describe('the sandbox page', () => {
  it('shows each message as its channel’s reader would see it', async () => {
    await fill();
    await page.goto(sandbox.page.url);
    const chatwork = page.locator('.column.chatwork');
    expect(await chatwork.locator('.call').innerText()).toContain('123456');
    expect(await chatwork.locator('.info-title').innerText()).toBe('【受電報告】');
    expect(await chatwork.locator('.info').innerText()).not.toContain('[');
    expect(await chatwork.locator('.info hr').count()).toBe(1);
    expect(await chatwork.locator('.info a').getAttribute('href')).toBe('https://reply.example/r/1');
    const slack = page.locator('.column.slack');
    expect(await slack.locator('.call').innerText()).toBe('@鈴木');
    expect(await slack.locator('.slack-section b').innerText()).toBe('至急');
    expect(await slack.locator('.slack-header').innerText()).toBe('【受電報告】');
    expect(await slack.locator('.slack-button.primary').innerText()).toBe('対応済み');
    const mail = page.frameLocator('.column.email iframe');
    expect(await mail.locator('h1').innerText()).toBe('受電報告');
    expect(await page.locator('.column.email').innerText()).toContain('サンプル電話代行');
    expect(await page.locator('nav').innerText()).toMatch(
      /お客様に届いたもの\s*3.*Chatwork\s*1.*Slack\s*1.*メール\s*1.*受付側への返事\s*1/s,
    );
    expect(complaints).toEqual([]);
  });

  it('shows one channel, one place, and the answers to staff, when asked', async () => {
    await fill();
    await toChatwork('別のルームの報告', '102');
    await page.goto(sandbox.page.url);
    await page.getByRole('link', { name: /^Chatwork/ }).click();
    expect(await page.locator('.column').count()).toBe(1);
    expect(await page.locator('.place').count()).toBe(2);
    await page.getByRole('link', { name: 'ルーム 102' }).click();
    expect(await page.locator('.place').count()).toBe(1);
    expect(await page.locator('main').innerText()).toContain('別のルームの報告');
    await page.getByRole('link', { name: /受付側/ }).click();
    expect(await page.locator('main').innerText()).toContain('鈴木さんへのメッセージ');
  });

  it('P6 leaves hostile text what it is, on every channel', async () => {
    const tracker = await startTracker();
    await toChatwork(`[info][title]x[/title]${HOSTILE.replaceAll('[', '［').replaceAll(']', '］')}[/info]`);
    await toSlack({ text: 'x', blocks: [{ type: 'section', text: { type: 'plain_text', text: HOSTILE } }] });
    await toMail({
      subject: HOSTILE,
      text: HOSTILE,
      html: `<script>top.document.title="pwned"</script><img src="${tracker.url}/x.png" onerror="top.pwned=1"><p>本文</p><a href="javascript:top.pwned=1">x</a>`,
    });
    await page.goto(sandbox.page.url);
    await page.frameLocator('iframe').locator('p').waitFor();
    expect(await page.title()).toBe('取次サンドボックス');
    expect(await page.locator('main script, main img').count()).toBe(0);
    expect(await page.locator('.call').count()).toBe(0);
    const shown = await page.locator('main').innerText();
    for (const piece of ['<script>', 'onerror=alert(1)', '［toall］', '<!channel>', 'U+202E'])
      expect(shown).toContain(piece);
    expect(shown).not.toContain('\u202e');
    expect(tracker.asked()).toBe(0);
    await tracker.close();
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
  });

  it('shows what arrives by itself, and keeps open what was open', async () => {
    await toMail({ text: '一通目' });
    await toMail({ text: '二通目' });
    await page.goto(sandbox.page.url);
    await page.locator('.mail > details').nth(1).locator('summary').first().click();
    await toMail({ text: '三通目' });
    await page.locator('.mail').nth(2).waitFor({ state: 'attached', timeout: 10_000 });
    const open = await page
      .locator('.mail > details')
      .evaluateAll((parts) => parts.map((part) => part.hasAttribute('open')));
    expect(open).toEqual([true, true, true]);
    expect(await page.locator('#news').innerText()).toBe('新しく 1件届きました');
    expect(complaints).toEqual([]);
  });

  it('reloads by itself without scripts', async () => {
    const quiet = await browser.newContext({ javaScriptEnabled: false });
    const plain = await quiet.newPage();
    await toChatwork('最初');
    await plain.goto(sandbox.page.url);
    expect(await plain.locator('main').innerText()).toContain('最初');
    await toChatwork('次');
    await plain.getByText('次', { exact: true }).waitFor({ timeout: 15_000 });
    await quiet.close();
  });

  it('says when failures are being staged', async () => {
    sandbox.fail({ service: 'chatwork', failure: { how: 'room_limit' } });
    await page.goto(sandbox.page.url);
    expect(await page.locator('.failing').innerText()).toContain('1件');
  });

  it.each([
    ['wide', 1440],
    ['a phone', 390],
  ])('has no accessibility violations and nothing to scroll sideways: %s', async (_name, width) => {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(sandbox.page.url);
    expect(await violations()).toEqual([]);
    await fill();
    await toChatwork(`${HOSTILE} ${'x'.repeat(400)}`);
    for (const address of ['', '?section=slack', '?section=email', '?section=staff']) {
      await page.goto(`${sandbox.page.url}${address}`);
      expect(await violations()).toEqual([]);
      const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      expect(widths).toEqual([width, width]);
    }
  });
});
