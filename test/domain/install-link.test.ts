import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInstallLinks } from '../../src/domain/install-link.ts';
import { createReplyLinks } from '../../src/domain/reply-link.ts';

const OPTIONS = { publicUrl: 'https://toritsugi.example', linkSecret: '0123456789abcdef0123456789abcdef' };
const links = createInstallLinks(OPTIONS);
const ID = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
const NOW = new Date('2026-06-18T04:05:00Z');
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const tokenOf = (url: string) => new URL(url).searchParams.get('link') ?? '';

describe('the link by which a client connects its workspace', () => {
  it('names its row until its last second', () => {
    const token = tokenOf(links.url({ id: ID, expiresAt: later(60) }));
    expect(links.read(token, NOW)).toEqual({ type: 'valid', linkId: ID });
    expect(links.read(token, later(60))).toEqual({ type: 'valid', linkId: ID });
    expect(links.read(token, later(61))).toEqual({ type: 'expired' });
  });

  it('P9 is no link after any change, under another secret, or made for something else', () => {
    const token = tokenOf(links.url({ id: ID, expiresAt: later(60) }));
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), fc.stringMatching(/^[\w-]$/), (at, sign) => {
        const forged = `${token.slice(0, at)}${sign}${token.slice(at + 1)}`;
        fc.pre(forged !== token);
        expect(links.read(forged, NOW)).toEqual({ type: 'invalid' });
      }),
    );
    const other = createInstallLinks({ ...OPTIONS, linkSecret: `${OPTIONS.linkSecret}x` });
    expect(other.read(token, NOW)).toEqual({ type: 'invalid' });
    const done = createReplyLinks(OPTIONS).url('done', { id: ID, createdAt: NOW }).split('/').at(-1) ?? '';
    const { state } = links.begin(ID, NOW);
    for (const text of ['', 'x', done, state, `${token}=`, `${token}A`]) {
      expect(links.read(text, NOW)).toEqual({ type: 'invalid' });
    }
  });
});

describe('the state Slack carries', () => {
  it('is good for ten minutes in the browser that began', () => {
    const { state, browser } = links.begin(ID, NOW);
    expect(links.finish(state, browser, later(10))).toEqual({ type: 'valid', linkId: ID });
    expect(links.finish(state, browser, later(11))).toEqual({ type: 'expired' });
  });

  it('P9 is good for nothing in another browser, changed, or when it is a link', () => {
    const mine = links.begin(ID, NOW);
    const theirs = links.begin(ID, NOW);
    expect(mine.browser).not.toBe(theirs.browser);
    expect(links.finish(mine.state, theirs.browser, NOW)).toEqual({ type: 'invalid' });
    expect(links.finish(mine.state, '', NOW)).toEqual({ type: 'invalid' });
    expect(links.finish(`${mine.state.slice(0, -1)}-`, mine.browser, NOW).type).toBe('invalid');
    const link = tokenOf(links.url({ id: ID, expiresAt: later(60) }));
    expect(links.finish(link, mine.browser, NOW)).toEqual({ type: 'invalid' });
  });
});
