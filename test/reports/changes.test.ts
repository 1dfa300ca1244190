import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import type { ReportContent } from '../../src/reports/content.ts';
import { buildCorrection, changesBetween } from '../../src/reports/correction.ts';
import { buildRetraction } from '../../src/reports/retraction.ts';
import { HOSTILE_TEXT } from '../../src/reports/samples.ts';
import { FLAGGED, MARK, ORDINARY, openRenderer } from './facts.ts';
import { chatworkTags, htmlTags, htmlText, mrkdwnControls, slackTexts } from './readers.ts';

const renderer = await openRenderer();
const MENTIONS: Readonly<Record<ChannelName, string | null>> = {
  chatwork: '1234567',
  slack: 'U012ABCDEF',
  email: null,
};

function bodies(content: ReportContent, plainest = false) {
  const one = (channel: ChannelName) => {
    const request = { ...content, channel, mark: MARK, mention: MENTIONS[channel] };
    const rendered = plainest ? renderer.renderPlainest(request) : renderer.render(request);
    if (rendered.problem !== null) throw new Error(rendered.problem);
    return rendered.body;
  };
  return {
    chatwork: one('chatwork'),
    slack: one('slack') as SlackBody,
    email: one('email') as EmailBody,
  };
}

const BEFORE = {
  ...ORDINARY,
  caller: { company: '株式会社サンプル', name: '加藤', kana: 'カトウ' },
  number: { state: 'given', display: '03-5550-0132', confirmed: false },
} as const;
const CASES: readonly (readonly [string, ReportContent])[] = [
  ['correction', { template: 'correction', view: buildCorrection(ORDINARY, BEFORE) }],
  ['correction.flagged', { template: 'correction', view: buildCorrection(FLAGGED, ORDINARY) }],
  ['retraction', { template: 'retraction', view: buildRetraction(ORDINARY) }],
];
const unspaced = (text: string) => text.replaceAll(/\s/g, '');

describe.each(CASES)('the %s', (name, content) => {
  const { chatwork, slack, email } = bodies(content);

  it('looks as agreed', async () => {
    const golden = (file: string) => `./golden/${name}.${file}`;
    await expect(`${chatwork.text}\n`).toMatchFileSnapshot(golden('chatwork.txt'));
    await expect(`${JSON.stringify(slack, null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'));
    await expect(`${email.text}\n`).toMatchFileSnapshot(golden('mail.txt'));
    await expect(`${email.html}\n`).toMatchFileSnapshot(golden('mail.html'));
  });

  it('has the subject clients filter by, and the same to say in both bodies', () => {
    expect(email.subject).toBe('【受電報告】');
    expect(unspaced(htmlText(email.html))).toBe(unspaced(email.text));
  });

  it('says what it is in its plainest form, too', () => {
    for (const { text } of Object.values(bodies(content, true))) {
      expect(text).toMatch(/【(訂正|取消)】/);
      expect(text).toContain('20240620-0012');
      expect(text).toContain(`配信番号: ${MARK}`);
    }
  });
});

describe('what changed', () => {
  it('is told as old → new, in the order of the report, and only where a reader sees a difference', () => {
    expect(changesBetween(BEFORE, ORDINARY)).toEqual([
      '・お相手: 株式会社サンプル 加藤(カトウ)様 → 株式会社サンプル 佐藤(サトウ)様',
      '・電話番号: 03-5550-0132(復唱未確認) → 03-5550-0123(復唱確認済)',
    ]);
    expect(changesBetween(ORDINARY, { ...ORDINARY, message: ' 見積書の件 ' })).toEqual([]);
  });

  it('does not put long texts side by side', () => {
    expect(changesBetween(ORDINARY, { ...ORDINARY, message: 'あ'.repeat(2000) })).toEqual([
      '・ご用件: 下記のとおり訂正いたしました',
    ]);
  });

  it('P6 stays text, whatever was typed before and now', () => {
    const typed = fc.constantFrom(HOSTILE_TEXT, '[toall]', '<!channel>', '</td>', '"\\', '{{ mark }}', 'x');
    const harmless = bodies({
      template: 'correction',
      view: buildCorrection({ ...ORDINARY, caller: { company: 'x', name: null, kana: null } }, ORDINARY),
    });
    fc.assert(
      fc.property(typed, typed, (was, now) => {
        fc.pre(was !== now);
        const caller = (company: string) => ({
          company: `x${company}`.slice(0, 120),
          name: null,
          kana: null,
        });
        const hostile = bodies({
          template: 'correction',
          view: buildCorrection({ ...ORDINARY, caller: caller(now) }, { ...ORDINARY, caller: caller(was) }),
        });
        expect(chatworkTags(hostile.chatwork.text)).toEqual(chatworkTags(harmless.chatwork.text));
        expect(mrkdwnControls(hostile.slack.text)).toEqual([]);
        expect(slackTexts(hostile.slack).types).toEqual(slackTexts(harmless.slack).types);
        expect(htmlTags(hostile.email.html)).toEqual(htmlTags(harmless.email.html));
      }),
    );
  });
});
