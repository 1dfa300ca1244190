import { describe, expect, it } from 'vitest';
import type { ChatworkBody, EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import { buildDigest, type DigestFacts } from '../../src/reports/digest.ts';
import { HOSTILE_TEXT } from '../../src/reports/samples.ts';
import { buildView, type ReportFacts } from '../../src/reports/view.ts';
import { FLAGGED, MARK, ORDINARY, openRenderer, UNSURE } from './facts.ts';
import { chatworkTags, htmlTags, htmlText, mrkdwnControls, readMrkdwn } from './readers.ts';

const renderer = await openRenderer();
const MENTIONS: Readonly<Record<ChannelName, string | null>> = {
  chatwork: '1234567',
  slack: 'U012ABCDEF',
  email: null,
};

const of = (facts: ReportFacts) => ({ template: facts.kind.template, view: buildView(facts) });
const FACTS: DigestFacts = {
  agency: ORDINARY.agency,
  client: ORDINARY.client,
  at: new Date('2024-06-20T09:00:00Z'),
  part: null,
  calls: [of({ ...ORDINARY, urgent: false }), of(UNSURE), of(FLAGGED)],
};

function bodies(facts: DigestFacts, plainest = false) {
  const one = (channel: ChannelName) => {
    const request = {
      template: 'digest',
      view: buildDigest(facts),
      channel,
      mark: MARK,
      mention: MENTIONS[channel],
    } as const;
    const rendered = plainest ? renderer.renderPlainest(request) : renderer.render(request);
    if (rendered.problem !== null) throw new Error(rendered.problem);
    return rendered.body;
  };
  return {
    chatwork: one('chatwork') as ChatworkBody,
    slack: one('slack') as SlackBody,
    email: one('email') as EmailBody,
  };
}

const unspaced = (text: string) => text.replaceAll(/\s/g, '');

describe('【まとめ】', () => {
  it('looks as agreed, under the subject that never changes, and says the same in both bodies', async () => {
    const { chatwork, slack, email } = bodies(FACTS);
    const golden = (ending: string) => `./golden/digest.${ending}`;
    await expect(`${chatwork.text}\n`).toMatchFileSnapshot(golden('chatwork.txt'));
    await expect(`${JSON.stringify(slack, null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'));
    await expect(`${email.text}\n`).toMatchFileSnapshot(golden('mail.txt'));
    await expect(`${email.html}\n`).toMatchFileSnapshot(golden('mail.html'));
    expect(email.subject).toBe('【受電報告】');
    expect(unspaced(htmlText(email.html))).toBe(unspaced(email.text));
  });

  it('has the labels of a report for each call, in its plainest form too', () => {
    for (const plain of [false, true]) {
      const { chatwork, slack, email } = bodies({ ...FACTS, part: '1/2' }, plain);
      for (const text of [chatwork.text, slack.text, email.text]) {
        expect(text).toContain('3件のお電話を、まとめてご報告いたします(1/2)。');
        expect(text.match(/^■受付番号: /gm)).toHaveLength(3);
        expect(text.match(/ {3}■今月の受電: \d+\/20回$/gm)).toHaveLength(3);
        expect(text).toContain('営業のお電話の可能性がございます。');
        expect(text).toContain('【要対応】');
        expect(text).toContain(`配信番号: ${MARK}`);
      }
    }
  });

  it('P6 stays text whatever was typed, and nothing typed looks like a label', () => {
    const typed: ReportFacts = {
      ...ORDINARY,
      client: { name: HOSTILE_TEXT },
      message: `${HOSTILE_TEXT}\n■受付番号: 1`,
      caller: { company: HOSTILE_TEXT.slice(0, 120), name: HOSTILE_TEXT.slice(0, 60), kana: null },
    };
    const safe = bodies({ ...FACTS, calls: [of(ORDINARY)] });
    const bad = bodies({ ...FACTS, client: typed.client, calls: [of(typed)] });
    expect(chatworkTags(bad.chatwork.text)).toEqual(chatworkTags(safe.chatwork.text));
    expect(htmlTags(bad.email.html).filter((tag) => tag !== '<br>')).toEqual(
      htmlTags(safe.email.html).filter((tag) => tag !== '<br>'),
    );
    expect(mrkdwnControls(bad.slack.text)).toEqual(mrkdwnControls(safe.slack.text));
    expect(readMrkdwn(bad.slack.text)).toContain('[toall]');
    expect(bad.email.text.match(/^■受付番号: /gm)).toHaveLength(1);
  });
});
