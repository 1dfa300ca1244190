import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Where clients begin, and where Slack sends them back to; each after the public address. */
export const INSTALL_PATH = '/slack/install';
export const OAUTH_REDIRECT_PATH = '/slack/oauth_redirect';

/** How long a client has to follow a link; how long the way through Slack's own pages may take. */
export const INSTALL_LINK_DAYS = 7;
export const INSTALL_STATE_MINUTES = 10;

/** Of the keys: a link is no state, and neither opens anything else. */
const LINK_PURPOSE = 'toritsugi/link/slack-install/v1';
const STATE_PURPOSE = 'toritsugi/state/slack-install/v1';
const ID_BYTES = 16;
const EXPIRY_BYTES = 4;
const BROWSER_BYTES = 16;
const MAC_BYTES = 16;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export type InstallReading =
  | { readonly type: 'valid'; readonly linkId: string }
  /** Once ours. */
  | { readonly type: 'expired' }
  | { readonly type: 'invalid' };

/** Links by which one client connects its own Slack workspace, and the state Slack carries meanwhile (P9). */
export interface InstallLinks {
  /** What the client is sent. Whether it was used or taken back is not in it, but in its row. */
  url(link: { readonly id: string; readonly expiresAt: Date }): string;
  read(token: string, now: Date): InstallReading;
  /** A state for Slack, and the secret the browser keeps as a cookie: neither is any good without the other. */
  begin(linkId: string, now: Date): { readonly state: string; readonly browser: string };
  finish(state: string, browser: string, now: Date): InstallReading;
}

/**
 * Both are an id, a last second (unix) and 16 bytes of HMAC-SHA256 in base64url, under keys derived from
 * `LINK_SECRET` (HKDF-SHA256) for each purpose alone; a state also holds the hash of its browser's secret.
 *
 * @param o.publicUrl does not end with a slash
 */
export function createInstallLinks(o: {
  readonly publicUrl: string;
  readonly linkSecret: string;
}): InstallLinks {
  const linkKey = keyFor(o.linkSecret, LINK_PURPOSE);
  const stateKey = keyFor(o.linkSecret, STATE_PURPOSE);

  return {
    url({ id, expiresAt }) {
      return `${o.publicUrl}${INSTALL_PATH}?link=${sign(linkKey, head(id, expiresAt.getTime()))}`;
    },
    read(token, now) {
      const signed = verify(linkKey, token, ID_BYTES + EXPIRY_BYTES);
      return signed === undefined ? { type: 'invalid' } : standing(signed, now);
    },
    begin(linkId, now) {
      const browser = randomBytes(24).toString('base64url');
      const until = now.getTime() + INSTALL_STATE_MINUTES * 60_000;
      return { state: sign(stateKey, Buffer.concat([head(linkId, until), hashOf(browser)])), browser };
    },
    finish(state, browser, now) {
      const signed = verify(stateKey, state, ID_BYTES + EXPIRY_BYTES + BROWSER_BYTES);
      if (signed === undefined) return { type: 'invalid' };
      // P9: begun in this very browser, or somebody else's installation would be finished here.
      const same = timingSafeEqual(signed.subarray(ID_BYTES + EXPIRY_BYTES), hashOf(browser));
      return same ? standing(signed, now) : { type: 'invalid' };
    },
  };
}

function keyFor(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

function hashOf(browser: string): Buffer {
  return createHash('sha256').update(browser).digest().subarray(0, BROWSER_BYTES);
}

function head(id: string, untilMs: number): Buffer {
  if (!UUID.test(id)) throw new RangeError('not the id of a link');
  const bytes = Buffer.alloc(ID_BYTES + EXPIRY_BYTES);
  bytes.write(id.replaceAll('-', ''), 'hex');
  bytes.writeUInt32BE(Math.floor(untilMs / 1000), ID_BYTES);
  return bytes;
}

function macOf(key: Buffer, signed: Uint8Array): Buffer {
  return createHmac('sha256', key).update(signed).digest().subarray(0, MAC_BYTES);
}

function sign(key: Buffer, signed: Buffer): string {
  return Buffer.concat([signed, macOf(key, signed)]).toString('base64url');
}

/** What was signed, when it is exactly `length` bytes and ours. */
function verify(key: Buffer, token: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(token, 'base64url');
  // One form only: base64url read leniently has many for the same bytes.
  if (bytes.length !== length + MAC_BYTES || bytes.toString('base64url') !== token) return undefined;
  const signed = bytes.subarray(0, length);
  return timingSafeEqual(bytes.subarray(length), macOf(key, signed)) ? signed : undefined;
}

function standing(signed: Buffer, now: Date): InstallReading {
  if (now.getTime() > signed.readUInt32BE(ID_BYTES) * 1000) return { type: 'expired' };
  const hex = signed.toString('hex', 0, ID_BYTES);
  const linkId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { type: 'valid', linkId };
}
