import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDetails } from '../../src/operator/line/read-details.ts';

const UNKNOWN = { number: { state: 'unknown' }, wish: null, urgent: false, note: null };
const given = (raw: string) => ({ state: 'given', raw, confirmed: false });

describe('what stands between the kind and the message of a line', () => {
  it.each([
    [null, UNKNOWN],
    ['見積書の件', { ...UNKNOWN, note: '見積書の件' }],
    ['03-5550-0123', { ...UNKNOWN, number: given('03-5550-0123') }],
    [
      '０３ー５５５０ー０１２３ 見積書',
      { ...UNKNOWN, number: given('０３ー５５５０ー０１２３'), note: '見積書' },
    ],
    ['03 5550 0123 10個 追加', { ...UNKNOWN, number: given('03 5550 0123'), note: '10個 追加' }],
    ['非通知 用件なし', { ...UNKNOWN, number: { state: 'withheld' }, note: '用件なし' }],
    ['koushuu', { ...UNKNOWN, number: { state: 'payphone' } }],
    ['折り返し 佐藤様', { ...UNKNOWN, wish: 'call_back', note: '佐藤様' }],
    ['折り返し 不要 佐藤様', { ...UNKNOWN, wish: 'no_call_back', note: '佐藤様' }],
    ['おりかえし', { ...UNKNOWN, wish: 'call_back' }],
    ['ORI', { ...UNKNOWN, wish: 'call_back' }],
    ['dengon 明日伺います', { ...UNKNOWN, wish: 'message_only', note: '明日伺います' }],
    ['再電 至急', { ...UNKNOWN, wish: 'will_call_again', urgent: true }],
    [
      '！ cb 090-0000-1234 見積書の件\n  至急 とのこと',
      {
        number: given('090-0000-1234'),
        wish: 'call_back',
        urgent: true,
        note: '見積書の件\n  至急 とのこと',
      },
    ],
    // What is not a whole word or number of its own is the message.
    ['折り返しの電話でした', { ...UNKNOWN, note: '折り返しの電話でした' }],
    ['再度 電話あり', { ...UNKNOWN, note: '再度 電話あり' }],
    ['03-5550-012', { ...UNKNOWN, note: '03-5550-012' }],
    ['見積書 03-5550-0123', { ...UNKNOWN, note: '見積書 03-5550-0123' }],
    ['折り返し 折り返し', { ...UNKNOWN, wish: 'call_back', note: '折り返し' }],
  ])('reads %j', (typed, details) => {
    expect(readDetails(typed)).toEqual(details);
  });

  it('keeps every message that begins with another word as it was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (rest) => {
        const typed = `見積書 ${rest}`.trim();
        expect(readDetails(typed)).toEqual({ ...UNKNOWN, note: typed });
      }),
    );
  });
});
