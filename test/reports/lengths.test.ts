import { describe, expect, it } from 'vitest';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import { slackBody } from '../../src/reports/slack-body.ts';
import type { ReportFacts } from '../../src/reports/view.ts';
import { BY_TEMPLATE, openRenderer, renderAll } from './facts.ts';
import { slackTexts } from './readers.ts';

const renderer = await openRenderer();

function longest(base: ReportFacts, unit: string): ReportFacts {
  const text = (limit: number) => unit.repeat(limit).slice(0, limit);
  return {
    ...base,
    addressee: { name: text(FIELD_LIMITS.addressee), onRoster: false },
    caller: {
      company: text(FIELD_LIMITS.company),
      name: text(FIELD_LIMITS.name),
      kana: text(FIELD_LIMITS.kana),
    },
    message: text(FIELD_LIMITS.message),
    quote: text(FIELD_LIMITS.quote),
    surcharge: { label: text(60), amountYen: 300 },
    urgent: true,
  };
}

describe.each(['message', 'unsure', 'flagged'] as const)('the longest %s report', (template) => {
  it.each(['a', '漢', '\u{1f600}', '&', '<', '"', '\\', '[', '\n', 'a\n', "'", '\t'])(
    'of %j fits every channel, whole',
    (unit) => {
      const facts = longest(BY_TEMPLATE[template], unit);
      const { chatwork, slack, email } = renderAll(renderer, facts, { chatwork: '1', slack: 'U012ABCDEF' });

      expect(Buffer.byteLength(chatwork.text)).toBeLessThanOrEqual(65_535);
      expect(chatwork.text.endsWith('[/info]')).toBe(true);

      expect(slack.blocks.length).toBeLessThanOrEqual(50);
      expect(JSON.stringify(slack.blocks).length).toBeLessThanOrEqual(13_200);
      expect(slack.text.length).toBeLessThanOrEqual(40_000);
      const { texts } = slackTexts(slack);
      for (const { text } of texts) expect(text.length).toBeGreaterThan(0);
      for (const { text } of texts) expect(text.length).toBeLessThanOrEqual(3_000);

      const units = (text: string) => text.split(unit.trim() || '\u0000').length;
      const plain = texts.filter(({ type }) => type === 'plain_text').map(({ text }) => text);
      expect(units(plain.join(''))).toBe(units(email.text));
      if (unit.trim() !== '') expect(units(email.text)).toBeGreaterThan(1_000 / unit.length);
    },
  );
});

describe('plain text in Slack', () => {
  const split = (text: string) => {
    const section = { type: 'section', text: { type: 'plain_text', emoji: false, text } };
    return slackTexts(slackBody(JSON.stringify({ text: 'x', blocks: [section] }))).texts.map(
      (found) => found.text,
    );
  };

  it('stays in one section up to 3,000 characters', () => {
    expect(split('あ'.repeat(3_000))).toEqual(['あ'.repeat(3_000)]);
  });

  it('goes on in a second section, with nothing lost', () => {
    expect(split(`${'あ'.repeat(3_000)}い`)).toEqual(['あ'.repeat(3_000), 'い']);
  });

  it('breaks at a line where it can, never inside a character', () => {
    expect(split(`${'あ'.repeat(2_000)}\n${'い'.repeat(2_000)}`)).toEqual([
      'あ'.repeat(2_000),
      'い'.repeat(2_000),
    ]);
    expect(split(`a${'\u{1f600}'.repeat(1_500)}`)).toEqual([`a${'\u{1f600}'.repeat(1_499)}`, '\u{1f600}']);
  });

  it('counts & < > as Slack escapes them, since it does not say which it counts', () => {
    expect(split('&'.repeat(1_000)).map((piece) => piece.length)).toEqual([600, 400]);
  });

  it('takes a line break inside a string of a template as one', () => {
    expect(slackBody('{"text":"a\nb","blocks":[]}')).toEqual({ text: 'a\nb', blocks: [] });
    expect(slackBody('{"text":"\\"\n\\\\","blocks":[]}').text).toBe('"\n\\');
  });

  it.each(['', 'null', '[]', '{"text":1,"blocks":[]}', '{"text":"a"}', '{"text":"a","blocks":[1]}'])(
    'is refused where %j is no message',
    (json) => {
      expect(() => slackBody(json)).toThrow(SyntaxError);
    },
  );
});
