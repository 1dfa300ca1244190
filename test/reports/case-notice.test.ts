import { describe, expect, it } from 'vitest';
import type { ChatworkBody, EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import { buildCaseMessage, buildCaseReminder, type CaseNoticeFacts } from '../../src/reports/case-notice.ts';
import type { ReportContent } from '../../src/reports/content.ts';
import { HOSTILE_TEXT } from '../../src/reports/samples.ts';
import { FLAGGED, MARK, openRenderer } from './facts.ts';
import { chatworkTags, htmlTags, mrkdwnControls, readMrkdwn, slackTexts } from './readers.ts';

const renderer = await openRenderer();
const FACTS: CaseNoticeFacts = FLAGGED;
const MENTIONS: Readonly<Record<ChannelName, string | null>> = {
  chatwork: '1234567',
  slack: 'U012ABCDEF',
  email: null,
};

const NOTICES: Readonly<Record<string, (facts: CaseNoticeFacts) => ReportContent>> = {
  'case-reminder': (facts) => ({ template: 'case-reminder', view: buildCaseReminder(facts, 2) }),
  'case-message.stop': (facts) => ({
    template: 'case-message',
    view: buildCaseMessage(facts, 'stop_forwarding'),
  }),
  'case-message.suspend': (facts) => ({
    template: 'case-message',
    view: buildCaseMessage(facts, 'propose_suspension'),
  }),
};

function bodies(content: ReportContent, plainest = false) {
  const one = (channel: ChannelName) => {
    const request = { ...content, channel, mark: MARK, mention: MENTIONS[channel] };
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

describe.each(Object.keys(NOTICES))('%s', (name) => {
  const build = NOTICES[name];
  if (build === undefined) throw new Error(name);

  it('looks as agreed, under the subject that never changes', async () => {
    const { chatwork, slack, email } = bodies(build(FACTS));
    const golden = (ending: string) => `./golden/${name}.${ending}`;
    await expect(`${chatwork.text}\n`).toMatchFileSnapshot(golden('chatwork.txt'));
    await expect(`${JSON.stringify(slack, null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'));
    await expect(`${email.text}\n`).toMatchFileSnapshot(golden('mail.txt'));
    await expect(`${email.html}\n`).toMatchFileSnapshot(golden('mail.html'));
    expect(email.subject).toBe('【受電報告】');
  });

  it('says what the case is, and repeats nothing that was said on the telephone', () => {
    for (const plain of [false, true]) {
      const { chatwork, slack, email } = bodies(build(FACTS), plain);
      for (const text of [chatwork.text, slack.text, email.text]) {
        expect(text).toContain('【要対応】');
        expect(text).toContain('■種別: 嫌がらせ電話');
        expect(text).toContain('■電話番号: 非通知');
        expect(text).toContain('■これまでの件数: 3件(2024年5月2日(木)以降)');
        expect(text).toContain(MARK);
        expect(text).not.toContain('責任者を出せ');
        expect(text).not.toMatch(/本日|明日|今月の受電/);
      }
    }
  });

  it('P6 stays text whatever names hold', () => {
    const hostile: CaseNoticeFacts = {
      ...FACTS,
      agency: { name: `x${HOSTILE_TEXT}`, phone: null },
      client: { name: `x${HOSTILE_TEXT}` },
      kind: { label: HOSTILE_TEXT },
      number: { state: 'given', display: HOSTILE_TEXT, confirmed: false },
    };
    const [safe, bad] = [bodies(build(FACTS)), bodies(build(hostile))];
    expect(chatworkTags(bad.chatwork.text)).toEqual(chatworkTags(safe.chatwork.text));
    expect(htmlTags(bad.email.html)).toEqual(htmlTags(safe.email.html));
    expect(mrkdwnControls(bad.slack.text)).toEqual(mrkdwnControls(safe.slack.text));
    expect(readMrkdwn(bad.slack.text)).toContain('[toall]');
    expect(slackTexts(bad.slack).texts.map(({ type }) => type)).toEqual(
      slackTexts(safe.slack).texts.map(({ type }) => type),
    );
  });
});
