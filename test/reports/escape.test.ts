import { describe, expect, it } from 'vitest';
import { asChatwork, asHtml, asJson, asMrkdwn } from '../../src/reports/escape.ts';

describe('P6 text in Chatwork', () => {
  it.each([
    ['[To:1]', '\uff3bTo:1\uff3d'],
    ['[[info]', '\uff3b\uff3binfo\uff3d'],
    ['お願い(bow)', 'お願い\uff08bow\uff09'],
    ['了解:)', '了解\uff1a\uff09'],
    ['(*)', '\uff08*\uff09'],
    [']:)', '\uff3d\uff1a\uff09'],
    [':D', '\uff1aD'],
  ])('%s becomes %s', (typed, shown) => {
    expect(asChatwork(typed)).toBe(shown);
  });

  it.each([
    '佐藤(サトウ)様',
    '13:05',
    'ID:Data01',
    'https://a.example/(y)?a=:)',
    'a*b',
    '03-5550-0123(復唱確認済)',
  ])('%s stays', (typed) => {
    expect(asChatwork(typed)).toBe(typed);
  });
});

describe('P6 text elsewhere', () => {
  it('is escaped for HTML, line breaks shown', () => {
    expect(asHtml(`<a href="x">'&\n`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;<br>');
  });

  it('is escaped for JSON strings', () => {
    const typed = '"\\\n\u2028</script>';
    expect(JSON.parse(`"${asJson(typed)}"`)).toBe(typed);
  });

  it('is escaped for mrkdwn', () => {
    expect(asMrkdwn('<!channel> &lt;')).toBe('&lt;!channel&gt; &amp;lt;');
  });
});
