import { describe, expect, it } from 'vitest';
import type { ChatworkBody, EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { DisputeOutcome } from '../../src/domain/dispute.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import type { ReportContent } from '../../src/reports/content.ts';
import { buildDisputeAnswer, type DisputeAnswerFacts } from '../../src/reports/dispute-answer.ts';
import { HOSTILE_TEXT } from '../../src/reports/samples.ts';
import { MARK, ORDINARY, openRenderer } from './facts.ts';
import { chatworkTags, htmlTags, mrkdwnControls, readMrkdwn, slackTexts } from './readers.ts';

const renderer = await openRenderer();
const MENTIONS: Readonly<Record<ChannelName, string | null>> = {
  chatwork: '1234567',
  slack: 'U012ABCDEF',
  email: null,
};
const NOTHING = { reason: null, creditMonth: null, creditYen: 0 } as const;
const inJune = new Date('2024-06-21T01:00:00Z');
const inJuly = new Date('2024-07-02T01:00:00Z');
const OUTCOMES: Readonly<Record<string, DisputeOutcome>> = {
  credited: { ...NOTHING, decision: 'credited', decidedAt: inJune, creditMonth: '2024-06' },
  'credited-later': {
    ...NOTHING,
    decision: 'credited',
    decidedAt: inJuly,
    creditMonth: '2024-07',
    creditYen: 1148,
  },
  corrected: { ...NOTHING, decision: 'corrected', decidedAt: inJune },
  kept: {
    ...NOTHING,
    decision: 'kept',
    decidedAt: inJune,
    reason: 'お約束のあるお取引先からのお電話と伺いました。',
  },
};

function bodies(facts: Partial<DisputeAnswerFacts> & Pick<DisputeAnswerFacts, 'outcome'>, plain = false) {
  const content: ReportContent = {
    template: 'dispute-answer',
    view: buildDisputeAnswer({ ...ORDINARY, claim: 'sales', ...facts }),
  };
  const one = (channel: ChannelName) => {
    const request = { ...content, channel, mark: MARK, mention: MENTIONS[channel] };
    const rendered = plain ? renderer.renderPlainest(request) : renderer.render(request);
    if (rendered.problem !== null) throw new Error(rendered.problem);
    return rendered.body;
  };
  return {
    chatwork: one('chatwork') as ChatworkBody,
    slack: one('slack') as SlackBody,
    email: one('email') as EmailBody,
  };
}

describe.each(Object.entries(OUTCOMES))(
  'the answer to what a client said of a report: %s',
  (name, outcome) => {
    it('looks as agreed, under the subject that never changes', async () => {
      const { chatwork, slack, email } = bodies({ outcome });
      const golden = (ending: string) => `./golden/dispute-answer.${name}.${ending}`;
      await expect(`${chatwork.text}\n`).toMatchFileSnapshot(golden('chatwork.txt'));
      await expect(`${JSON.stringify(slack, null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'));
      await expect(`${email.text}\n`).toMatchFileSnapshot(golden('mail.txt'));
      await expect(`${email.html}\n`).toMatchFileSnapshot(golden('mail.html'));
      expect(email.subject).toBe('【受電報告】');
    });

    it('names the call, and repeats nothing of what was said in it; in its plainest form, too', () => {
      for (const plain of [false, true]) {
        const { chatwork, slack, email } = bodies({ outcome }, plain);
        for (const text of [chatwork.text, slack.text, email.text]) {
          expect(text).toContain('■受付番号: 20240620-0012');
          expect(text).toContain('「これは営業電話でした」');
          expect(text).toContain(MARK);
          expect(text).not.toMatch(/見積書|佐藤|本日|明日|取り消します|訂正報告/);
        }
      }
    });
  },
);

it('tells which month a credit is in, and what it comes to where the call’s month is closed', () => {
  const text = (outcome: DisputeOutcome | undefined) => {
    if (outcome === undefined) throw new Error('no such outcome');
    return bodies({ outcome }).email.text;
  };
  const { credited, 'credited-later': later } = OUTCOMES;
  if (credited === undefined || later === undefined) throw new Error('no such outcome');
  expect(text(credited)).toContain('今月の受電回数から除きました。');
  expect(text({ ...credited, decidedAt: inJuly })).toContain('2024年6月の受電回数から除きました。');
  expect(text(later)).toContain(
    '2024年6月分は締め切り済みのため、2024年7月分の明細で1,148円を差し引きます。',
  );
  expect(text({ ...later, creditYen: 0 })).toContain('ご請求額に変わりはございません。');
});

it('P6 stays text whatever a supervisor wrote and names hold', () => {
  const kept = OUTCOMES.kept;
  if (kept === undefined) throw new Error('no such outcome');
  const safe = bodies({ outcome: kept });
  const bad = bodies({
    outcome: { ...kept, reason: HOSTILE_TEXT },
    agency: { name: `x${HOSTILE_TEXT}`, phone: null },
    client: { name: `x${HOSTILE_TEXT}` },
  });
  expect(chatworkTags(bad.chatwork.text)).toEqual(chatworkTags(safe.chatwork.text));
  expect(htmlTags(bad.email.html).filter((tag) => tag !== '<br>')).toEqual(
    htmlTags(safe.email.html).filter((tag) => tag !== '<br>'),
  );
  expect(mrkdwnControls(bad.slack.text)).toEqual(mrkdwnControls(safe.slack.text));
  expect(readMrkdwn(bad.slack.text)).toContain('[toall]');
  expect(slackTexts(bad.slack).texts.map(({ type }) => type)).toEqual(
    slackTexts(safe.slack).texts.map(({ type }) => type),
  );
});
