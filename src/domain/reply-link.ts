import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** How long a link in a report works. Reports are answered within days; a mailbox is kept for years. */
export const LINK_DAYS = 30;

/** How long a statement's link works: long enough for a quarter's books. */
export const STATEMENT_LINK_DAYS = 90;

/** What a link lets its holder do: mark the call done (対応済み), answer the case it belongs to, or read a statement. */
export const LINK_PURPOSES = ['done', 'answer', 'statement'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** Of the key: a link for one purpose is signed with another key than one for the other, and does nothing there. */
const KEY_INFO: Readonly<Record<LinkPurpose, string>> = {
  done: 'toritsugi/link/done/v1',
  answer: 'toritsugi/link/answer/v1',
  statement: 'toritsugi/link/statement/v1',
};
const DAYS: Readonly<Record<LinkPurpose, number>> = {
  done: LINK_DAYS,
  answer: LINK_DAYS,
  statement: STATEMENT_LINK_DAYS,
};
const ID_BYTES = 16;
const EXPIRY_BYTES = 4;
const MAC_BYTES = 16;
const TOKEN = /^[\w-]{48}$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export type LinkReading =
  | { readonly type: 'valid'; readonly purpose: LinkPurpose; readonly deliveryId: string }
  /** Once ours. */
  | { readonly type: 'expired'; readonly purpose: LinkPurpose }
  | { readonly type: 'invalid' };

/** The links by which a client answers a report: one a delivery and purpose, the same at every resend. */
export interface ReplyLinks {
  /** The address printed in a delivery's body. */
  url(purpose: LinkPurpose, delivery: { readonly id: string; readonly createdAt: Date }): string;
  /** Reads what stands after `/r/`. Whether the delivery still may be answered is not in the token. */
  read(token: string, now: Date): LinkReading;
}

/**
 * A token is the delivery's id, its last second (unix) and 16 bytes of HMAC-SHA256 over both, in base64url: 48
 * characters, exactly one form. Each purpose has a key of its own, derived from `LINK_SECRET` (HKDF-SHA256): which
 * one signed it is what the token is for (P9).
 *
 * @param o.publicUrl does not end with a slash
 */
export function createReplyLinks(o: { readonly publicUrl: string; readonly linkSecret: string }): ReplyLinks {
  const keyFor = (purpose: LinkPurpose) =>
    Buffer.from(hkdfSync('sha256', o.linkSecret, '', KEY_INFO[purpose], 32));
  const keys: Readonly<Record<LinkPurpose, Buffer>> = {
    done: keyFor('done'),
    answer: keyFor('answer'),
    statement: keyFor('statement'),
  };
  const mac = (purpose: LinkPurpose, signed: Uint8Array) =>
    createHmac('sha256', keys[purpose]).update(signed).digest().subarray(0, MAC_BYTES);

  return {
    url(purpose, { id, createdAt }) {
      if (!UUID.test(id)) throw new RangeError('not the id of a delivery');
      const signed = Buffer.alloc(ID_BYTES + EXPIRY_BYTES);
      signed.write(id.replaceAll('-', ''), 'hex');
      signed.writeUInt32BE(Math.floor(createdAt.getTime() / 1000) + DAYS[purpose] * 86_400, ID_BYTES);
      return `${o.publicUrl}/r/${Buffer.concat([signed, mac(purpose, signed)]).toString('base64url')}`;
    },
    read(token, now) {
      if (!TOKEN.test(token)) return { type: 'invalid' };
      const bytes = Buffer.from(token, 'base64url');
      const signed = bytes.subarray(0, ID_BYTES + EXPIRY_BYTES);
      const given = bytes.subarray(ID_BYTES + EXPIRY_BYTES);
      const purpose = LINK_PURPOSES.find((candidate) => timingSafeEqual(mac(candidate, signed), given));
      if (purpose === undefined) return { type: 'invalid' };
      if (now.getTime() > signed.readUInt32BE(ID_BYTES) * 1000) return { type: 'expired', purpose };
      const hex = signed.toString('hex', 0, ID_BYTES);
      return {
        type: 'valid',
        purpose,
        deliveryId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      };
    },
  };
}
