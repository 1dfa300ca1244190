import { describe, expect, it } from 'vitest';
import { type MrkdwnNode, parseMrkdwn } from '../../src/sandbox/slack/mrkdwn.ts';

const text = (content: string): MrkdwnNode => ({ type: 'text', text: content });

describe('parseMrkdwn', () => {
  it('reads calls to people, groups, channels and everybody', () => {
    expect(parseMrkdwn('<@U0A1> <!subteam^S0B2> <#C0C3|報告> <!channel>')).toEqual([
      { type: 'user', id: 'U0A1' },
      text(' '),
      { type: 'group', id: 'S0B2' },
      text(' '),
      { type: 'channel', id: 'C0C3', label: '報告' },
      text(' '),
      { type: 'everybody', word: 'channel' },
    ]);
  });

  it('reads links with and without a title, and bare addresses', () => {
    expect(
      parseMrkdwn('<https://a.example/?x=1&amp;y=2|見る> <https://b.example> https://c.example/d'),
    ).toEqual([
      { type: 'link', url: 'https://a.example/?x=1&y=2', label: '見る' },
      text(' '),
      { type: 'link', url: 'https://b.example', label: 'https://b.example' },
      text(' '),
      { type: 'link', url: 'https://c.example/d', label: 'https://c.example/d' },
    ]);
  });

  it('reads emphasis, code and quotes', () => {
    expect(parseMrkdwn('*太* _斜_ ~消~ `x<y` ```a\nb```')).toEqual([
      { type: 'bold', children: [text('太')] },
      text(' '),
      { type: 'italic', children: [text('斜')] },
      text(' '),
      { type: 'strike', children: [text('消')] },
      text(' '),
      { type: 'code', text: 'x<y' },
      text(' '),
      { type: 'block', text: 'a\nb' },
    ]);
    expect(parseMrkdwn('前\n&gt; 引用1\n> 引用2\n後')).toEqual([
      text('前'),
      { type: 'quote', children: [text('引用1\n引用2')] },
      text('後'),
    ]);
  });

  it('shows escaped characters as what they are, and nothing escaped becomes a mark', () => {
    expect(parseMrkdwn('&lt;!channel&gt; &amp;amp; a*b*c 1 * 2 * 3')).toEqual([
      text('<!channel> &amp; a*b*c 1 * 2 * 3'),
    ]);
    expect(parseMrkdwn('<javascript:alert(1)|x>')).toEqual([text('<javascript:alert(1)|x>')]);
  });
});
