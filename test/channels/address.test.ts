import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAddress, mailAddress } from '../../src/channels/address.ts';
import { CHANNEL_NAMES } from '../../src/domain/outcome.ts';

describe('checkAddress', () => {
  it.each([
    ['chatwork', '36818150', '36818150'],
    ['chatwork', ' ３６８１８１５０ ', '36818150'],
    ['chatwork', 'rid36818150', '36818150'],
    ['chatwork', '#!rid36818150', '36818150'],
    ['chatwork', 'https://www.chatwork.com/#!rid36818150', '36818150'],
    ['chatwork', 'https://kcw.kddi.ne.jp/#!rid36818150', '36818150'],
    ['slack', 'C0123ABCDEF', 'C0123ABCDEF'],
    ['slack', 'U0123ABCDEF', 'U0123ABCDEF'],
    ['slack', '<#C0123ABCDEF|general>', 'C0123ABCDEF'],
    ['slack', 'https://sample.slack.example/archives/C0123ABCDEF', 'C0123ABCDEF'],
    ['email', 'Soumu@Client.Example', 'Soumu@client.example'],
    ['email', 'ｓｏｕｍｕ＠client.example', 'soumu@client.example'],
    ['email', 'abc.@docomo.ne.jp', 'abc.@docomo.ne.jp'],
    ['email', 'a..b@docomo.ne.jp', 'a..b@docomo.ne.jp'],
    ['email', '.abc@ezweb.ne.jp', '.abc@ezweb.ne.jp'],
    ['email', "o'hara+call/1@client.example", "o'hara+call/1@client.example"],
    ['email', 'info@日本語.example', 'info@xn--wgv71a119e.example'],
  ] as const)('%s %s is %s', (channel, raw, address) => {
    expect(checkAddress(channel, raw, null)).toEqual({ ok: true, address, mention: null });
  });

  it.each([
    ['chatwork', ''],
    ['chatwork', 'abc'],
    ['chatwork', '12 34'],
    ['chatwork', '../me'],
    ['chatwork', '1?force=0'],
    ['chatwork', 'https://www.chatwork.com/36818150'],
    ['chatwork', 'https://www.chatwork.com/#!rid36818150-984676321621704704'],
    ['slack', '#general'],
    ['slack', 'general'],
    ['slack', 'c0123abcdef'],
    ['slack', 'B0123ABCDEF'],
    ['slack', '<!channel>'],
    ['slack', 'C0123ABCDEF,C9999ABCDEF'],
    ['email', 'soumu'],
    ['email', 'soumu@localhost'],
    ['email', '@client.example'],
    ['email', '...@client.example'],
    ['email', 'a@b@client.example'],
    ['email', 'a@client.example, b@evil.example'],
    ['email', 'a@client.example\r\nBcc: b@evil.example'],
    ['email', '"a b"@client.example'],
    ['email', '総務 <soumu@client.example>'],
    ['email', 'a(comment)@client.example'],
    ['email', 'a@[127.0.0.1]'],
    ['email', 'a@127.0.0.1'],
    ['email', 'a@client.example:25'],
    ['email', 'a@client..example'],
    ['email', 'a@-client.example'],
    ['email', `${'a'.repeat(65)}@client.example`],
    ['email', `a@${'b'.repeat(64)}.example`],
    ['email', `a@${'b.'.repeat(130)}example`],
    ['email', 'あ@client.example'],
  ] as const)('%s %j is refused, with what is allowed', (channel, raw) => {
    const check = checkAddress(channel, raw, null);
    expect(check).toMatchObject({ ok: false, field: 'address' });
    if (!check.ok) expect(check.message).toMatch(/as in/);
  });

  it.each([
    ['chatwork', '36818150', '1484814', '1484814'],
    ['chatwork', '36818150', '[To:1484814]', '1484814'],
    ['chatwork', '36818150', ' ', null],
    ['slack', 'C0123ABCDEF', 'U0123ABCDEF', 'U0123ABCDEF'],
    ['slack', 'C0123ABCDEF', '<@U0123ABCDEF>', 'U0123ABCDEF'],
    ['email', 'soumu@client.example', ' 総務部 ㈱ ', '総務部 ㈱'],
  ] as const)('%s %s mentioning %j mentions %j', (channel, raw, mention, kept) => {
    expect(checkAddress(channel, raw, mention)).toMatchObject({ ok: true, mention: kept });
  });

  it.each([
    ['chatwork', '36818150', '[toall]'],
    ['chatwork', '36818150', 'sato'],
    ['slack', 'C0123ABCDEF', '<!channel>'],
    ['slack', 'C0123ABCDEF', 'C0123ABCDEF'],
    ['email', 'soumu@client.example', '総務\r\nBcc: b@evil.example'],
    ['email', 'soumu@client.example', 'a\u202eb'],
    ['email', 'soumu@client.example', 'x'.repeat(101)],
  ] as const)('%s %s mentioning %j is refused', (channel, raw, mention) => {
    expect(checkAddress(channel, raw, mention)).toMatchObject({ ok: false, field: 'mention' });
  });

  it('P6 whatever is accepted has the one harmless shape of its channel, and stays as it is', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '@',
        '.',
        ',',
        '<',
        '>',
        '"',
        '\r\n',
        'a',
        '1',
        'C0123ABC',
        'client.example',
        '＠',
        '。',
        'ß',
        '\u00ad',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(...CHANNEL_NAMES), (pieces, channel) => {
        const check = checkAddress(channel, pieces.join(''), null);
        if (!check.ok) return;
        expect(check.address).toMatch(
          { chatwork: /^\d+$/, slack: /^[CDGUW][A-Z0-9]+$/, email: /^[^\s@<>()[\]\\,;:"]+@[a-z0-9.-]+$/ }[
            channel
          ],
        );
        expect(checkAddress(channel, check.address, null)).toEqual(check);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never sees more than the last label as a host of digits', () => {
    expect(mailAddress('a@1.2.3.4')).toBeUndefined();
    expect(mailAddress('a@1.client.example')).toBe('a@1.client.example');
  });
});
