import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** How long a supervisor's link to the evidence of a case works. Another press makes another. */
export const EVIDENCE_LINK_MINUTES = 15;

/** Its own key: a client's link does nothing here, and this one nothing there (P9). */
const KEY_INFO = 'toritsugi/link/evidence/v1';
const ID_BYTES = 16;
const EXPIRY_BYTES = 4;
const MAC_BYTES = 16;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const USER = /^[UW][A-Z\d]{2,30}$/;
const TOKEN = /^[\w-]{40,100}$/;

export type EvidenceLinkReading =
  | { readonly type: 'valid'; readonly caseId: string; readonly userId: string }
  | { readonly type: 'expired' }
  | { readonly type: 'invalid' };

/** Links to the evidence of one case, each for the one supervisor it was shown to. */
export interface EvidenceLinks {
  url(o: { readonly caseId: string; readonly userId: string; readonly now: Date }): string;
  /** Reads what stands after `/evidence/`. Whether its person still is a supervisor is not in the token. */
  read(token: string, now: Date): EvidenceLinkReading;
}

/**
 * A token is the case's id, its last second (unix), the supervisor's Slack id, and 16 bytes of HMAC-SHA256 over all of
 * them under a key derived from `LINK_SECRET`, in base64url: exactly one form.
 *
 * @param o.publicUrl does not end with a slash
 */
export function createEvidenceLinks(o: {
  readonly publicUrl: string;
  readonly linkSecret: string;
}): EvidenceLinks {
  const key = Buffer.from(hkdfSync('sha256', o.linkSecret, '', KEY_INFO, 32));
  const mac = (signed: Uint8Array) =>
    createHmac('sha256', key).update(signed).digest().subarray(0, MAC_BYTES);
  return {
    url({ caseId, userId, now }) {
      if (!UUID.test(caseId)) throw new RangeError('not the id of a case');
      if (!USER.test(userId)) throw new RangeError('not the id of a Slack user');
      const head = Buffer.alloc(ID_BYTES + EXPIRY_BYTES);
      head.write(caseId.replaceAll('-', ''), 'hex');
      head.writeUInt32BE(Math.floor(now.getTime() / 1000) + EVIDENCE_LINK_MINUTES * 60, ID_BYTES);
      const signed = Buffer.concat([head, Buffer.from(userId, 'latin1')]);
      return `${o.publicUrl}/evidence/${Buffer.concat([signed, mac(signed)]).toString('base64url')}`;
    },
    read(token, now) {
      if (!TOKEN.test(token)) return { type: 'invalid' };
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.toString('base64url') !== token) return { type: 'invalid' };
      const signed = bytes.subarray(0, -MAC_BYTES);
      if (!timingSafeEqual(mac(signed), bytes.subarray(-MAC_BYTES))) return { type: 'invalid' };
      const userId = signed.toString('latin1', ID_BYTES + EXPIRY_BYTES);
      if (!USER.test(userId)) return { type: 'invalid' };
      if (now.getTime() > signed.readUInt32BE(ID_BYTES) * 1000) return { type: 'expired' };
      const caseId = signed
        .toString('hex', 0, ID_BYTES)
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      return { type: 'valid', caseId, userId };
    },
  };
}
