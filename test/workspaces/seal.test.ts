import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenSeal, keyIdOf } from '../../src/workspaces/seal.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const seal = createTokenSeal(SECRET);
const token = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
const team = fc.stringMatching(/^T[A-Z0-9]{5,20}$/);

describe('the seal on a workspace’s token', () => {
  it('P10 opens for its own workspace, and shows nothing of the token before', () => {
    fc.assert(
      fc.property(token, team, (secret, id) => {
        const sealed = seal.seal(secret, id);
        expect(seal.open(sealed, id)).toEqual({ ok: true, token: secret });
        expect(seal.seal(secret, id)).not.toBe(sealed);
      }),
    );
    const sealed = seal.seal('xoxb-very-secret-token', 'T0CLIENT01');
    expect(sealed).not.toContain('secret');
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('P9 stays shut for another workspace', () => {
    const sealed = seal.seal('xoxb-1', 'T0CLIENT01');
    expect(seal.open(sealed, 'T0CLIENT02')).toEqual({ ok: false, why: 'damaged' });
  });

  it('stays shut after any change to it', () => {
    const sealed = seal.seal('xoxb-a-token-of-usual-length-0123456789', 'T0CLIENT01');
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), fc.stringMatching(/^[\w.-]$/), (at, sign) => {
        const changed = `${sealed.slice(0, at)}${sign}${sealed.slice(at + 1)}`;
        fc.pre(changed !== sealed);
        expect(seal.open(changed, 'T0CLIENT01').ok).toBe(false);
      }),
    );
    for (const text of ['', 'v1', 'v1..', `${sealed}.x`, sealed.slice(0, -1), 'v2.x.y', 'xoxb-plain']) {
      expect(seal.open(text, 'T0CLIENT01').ok).toBe(false);
    }
  });

  it('says when another LINK_SECRET closed it, without a word of either', () => {
    const sealed = seal.seal('xoxb-1', 'T0CLIENT01');
    const other = createTokenSeal(`${SECRET}x`);
    expect(other.open(sealed, 'T0CLIENT01')).toEqual({ ok: false, why: 'other_key' });
    expect(other.keyId).not.toBe(seal.keyId);
    expect(keyIdOf(SECRET)).toMatch(/^[\da-f]{8}$/);
    expect(sealed.split('.')[1]).toBe(keyIdOf(SECRET));
  });
});
