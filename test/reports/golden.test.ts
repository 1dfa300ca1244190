import { describe, expect, it } from 'vitest';
import type { KindTemplate } from '../../src/domain/kinds.ts';
import { BY_TEMPLATE, openRenderer, renderAll } from './facts.ts';

const renderer = await openRenderer();
const TEMPLATE_NAMES = Object.keys(BY_TEMPLATE) as KindTemplate[];
const CASES = TEMPLATE_NAMES.flatMap((template) => [false, true].map((urgent) => ({ template, urgent })));

/** What an HTML body says, without its looks: the visible text of its body. */
function visibleText(html: string): string {
  const body = /<body\b[^>]*>(.*)<\/body>/s.exec(html)?.[1] ?? '';
  const text = body
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}

const unspaced = (text: string) => text.replaceAll(/\s/g, '');

describe.each(CASES)('$template report, urgent: $urgent', ({ template, urgent }) => {
  const facts = { ...BY_TEMPLATE[template], urgent };
  const bodies = renderAll(renderer, facts, { chatwork: '1234567', slack: 'U012ABCDEF' });
  const golden = (name: string) => `./golden/${template}${urgent ? '.urgent' : ''}.${name}`;

  it('looks as agreed in Chatwork', async () => {
    await expect(`${bodies.chatwork.text}\n`).toMatchFileSnapshot(golden('chatwork.txt'));
  });

  it('looks as agreed in Slack', async () => {
    await expect(`${JSON.stringify(bodies.slack, null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'));
  });

  it('looks as agreed in a mail', async () => {
    await expect(`${bodies.email.text}\n`).toMatchFileSnapshot(golden('mail.txt'));
    await expect(`${bodies.email.html}\n`).toMatchFileSnapshot(golden('mail.html'));
  });

  it('says the same in both bodies of a mail', () => {
    expect(unspaced(visibleText(bodies.email.html))).toBe(unspaced(bodies.email.text));
  });

  it('never varies the subject, and marks urgency in the body', () => {
    expect(bodies.email.subject).toBe('【受電報告】');
    expect(bodies.chatwork.text).toContain('[title]【受電報告】[/title]');
    for (const text of [bodies.chatwork.text, bodies.slack.text, bodies.email.text, bodies.email.html]) {
      expect(text.includes('【至急】')).toBe(urgent);
      expect(text.includes('【要対応】')).toBe(template === 'flagged');
    }
  });

  it('gives dates, never 本日 or 明日', () => {
    expect(JSON.stringify(bodies)).not.toMatch(/本日|明日|昨日|今日/);
  });
});

describe('a mention', () => {
  it('stands before the report on Chatwork and in a block of its own on Slack', () => {
    const { chatwork, slack } = renderAll(renderer, BY_TEMPLATE.message, {
      chatwork: '1234567',
      slack: 'U012ABCDEF',
    });
    expect(chatwork.text.startsWith('[To:1234567]\n[info]')).toBe(true);
    expect(slack.blocks[0]).toEqual({ type: 'section', text: { type: 'mrkdwn', text: '<@U012ABCDEF>' } });
  });

  it.each(['', 'toall', '1][toall', '!channel', 'U1> <!channel', 'u012abcdef', '１２３'])(
    'P6 is left out when %j is no id',
    (id) => {
      const mentioned = renderAll(renderer, BY_TEMPLATE.message, { chatwork: id, slack: id });
      expect(mentioned).toEqual(renderAll(renderer, BY_TEMPLATE.message));
    },
  );
});
