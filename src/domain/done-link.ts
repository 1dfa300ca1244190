import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** How long a link in a report works. Reports are answered within days; a mailbox is kept for years. */
export const DONE_LINK_DAYS = 30;

/** Of the key: a link for another purpose is signed with another one, so that it opens nothing here. */
const PURPOSE = 'toritsugi/link/done/v1';
const ID_BYTES = 16;
const EXPIRY_BYTES = 4;
const MAC_BYTES = 16;
const TOKEN = /^[\w-]{48}$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export type LinkReading =
  | { readonly type: 'valid'; readonly deliveryId: string }
  /** Once ours. */
  | { readonly type: 'expired' }
  | { readonly type: 'invalid' };

/** The links by which a client says that it has dealt with a report: one a delivery, the same at every resend. */
export interface DoneLinks {
  /** The address printed in a delivery's body. */
  url(delivery: { readonly id: string; readonly createdAt: Date }): string;
  /** Reads what stands after `/r/`. Whether the delivery still may be answered is not in the token. */
  read(token: string, now: Date): LinkReading;
}

/**
 * A token is the delivery's id, its last second (unix) and 16 bytes of HMAC-SHA256 over both, in base64url: 48
 * characters, exactly one form. The key is derived from `LINK_SECRET` (HKDF-SHA256) for this purpose alone (P9).
 *
 * @param o.publicUrl does not end with a slash
 */
export function createDoneLinks(o: { readonly publicUrl: string; readonly linkSecret: string }): DoneLinks {
  const key = Buffer.from(hkdfSync('sha256', o.linkSecret, '', PURPOSE, 32));
  const mac = (signed: Uint8Array) =>
    createHmac('sha256', key).update(signed).digest().subarray(0, MAC_BYTES);

  return {
    url({ id, createdAt }) {
      if (!UUID.test(id)) throw new RangeError('not the id of a delivery');
      const signed = Buffer.alloc(ID_BYTES + EXPIRY_BYTES);
      signed.write(id.replaceAll('-', ''), 'hex');
      signed.writeUInt32BE(Math.floor(createdAt.getTime() / 1000) + DONE_LINK_DAYS * 86_400, ID_BYTES);
      return `${o.publicUrl}/r/${Buffer.concat([signed, mac(signed)]).toString('base64url')}`;
    },
    read(token, now) {
      if (!TOKEN.test(token)) return { type: 'invalid' };
      const bytes = Buffer.from(token, 'base64url');
      const signed = bytes.subarray(0, ID_BYTES + EXPIRY_BYTES);
      if (!timingSafeEqual(mac(signed), bytes.subarray(ID_BYTES + EXPIRY_BYTES))) return { type: 'invalid' };
      if (now.getTime() > signed.readUInt32BE(ID_BYTES) * 1000) return { type: 'expired' };
      const hex = signed.toString('hex', 0, ID_BYTES);
      return {
        type: 'valid',
        deliveryId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      };
    },
  };
}
