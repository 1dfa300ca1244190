import { describe, expect, it } from 'vitest';
import { names, namesSomebody, readMessage } from '../../../src/channels/chatwork/notation.ts';

const REPLY = '[rp aid=2739132 to=93207172-1007287785163345920]';

describe('a message in Chatwork', () => {
  it.each([
    ['a reply as Chatwork makes it', `${REPLY} sue445\ntest`, 'test'],
    ['a name with さん', `${REPLY}電話代行サンプルさん\n心当たりあり\n山田です`, '心当たりあり\n山田です'],
    ['all on one line', `${REPLY} 電話代行サンプルさん 心当たりありません`, '心当たりありません'],
    ['without a name', `${REPLY}\n4番です`, '4番です'],
    ['the answer on the line of the mark', `${REPLY} 心当たりなし\n山田`, '心当たりなし\n山田'],
    ['a quote', `${REPLY}\n[qt][qtmeta aid=1 time=1] 1. 心当たりあり[/qt]\n2です`, '2です'],
    ['a quote in a quote', `${REPLY}\n[qt]a[qt]1[/qt]b[/qt]\n2です`, '2です'],
    ['a quote of lines', `${REPLY}\n> 1. 心当たりあり\n＞ 3\n2です`, '2です'],
    ['frames and pictures', `${REPLY}\n[info][title]回答[/title]5[/info][picon:12][hr]`, '回答\n5'],
    ['a mark alone', REPLY, ''],
  ])('%s', (_name, body, text) => {
    const read = readMessage(body, 'sue445');
    expect(read.text).toBe(text);
    expect(read.answers).toEqual({
      accountId: '2739132',
      roomId: '93207172',
      messageId: '1007287785163345920',
    });
  });

  it('names accounts by [To:…], and a quoted answer answers nobody', () => {
    expect(readMessage('[To:12]山田さん\n[To:34] 鈴木さん\n転送を止めます')).toEqual({
      answers: null,
      to: ['12', '34'],
      text: '転送を止めます',
    });
    expect(readMessage(`[qt]${REPLY}\n1[/qt]\n承知しました`).answers).toBeNull();
    expect(names(`${REPLY}\nx`, '2739132')).toBe(true);
    expect(names('[To:2739132]x', '2739132')).toBe(true);
    expect(names('[To:27391321]x [rp aid=1 to=2-3]', '2739132')).toBe(false);
    expect(namesSomebody('2739132 [To 5]')).toBe(false);
  });

  it('comes to an end with any number of marks', () => {
    const began = performance.now();
    readMessage('[qt]'.repeat(16_000));
    readMessage(`${'[qt]'.repeat(2_000)}x${'[/qt]'.repeat(2_000)}`);
    readMessage(`${REPLY}さん`.repeat(1_000));
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
