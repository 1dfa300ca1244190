import { describe, expect, it } from 'vitest';
import type { EmailBody } from '../../src/domain/body.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import { warnOfDuplicate } from '../../src/reports/duplicate.ts';
import { HOSTILE_TEXT } from '../../src/reports/samples.ts';
import { buildView } from '../../src/reports/view.ts';
import { BY_TEMPLATE, FLAGGED, MARK, ORDINARY, openRenderer, renderAll } from './facts.ts';
import { chatworkTags, forbiddenCharacters, mrkdwnControls } from './readers.ts';

const renderer = await openRenderer();
const plainest = (channel: ChannelName, facts = ORDINARY) =>
  renderer.renderPlainest({
    channel,
    template: facts.kind.template,
    view: buildView(facts),
    mark: MARK,
    mention: channel === 'slack' ? 'U012ABCDEF' : '1',
  });

describe('the plainest form of a report', () => {
  it('is text alone on every channel, with every fact', () => {
    const text = [
      '【受電報告】',
      '株式会社サンプル商事 山田様',
      '■受付番号: 20240620-0012',
      '■受電日時: 2024年6月20日(木) 13:05',
      '■お名指し: 山田様',
      '■お相手: 株式会社サンプル 佐藤(サトウ)様',
      '■電話番号: 03-5550-0123(復唱確認済)',
      '■ご用件: 見積書の件',
      '■ご対応: 折り返し希望',
      '■受付: 鈴木   ■今月の受電: 18/20回',
      '電話代行サンプル 03-5550-0100',
      `配信番号: ${MARK}`,
    ].join('\n');
    expect(plainest('chatwork').body).toEqual({ text });
    expect(plainest('slack').body).toEqual({ text, blocks: [] });
    expect(plainest('email').body).toEqual({ subject: '【受電報告】', text, html: '' });
  });

  it('says that it is one', () => {
    expect(plainest('slack')).toMatchObject({ plainest: true, templateVersion: 'plainest-1', problem: null });
  });

  it('still asks for what the report asks for', () => {
    expect(plainest('email', { ...FLAGGED, urgent: true }).body).toMatchObject({
      text: expect.stringMatching(
        /【要対応】\n【至急】.*■種別: 嫌がらせ電話.*■ご発言: 「.*■これまでの件数: 3件.*■割増料金 200円.*お知らせください/s,
      ),
    });
    expect(plainest('email', BY_TEMPLATE.unsure).body).toMatchObject({
      text: expect.stringContaining('営業のお電話の可能性'),
    });
  });

  it('P6 lets nothing typed become markup', () => {
    const hostile = { ...ORDINARY, message: HOSTILE_TEXT, quote: HOSTILE_TEXT };
    const [chatwork, slack] = [plainest('chatwork', hostile).body, plainest('slack', hostile).body];
    expect(chatworkTags((chatwork as { text: string }).text)).toEqual([]);
    expect(mrkdwnControls((slack as { text: string }).text)).toEqual([]);
    for (const body of [chatwork, slack, plainest('email', hostile).body]) {
      expect(forbiddenCharacters((body as { text: string }).text)).toEqual([]);
    }
  });

  it.each(['chatwork', 'slack', 'email'] as const)(
    'P3 stands in on %s for a report no template can make',
    (channel) => {
      const view = {
        ...buildView(ORDINARY),
        agency: '秘'.repeat(70_000),
        message: undefined as unknown as string,
      };
      const rendered = renderer.render({ channel, template: 'message', view, mark: MARK, mention: null });
      expect(rendered).toMatchObject({ plainest: true, templateVersion: 'plainest-1' });
      expect(rendered.problem).toBe(`message on ${channel}: its template failed`);
    },
  );

  it('P3 stands in for a report its channel would refuse, and the reason holds no words of it', () => {
    const view = { ...buildView(ORDINARY), agency: '秘'.repeat(22_000) };
    const request = { template: 'message', view, mark: MARK, mention: null } as const;
    expect(renderer.render({ ...request, channel: 'slack' }).problem).toMatch(
      /^message on slack: \d+ characters/,
    );
    expect(renderer.render({ ...request, channel: 'chatwork' }).problem).toMatch(
      /^message on chatwork: \d+ bytes/,
    );
  });
});

describe('P4 a mail that may have come before', () => {
  it('says so in the first line of both bodies, under the same subject', () => {
    const { email } = renderAll(renderer, { ...ORDINARY, urgent: true });
    const warned = warnOfDuplicate(email);
    expect(warned.subject).toBe(email.subject);
    expect(warned.text).toBe(`重複の可能性\n${email.text}`);
    expect(warned.html).toMatch(/<body [^>]*>\s*<p [^>]*>重複の可能性<\/p>\s*<div/);
    expect(warned.html.replace(/\n<p [^>]*>重複の可能性<\/p>/, '')).toBe(email.html);
  });

  it('has no HTML where it had none', () => {
    const plain = plainest('email').body as EmailBody;
    expect(warnOfDuplicate(plain)).toEqual({ ...plain, text: `重複の可能性\n${plain.text}` });
  });
});
