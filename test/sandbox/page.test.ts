import nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SANDBOX_OPERATORS, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const page = (query = '') => fetch(`${sandbox.page.url}${query}`).then((response) => response.text());

async function toChatwork(body: string, roomId = '101'): Promise<void> {
  await fetch(`${sandbox.chatwork.url}/rooms/${roomId}/messages`, {
    method: 'POST',
    headers: { 'x-chatworktoken': sandbox.chatwork.apiToken },
    body: new URLSearchParams({ body }),
  });
}

async function toSlack(args: object): Promise<void> {
  const answer = await fetch(`${sandbox.slack.url}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'C0REPORTS', ...args }),
  });
  expect(await answer.json()).toMatchObject({ ok: true });
}

const report = { metadata: { event_type: 'toritsugi_delivery', event_payload: { delivery_id: 'd-1' } } };

describe('the page', () => {
  it('comes under a strict policy, nothing from elsewhere, and says so when it is empty', async () => {
    const response = await fetch(sandbox.page.url);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await response.text();
    expect(html.startsWith('<!DOCTYPE html><html lang="ja">')).toBe(true);
    expect(html).toContain('報告がここに並びます');
    expect(html).not.toMatch(/(?:src|href)="https?:/);
    for (const asset of ['assets/page.css', 'assets/page.js']) {
      expect((await fetch(`${sandbox.page.url}${asset}`)).status).toBe(200);
    }
  });

  it('draws every node of Chatwork’s notation', async () => {
    await toChatwork(
      '[toall][rp aid=5 to=1-2][picon:7][code]<b>[/code][qt]前[/qt][hr][info][title]題[/title]中[/info]',
    );
    const html = await page();
    for (const piece of ['TO ALL', '>RE<', '>7<', '&lt;b&gt;', '<blockquote>', '<hr/>', 'info-title']) {
      expect(html).toContain(piece);
    }
  });

  it('draws every node of mrkdwn and every block', async () => {
    const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
    await toSlack({
      ...report,
      text: '<!subteam^S0OPERATORS> <!here> <#C0REPORTS> <https://a.example|見る> `c` ```d``` *b* _i_ ~s~\n&gt; q',
    });
    await toSlack({
      ...report,
      text: '通知の文',
      blocks: [
        {
          type: 'section',
          text: mrkdwn('*x*'),
          accessory: { type: 'button', text: { type: 'plain_text', text: '横' } },
        },
        {
          type: 'context',
          elements: [mrkdwn('注'), { type: 'image', image_url: 'https://x.example', alt_text: '印' }],
        },
        { type: 'image', image_url: 'https://x.example/i.png', alt_text: '地図' },
        { type: 'rich_text', elements: [] },
        {
          type: 'actions',
          elements: [
            {
              type: 'static_select',
              placeholder: { type: 'plain_text', text: '選ぶ' },
              options: [{ text: { type: 'plain_text', text: 'a' }, value: 'a' }],
            },
          ],
        },
      ],
    });
    const html = await page('?section=slack');
    for (const piece of [
      '@S0OPERATORS',
      '@here',
      '#C0REPORTS',
      'href="https://a.example"',
      '<code>c</code>',
      'class="block">d',
      '<b>',
      '<i>',
      '<s>',
      '<blockquote>',
      '通知に出る文',
      '地図',
      '印',
      '選ぶ',
      '横',
      '[rich_text]',
    ]) {
      expect(html).toContain(piece);
    }
  });

  it('keeps what staff see apart from what clients see', async () => {
    await toSlack({ channel: SANDBOX_OPERATORS[0].id, text: '登録しました' });
    await toSlack({ channel: SANDBOX_OPERATORS[1].id, text: '知らせました', ...report });
    sandbox.slack.addChannel({ id: 'C0SUPERVISE', staff: true });
    await toSlack({ channel: 'C0SUPERVISE', text: '届きませんでした', ...report });
    await toSlack({ text: '【受電報告】', ...report });
    expect(await page()).not.toContain('登録しました');
    const staff = await page('?section=staff');
    for (const said of ['登録しました', '知らせました', '届きませんでした']) expect(staff).toContain(said);
    expect(staff).toContain('鈴木さんへのメッセージ');
    expect(staff).not.toContain('【受電報告】');
  });

  it('marks whispers with the one reader they have', async () => {
    await fetch(`${sandbox.slack.url}chat.postEphemeral`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.slack.botToken}` },
      body: new URLSearchParams({
        channel: 'C0REPORTS',
        user: SANDBOX_OPERATORS[1].id,
        text: 'お使いになれません',
      }),
    });
    expect(await page('?section=staff')).toContain('高橋さんだけに表示されています');
  });

  it('shows newest places and messages first, older ones folded, the rest behind a link', async () => {
    for (let n = 1; n <= 10; n += 1) await toChatwork(`報告${n}。`, '1');
    sandbox.chatwork.addRoom({ roomId: '2', name: '総務' });
    await toChatwork('後の報告', '2');
    const html = await page();
    expect(html.indexOf('後の報告')).toBeLessThan(html.indexOf('報告10。'));
    expect(html.indexOf('報告10。')).toBeLessThan(html.indexOf('報告9。'));
    expect(html).toContain('これより前の 8件');
    const one = await page('?section=chatwork&target=2');
    expect(one).toContain('総務');
    expect(one).not.toContain('報告10。');
  });

  it('serves a mail’s HTML by itself, unable to do anything', async () => {
    const transport = nodemailer.createTransport(sandbox.email.smtpUrl);
    const mail = { from: 'a@agency.example', to: 'b@client.example', subject: '件名' };
    await transport.sendMail({ ...mail, text: 't', html: '<p>本文</p><script>1</script>' });
    await transport.sendMail({ ...mail, text: '文だけ https://reply.example/r/1 を見る' });
    transport.close();
    const html = await page('?section=email');
    expect(html).toContain('src="mail/1"');
    expect(html).toContain('sandbox="allow-same-origin"');
    expect(html).toContain('<a href="https://reply.example/r/1"');
    const frame = await fetch(`${sandbox.page.url}mail/1`);
    expect(await frame.text()).toContain('<p>本文</p>');
    const policy = frame.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain('sandbox allow-same-origin');
    expect(policy).not.toContain('allow-scripts');
    expect((await fetch(`${sandbox.page.url}mail/2`)).status).toBe(404);
    expect((await fetch(`${sandbox.page.url}mail/x`)).status).toBe(404);
  });

  it('changes its version with every arrival, edit and failure', async () => {
    const version = () => fetch(`${sandbox.page.url}page/version`).then((response) => response.text());
    const seen = [await version()];
    await toChatwork('x');
    seen.push(await version());
    sandbox.fail({ service: 'chatwork', failure: { how: 'reset' } });
    seen.push(await version());
    expect(new Set(seen).size).toBe(3);
  });

  it('escapes whatever anybody sent', async () => {
    await toChatwork('<img src=x onerror=alert(1)>"\'&\u0007');
    const html = await page();
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain('U+0007');
  });
});
