import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyLinks, LINK_DAYS, LINK_PURPOSES } from '../../src/domain/reply-link.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const CREATED = new Date('2026-06-18T04:05:00.000Z');
const ID = '0190313f-1234-7abc-8def-0123456789ab';
const links = createReplyLinks({ publicUrl: 'https://toritsugi.example/base', linkSecret: SECRET });
const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
const token = tokenOf(links.url('done', { id: ID, createdAt: CREATED }));
const later = (days: number, ms = 0) => new Date(CREATED.getTime() + days * 86_400_000 + ms);

describe('the link of a delivery', () => {
  it('stands under the public address, is short, and the same whenever it is made', () => {
    const url = links.url('done', { id: ID, createdAt: CREATED });
    expect(url).toMatch(/^https:\/\/toritsugi\.example\/base\/r\/[\w-]{48}$/);
    expect(links.url('done', { id: ID, createdAt: CREATED })).toBe(url);
  });

  it('P9 names its own delivery, whichever that is', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom(...LINK_PURPOSES), (id, purpose) => {
        const made = tokenOf(links.url(purpose, { id, createdAt: CREATED }));
        expect(links.read(made, CREATED)).toEqual({ type: 'valid', purpose, deliveryId: id });
      }),
    );
  });

  it('works to its last second and no longer', () => {
    expect(links.read(token, later(LINK_DAYS))).toMatchObject({ type: 'valid' });
    expect(links.read(token, later(LINK_DAYS, 1))).toEqual({ type: 'expired', purpose: 'done' });
  });

  it('P9 opens nothing after any change of any of its characters', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < token.length; at += 1) {
      const turned = alphabet[(alphabet.indexOf(token.charAt(at)) + 1) % 64];
      const forged = `${token.slice(0, at)}${turned}${token.slice(at + 1)}`;
      expect(links.read(forged, CREATED)).toEqual({ type: 'invalid' });
    }
    fc.assert(
      fc.property(fc.string({ minLength: 0, maxLength: 60 }), (text) => {
        expect(links.read(text, CREATED)).toEqual({ type: 'invalid' });
      }),
    );
    expect(links.read(`${token}=`, CREATED)).toEqual({ type: 'invalid' });
    expect(links.read(token.slice(0, -1), CREATED)).toEqual({ type: 'invalid' });
  });

  it('P9 is for one purpose: what is signed for the one says nothing for the other', () => {
    const answer = tokenOf(links.url('answer', { id: ID, createdAt: CREATED }));
    expect(answer).not.toBe(token);
    expect(answer.slice(0, 24)).toBe(token.slice(0, 24));
    // Both are the same delivery's: only which key signed them tells them apart.
    const signature = (made: string) => Buffer.from(made, 'base64url').subarray(20);
    const swapped = Buffer.concat([Buffer.from(token, 'base64url').subarray(0, 20), signature(answer)]);
    expect(links.read(swapped.toString('base64url'), CREATED)).toMatchObject({ purpose: 'answer' });
    expect(signature(answer).equals(signature(token))).toBe(false);
  });

  it('P9 is worth nothing under another secret', () => {
    const other = createReplyLinks({ publicUrl: 'https://toritsugi.example', linkSecret: `${SECRET}0` });
    expect(other.read(token, CREATED)).toEqual({ type: 'invalid' });
  });

  it('is made for deliveries only', () => {
    expect(() => links.url('answer', { id: '../../healthz', createdAt: CREATED })).toThrow(RangeError);
  });
});
