import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDoneLinks, DONE_LINK_DAYS } from '../../src/domain/done-link.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const CREATED = new Date('2026-06-18T04:05:00.000Z');
const ID = '0190313f-1234-7abc-8def-0123456789ab';
const links = createDoneLinks({ publicUrl: 'https://toritsugi.example/base', linkSecret: SECRET });
const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
const token = tokenOf(links.url({ id: ID, createdAt: CREATED }));
const later = (days: number, ms = 0) => new Date(CREATED.getTime() + days * 86_400_000 + ms);

describe('the link of a delivery', () => {
  it('stands under the public address, is short, and the same whenever it is made', () => {
    const url = links.url({ id: ID, createdAt: CREATED });
    expect(url).toMatch(/^https:\/\/toritsugi\.example\/base\/r\/[\w-]{48}$/);
    expect(links.url({ id: ID, createdAt: CREATED })).toBe(url);
  });

  it('P9 names its own delivery, whichever that is', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const made = tokenOf(links.url({ id, createdAt: CREATED }));
        expect(links.read(made, CREATED)).toEqual({ type: 'valid', deliveryId: id });
      }),
    );
  });

  it('works to its last second and no longer', () => {
    expect(links.read(token, later(DONE_LINK_DAYS))).toMatchObject({ type: 'valid' });
    expect(links.read(token, later(DONE_LINK_DAYS, 1))).toEqual({ type: 'expired' });
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

  it('P9 is worth nothing under another secret', () => {
    const other = createDoneLinks({ publicUrl: 'https://toritsugi.example', linkSecret: `${SECRET}0` });
    expect(other.read(token, CREATED)).toEqual({ type: 'invalid' });
  });

  it('is made for deliveries only', () => {
    expect(() => links.url({ id: '../../healthz', createdAt: CREATED })).toThrow(RangeError);
  });
});
