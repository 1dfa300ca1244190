import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatworkNode, parseChatwork } from '../../src/sandbox/chatwork/notation.ts';

const text = (content: string): ChatworkNode => ({ type: 'text', text: content });

describe('parseChatwork', () => {
  it('reads a report as its reader sees it', () => {
    expect(
      parseChatwork('[To:123] 山田様\n[info][title]【受電報告】[/title]■ご用件: 見積書[hr]以上[/info]'),
    ).toEqual([
      { type: 'to', accountId: '123' },
      text(' 山田様\n'),
      {
        type: 'info',
        children: [
          { type: 'title', children: [text('【受電報告】')] },
          text('■ご用件: 見積書'),
          { type: 'rule' },
          text('以上'),
        ],
      },
    ]);
  });

  it('knows calls to all, replies, quotes, people and code', () => {
    expect(
      parseChatwork('[toall][rp aid=5 to=42-777]了解[qt][qtmeta aid=5 time=1]前の話[/qt][piconname:9]'),
    ).toEqual([
      { type: 'to_all' },
      { type: 'reply', accountId: '5', messageId: '777' },
      text('了解'),
      { type: 'quote', children: [text('前の話')] },
      { type: 'person', accountId: '9' },
    ]);
    expect(parseChatwork('[code][info]x[/info][/code]')).toEqual([{ type: 'code', text: '[info]x[/info]' }]);
  });

  it.each([
    '[info]never closed',
    'closed only[/info]',
    '[title]outside[/title]',
    '[To:abc]',
    '[unknown]',
    '[qtmeta aid=5 time=1]',
    '［toall］',
    '[code]open',
    '[/title][/info]',
  ])('leaves %s as text', (raw) => {
    expect(parseChatwork(raw)).toEqual([text(raw)]);
  });

  it('gives back every character of a text without brackets, and never throws or hangs on any', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (raw) => {
        const bare = raw.replaceAll('[', '').replaceAll(']', '');
        expect(parseChatwork(bare)).toEqual(bare === '' ? [] : [text(bare)]);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('[info]', '[/info]', '[title]', '[/title]', '[qt]', '[/qt]', '[hr]', 'x')),
        (parts) => {
          parseChatwork(parts.join(''));
        },
      ),
    );
    expect(parseChatwork('[info]'.repeat(20_000))).toHaveLength(1);
    expect(
      JSON.stringify(parseChatwork('[info]'.repeat(5_000) + '[/info]'.repeat(5_000))).length,
    ).toBeLessThan(100_000);
  });
});
