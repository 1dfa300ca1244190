import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EmailBody, SlackBody } from '../../src/domain/body.ts';
import { CHANNEL_NAMES, type ChannelName } from '../../src/domain/outcome.ts';
import { buildDestinationNotice, type DestinationNoticeFacts } from '../../src/reports/destination-notice.ts';
import { HOSTILE_TEXT } from '../../src/reports/samples.ts';
import { MARK, openRenderer } from './facts.ts';
import {
  chatworkPictures,
  chatworkTags,
  forbiddenCharacters,
  htmlTags,
  htmlText,
  mrkdwnControls,
  readMrkdwn,
  slackTexts,
} from './readers.ts';

const renderer = await openRenderer();

const FACTS: DestinationNoticeFacts = {
  agency: { name: '電話代行サンプル', phone: '03-5550-0100' },
  client: { name: '株式会社サンプル商事' },
  channel: 'email',
  address: 'soumu@acme.example',
  receiptNumber: '20240620-0012',
};
const MENTIONS: Readonly<Record<ChannelName, string | null>> = {
  chatwork: '1234567',
  slack: 'U012ABCDEF',
  email: null,
};

function bodies(facts: DestinationNoticeFacts, plainest = false) {
  const one = (channel: ChannelName) => {
    const request = {
      template: 'destination-notice',
      view: buildDestinationNotice(facts),
      channel,
      mark: MARK,
      mention: MENTIONS[channel],
    } as const;
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

const unspaced = (text: string) => text.replaceAll(/\s/g, '');

describe('the word about a destination', () => {
  const { chatwork, slack, email } = bodies(FACTS);

  it('looks as agreed', async () => {
    const golden = (name: string) => `./golden/destination-notice.${name}`;
    await expect(`${chatwork.text}\n`).toMatchFileSnapshot(golden('chatwork.txt'));
    await expect(`${JSON.stringify(slack, null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'));
    await expect(`${email.text}\n`).toMatchFileSnapshot(golden('mail.txt'));
    await expect(`${email.html}\n`).toMatchFileSnapshot(golden('mail.html'));
  });

  it('has the subject clients filter by, and says the same in both bodies', () => {
    expect(email.subject).toBe('【受電報告】');
    expect(unspaced(htmlText(email.html))).toBe(unspaced(email.text));
  });

  it.each(CHANNEL_NAMES)('names a destination on %s, in its plainest form too', (channel) => {
    for (const plainest of [false, true]) {
      const said = bodies({ ...FACTS, channel, address: '12345' }, plainest);
      for (const text of [said.chatwork.text, said.slack.text, said.email.text]) {
        expect(text).toMatch(/■宛先: (Chatwork ルームID|Slack チャンネルID|メール) 12345\n/);
        expect(text).toContain('受付番号 20240620-0012');
        expect(text).toContain(`配信番号: ${MARK}`);
      }
    }
  });

  it('P6 stays text whatever is in the client’s file', () => {
    const typed = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '[toall]',
            '[/info]',
            '<!channel>',
            '</td>',
            '"',
            '\\',
            '{{ mark }}',
            '\r\n',
            '\u202e',
          ),
          fc.constant(HOSTILE_TEXT),
          fc.string({ unit: 'binary', maxLength: 8 }),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('').slice(0, 250));
    const harmless = bodies(FACTS);
    fc.assert(
      fc.property(typed, typed, typed, (client, agency, address) => {
        const hostile = bodies({
          ...FACTS,
          client: { name: `x${client}` },
          agency: { name: `x${agency}`, phone: null },
          address,
        });
        expect(chatworkTags(hostile.chatwork.text)).toEqual(chatworkTags(harmless.chatwork.text));
        expect(chatworkPictures(hostile.chatwork.text)).toEqual([]);
        expect(mrkdwnControls(hostile.slack.text)).toEqual([]);
        const { types, texts } = slackTexts(hostile.slack);
        expect(types).toEqual(slackTexts(harmless.slack).types);
        expect(texts.filter(({ type, emoji }) => type === 'plain_text' && emoji !== false)).toEqual([]);
        expect(texts.filter(({ type }) => type !== 'plain_text').map(({ text }) => text)).toEqual([
          '<@U012ABCDEF>',
        ]);
        expect(htmlTags(hostile.email.html)).toEqual(htmlTags(harmless.email.html));
        expect(unspaced(readMrkdwn(hostile.slack.text))).toBe(unspaced(`【受電報告】${hostile.email.text}`));
        for (const text of [
          hostile.chatwork.text,
          hostile.slack.text,
          hostile.email.text,
          hostile.email.html,
        ]) {
          expect(forbiddenCharacters(text)).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
