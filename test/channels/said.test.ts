import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, SAID_LIMIT } from '../../src/channels/said.ts';

const nothing = { secrets: [], contents: [] };

describe('quote', () => {
  it.each([
    ['550 5.1.1 <taro@client.example>: user unknown', '550 5.1.1 <[address]>: user unknown'],
    [
      "HTTP 403: You don't have permission to get this room",
      "HTTP 403: You don't have permission to get this room",
    ],
    ['call 090-0000-1234 back', 'call [number] back'],
    ['two\r\nlines\tand\u0007 a bell', 'two lines and a bell'],
    ['right\u202eto left', 'right to left'],
    ['body=%E4%BD%90%E8%97%A4', 'body=[…]'],
    ['\\u4f50\\u85e4 said', '[…] said'],
    ['&#20304;&#34276; said', '[…] said'],
    ['=E4=BD=90 said', '[…] said'],
    ['佐藤様から', undefined],
    ['', undefined],
    ['token xoxb-1-abc and eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', 'token [secret] and […]'],
  ])('%j becomes %j', (raw, expected) => {
    expect(quote(raw, nothing)).toBe(expected);
  });

  it('hides secrets and the words of the message, in any case', () => {
    const hidden = { secrets: ['pa$$.word'], contents: ['見積書 for Sample Trading 03-5550-0101'] };
    expect(quote('no pa$$.word for SAMPLE trading of 5550', hidden)).toBe('no [secret] for […] of […]');
  });

  it('is at most 300 characters, and quick on a hostile answer', () => {
    const began = performance.now();
    for (const raw of [
      'x'.repeat(1e6),
      '@'.repeat(1e6),
      '1('.repeat(5e5),
      'a@'.repeat(5e5),
      '%4'.repeat(5e5),
      '&a'.repeat(5e5),
    ]) {
      expect(quote(raw, nothing)?.length ?? 0).toBeLessThanOrEqual(SAID_LIMIT);
    }
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('P10 no secret and no word of four letters survives, wherever it stands', () => {
    const word = fc.stringMatching(/^[a-z0-9]{6,20}$/);
    fc.assert(
      fc.property(
        fc.string(),
        word,
        word,
        fc.string(),
        fc.boolean(),
        (before, secret, content, after, swap) => {
          const raw = swap
            ? `${before} ${secret} ${content} ${after}`
            : `${before} ${content}${after} ${secret}`;
          const said = quote(raw, { secrets: [secret], contents: [`${content}, ${after}`] }) ?? '';
          expect(said).not.toContain(secret);
          expect(said.split(/[^A-Za-z0-9]+/)).not.toContain(content);
          expect(said).toMatch(/^[\x20-\x7e…]*$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
