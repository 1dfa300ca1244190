import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1';
/** Of the key: tokens of workspaces, and nothing else. */
const PURPOSE = 'toritsugi/seal/slack-workspace-token/v1';
/** Tells two secrets apart and gives nothing of either away. */
const ID_PURPOSE = 'toritsugi/seal/slack-workspace-token/v1/id';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export type Opened =
  | { readonly ok: true; readonly token: string }
  /** `other_key`: sealed under another `LINK_SECRET`. `damaged`: changed since, or another workspace's. */
  | { readonly ok: false; readonly why: 'other_key' | 'damaged' };

/** Keeps workspaces' tokens unreadable in the database and its backups. */
export interface TokenSeal {
  /** Of this `LINK_SECRET`: eight hexadecimal digits. */
  readonly keyId: string;
  seal(token: string, workspaceId: string): string;
  open(sealed: string, workspaceId: string): Opened;
}

/**
 * AES-256-GCM under a key derived from `LINK_SECRET` (HKDF-SHA256), with a random 96-bit nonce and the workspace's
 * id as additional data, so that a token moved to another row opens nothing. The text is
 * `v1.<key id>.<nonce, ciphertext and tag in base64url>`.
 */
export function createTokenSeal(linkSecret: string): TokenSeal {
  const key = Buffer.from(hkdfSync('sha256', linkSecret, '', PURPOSE, 32));
  const keyId = keyIdOf(linkSecret);
  return {
    keyId,
    seal(token, workspaceId) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      cipher.setAAD(Buffer.from(workspaceId));
      const sealed = Buffer.concat([iv, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, keyId, sealed.toString('base64url')].join('.');
    },
    open(text, workspaceId) {
      const [version, sealedWith, body = '', ...rest] = text.split('.');
      if (version !== VERSION || sealedWith === undefined || rest.length > 0) return damaged;
      if (sealedWith !== keyId) return { ok: false, why: 'other_key' };
      const sealed = Buffer.from(body, 'base64url');
      if (sealed.length <= IV_BYTES + TAG_BYTES || sealed.toString('base64url') !== body) return damaged;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES));
      decipher.setAAD(Buffer.from(workspaceId));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        const token = Buffer.concat([
          decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)),
          decipher.final(),
        ]);
        return { ok: true, token: token.toString('utf8') };
      } catch {
        // The tag does not fit. What Node says of it holds nothing a person needs.
        return damaged;
      }
    },
  };
}

const damaged: Opened = { ok: false, why: 'damaged' };

/** Which `LINK_SECRET` a token is sealed under. */
export function keyIdOf(linkSecret: string): string {
  return Buffer.from(hkdfSync('sha256', linkSecret, '', ID_PURPOSE, 4)).toString('hex');
}
