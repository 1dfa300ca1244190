import { describe, expect, it } from 'vitest';
import type { ChatworkBody, EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import { HOSTILE_TEXT } from '../../src/reports/samples.ts';
import type { UsageNoticeView } from '../../src/reports/usage-notice.ts';
import { usageSamples } from '../../src/reports/usage-samples.ts';
import { MARK, openRenderer } from './facts.ts';
import { chatworkTags, htmlTags, htmlText, mrkdwnControls, readMrkdwn, slackTexts } from './readers.ts';

const renderer = await openRenderer();
const MENTIONS: Readonly<Record<ChannelName, string | null>> = {
  chatwork: '1234567',
  slack: 'U012ABCDEF',
  email: null,
};

function sample(name: string): UsageNoticeView {
  const found = usageSamples().find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found.view as UsageNoticeView;
}

function bodies(view: UsageNoticeView, plainest = false) {
  const one = (channel: ChannelName) => {
    const request = {
      template: 'usage-notice',
      view,
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

describe('【ご利用状況】', () => {
  it('looks as agreed, under the subject that never changes, and says the same in both bodies', async () => {
    const { chatwork, slack, email } = bodies(sample('an everyday month'));
    const golden = (ending: string) => `./golden/usage-notice.${ending}`;
    await expect(`${chatwork.text}\n`).toMatchFileSnapshot(golden('chatwork.txt'));
    await expect(`${JSON.stringify(slack, null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'));
    await expect(`${email.text}\n`).toMatchFileSnapshot(golden('mail.txt'));
    await expect(`${email.html}\n`).toMatchFileSnapshot(golden('mail.html'));
    expect(email.subject).toBe('【受電報告】');
    expect(unspaced(htmlText(email.html))).toBe(unspaced(email.text));
  });

  it('shows every figure with its arithmetic, in its plainest form too', () => {
    for (const plain of [false, true]) {
      const { chatwork, slack, email } = bodies(sample('an everyday month'), plain);
      for (const text of [chatwork.text, slack.text, email.text]) {
        expect(text).toContain('2024年6月の受電が16回となり、スモールに含まれる20回の80%に達しました。');
        expect(text).toContain('■月末の見込み: 約42回(営業日21日のうち8日で16回のペース)\n');
        expect(text).toContain('■料金の見込み: スモール 2,960円+22回×148円=6,216円\n');
        expect(text).toContain(
          '■ほかのプランの場合: ハーフ 5,720円+2回×143円=6,006円(210円お安くなります)\n',
        );
        expect(text).toContain('21回目からは、1回につき148円を申し受けます。');
        expect(text).toContain(`配信番号: ${MARK}`);
      }
    }
  });

  it('forecasts nothing for a month that is over', () => {
    const { email } = bodies(sample('a month that is over'));
    expect(email.text).not.toContain('月末の見込み');
    expect(email.text).not.toContain('ほかのプラン');
    expect(email.text).not.toContain('プランの変更');
  });

  it('P6 stays text whatever names hold', () => {
    const [safe, bad] = [bodies(sample('an everyday month')), bodies(sample('text that looks like markup'))];
    expect(chatworkTags(bad.chatwork.text)).toEqual(chatworkTags(safe.chatwork.text));
    expect(htmlTags(bad.email.html)).toEqual(htmlTags(safe.email.html));
    expect(mrkdwnControls(bad.slack.text)).toEqual(mrkdwnControls(safe.slack.text));
    expect(readMrkdwn(bad.slack.text)).toContain('[toall]');
    expect(HOSTILE_TEXT).toContain('[toall]');
    expect(slackTexts(bad.slack).texts.map(({ type }) => type)).toEqual(
      slackTexts(safe.slack).texts.map(({ type }) => type),
    );
  });
});
