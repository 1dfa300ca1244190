import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import type { KindTemplate } from '../../src/domain/kinds.ts';
import type { ReportFacts } from '../../src/reports/view.ts';
import { BY_TEMPLATE, MARK, openRenderer, renderAll } from './facts.ts';
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
const MENTION = { chatwork: '1234567', slack: 'U012ABCDEF' };

// biome-ignore format: a list to read, not a column
const FRAGMENTS = [
  '[toall]', '[/info]', '[To:1]', '[rp aid=1 to=2-3]', '[info][title]x[/title]', '[code]', '[', ']', '[hr',
  '<!channel>', '<!here|x>', '<@U1>', '<#C1>', '<https://evil.example|銀行>', '&lt;!channel&gt;', '&', '<', '>',
  '</td></table><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<a href="javascript:x">', '<!--',
  '"', "'", '\\', '\\"', '\\u003c', '`', '*a*', '_a_', '~a~', ':smile:', ':)', '(bow)', ';(', '(*)',
  '{{ mark }}', '{% raw %}', '{{', '}}', '%}', '{{ message | raw }}',
  '\r\nBcc: x@evil.example\r\n\r\n', '\n', '\r', '\t', '\u2028', '\u0085', '\u0000', '\u0007', '\u001b[31m', '\u007f',
  '\u202e', '\u202a', '\u2066', '\u2069', '\ud800', '\udfff', '\u{1f600}', '漢字', 'カナ', ' ', '\u3000',
  '\n■電話番号: 090-0000-0000', '■', '】', '」', '「', '",{"type":"actions"},"', 'https://a.example/?a=1&b=2',
];

const typed = (limit: number) =>
  fc
    .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'binary', maxLength: 8 })), {
      maxLength: 30,
    })
    .map((parts) => parts.join('').slice(0, limit));

const facts = (template: KindTemplate): fc.Arbitrary<ReportFacts> =>
  fc
    .record({
      client: typed(100),
      agency: typed(100),
      label: typed(60),
      operator: typed(80),
      addressee: typed(FIELD_LIMITS.addressee),
      company: typed(FIELD_LIMITS.company),
      name: typed(FIELD_LIMITS.name),
      kana: typed(FIELD_LIMITS.kana),
      number: typed(FIELD_LIMITS.number),
      message: typed(FIELD_LIMITS.message),
      quote: typed(FIELD_LIMITS.quote).map((text) => `${text.slice(0, FIELD_LIMITS.quote - 1)}x`),
      surcharge: typed(60),
      urgent: fc.boolean(),
    })
    .map((text) => ({
      ...BY_TEMPLATE[template],
      // These begin lines of their own; they come from the agency's files, not from a call.
      agency: { name: `x${text.agency}`, phone: null },
      client: { name: `x${text.client}` },
      kind: { code: 'other', label: text.label, template },
      operatorName: text.operator,
      addressee: { name: text.addressee, onRoster: true },
      caller: { company: text.company, name: text.name, kana: text.kana },
      number: { state: 'given', display: text.number, confirmed: true },
      message: text.message,
      quote: text.quote,
      surcharge: { label: text.surcharge, amountYen: 200 },
      urgent: text.urgent,
    }));

/** The same report with harmless words in every field: what markup a report of this shape has of its own. */
function harmless(hostile: ReportFacts): ReportFacts {
  return {
    ...hostile,
    agency: { name: 'あ', phone: null },
    client: { name: 'あ' },
    kind: { ...hostile.kind, label: 'あ' },
    operatorName: 'あ',
    addressee: { name: 'あ', onRoster: true },
    caller: { company: 'あ', name: 'あ', kana: 'あ' },
    number: { state: 'given', display: 'あ', confirmed: true },
    message: 'あ',
    quote: 'あ',
    surcharge: { label: 'あ', amountYen: 200 },
  };
}

const labels = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('■'))
    .map((line) => line.slice(0, 4));

describe.each(['message', 'unsure', 'flagged'] as const)(
  'P6 whatever is typed into a %s report',
  (template) => {
    it('no markup, mention, link, header or label arises, and no control character is left', () => {
      fc.assert(
        fc.property(facts(template), (hostile) => {
          const bodies = renderAll(renderer, hostile, MENTION);
          const plain = renderAll(renderer, harmless(hostile), MENTION);

          expect(chatworkTags(bodies.chatwork.text)).toEqual(chatworkTags(plain.chatwork.text));
          expect(chatworkPictures(bodies.chatwork.text)).toEqual([]);

          const { types, texts } = slackTexts(bodies.slack);
          expect(new Set(types)).toEqual(new Set(slackTexts(plain.slack).types));
          expect(texts.filter(({ type }) => type !== 'plain_text').map(({ text }) => text)).toEqual([
            '<@U012ABCDEF>',
          ]);
          expect(texts.filter(({ type, emoji }) => type === 'plain_text' && emoji !== false)).toEqual([]);
          expect(mrkdwnControls(bodies.slack.text)).toEqual([]);

          expect(bodies.email.subject).toBe('【受電報告】');
          expect(htmlTags(bodies.email.html)).toEqual(htmlTags(plain.email.html));

          // Nothing typed can stand at the start of a line as a label does.
          expect(labels(bodies.email.text)).toEqual(labels(plain.email.text));
          expect(labels(bodies.chatwork.text)).toEqual(labels(plain.chatwork.text));

          const all = [
            bodies.chatwork.text,
            bodies.slack.text,
            ...texts.map(({ text }) => text),
            bodies.email.text,
            bodies.email.html,
          ];
          for (const text of all) expect(forbiddenCharacters(text)).toEqual([]);
        }),
        { numRuns: 300 },
      );
    });

    it('every channel shows the same words', () => {
      fc.assert(
        fc.property(facts(template), (hostile) => {
          const { slack, email } = renderAll(renderer, hostile);
          const spaceless = (text: string) => text.replaceAll(/\s/g, '');
          const words = spaceless(email.text);
          expect(spaceless(htmlText(email.html))).toBe(words);
          expect(spaceless(readMrkdwn(slack.text))).toBe(`【受電報告】${words}`);
          const blocks = slackTexts(slack)
            .texts.map(({ text }) => text)
            .join('');
          const flags = `${template === 'flagged' ? '【要対応】' : ''}${hostile.urgent ? '【至急】' : ''}`;
          expect(spaceless(blocks)).toBe(`【受電報告】${words.startsWith(flags) ? words : 'flags missing'}`);
        }),
        { numRuns: 300 },
      );
    });
  },
);

describe('P6 a bare URL', () => {
  const url = 'https://a.example/x_(y)?q=a*b*&r=~_1_~#:)';
  const bodies = renderAll(renderer, { ...BY_TEMPLATE.message, message: `${url} を見てください` });

  it('stays exactly as typed on every channel', () => {
    expect(bodies.chatwork.text).toContain(`■ご用件: ${url} を`);
    expect(readMrkdwn(bodies.slack.text)).toContain(`■ご用件: ${url} を`);
    expect(slackTexts(bodies.slack).texts.some(({ text }) => text.includes(`■ご用件: ${url} を`))).toBe(true);
    expect(bodies.email.text).toContain(`■ご用件: ${url} を`);
    expect(htmlText(bodies.email.html)).toContain(url);
  });

  it('is made a link by none', () => {
    expect(bodies.email.html).not.toMatch(/<a\b|href=/);
    expect(JSON.stringify(bodies.slack)).not.toMatch(/"url"/);
  });
});

describe('the mark', () => {
  it('P4 stands in every body, where reconciliation looks for it', () => {
    for (const base of Object.values(BY_TEMPLATE)) {
      const { chatwork, slack, email } = renderAll(renderer, base);
      const found = [chatwork.text, slack.text, JSON.stringify(slack.blocks), email.text, email.html];
      for (const text of found) expect(text).toContain(`配信番号: ${MARK}`);
    }
  });
});
