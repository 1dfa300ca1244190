import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds since 1970 have ten digits until 2286; anything but digits (`Infinity`, `1e9`, spaces) is refused. */
const SECONDS = /^\d{10}$/;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/** Slack's `v0` signature of a request: hexadecimal HMAC-SHA256 over `v0:<timestamp>:<raw body>`. */
export function slackSignature(signingSecret: string, timestamp: string, rawBody: Uint8Array): string {
  const hmac = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(rawBody);
  return `v0=${hmac.digest('hex')}`;
}

/**
 * Whether a request was signed by Slack within the tolerated time. Old and future timestamps are both refused:
 * Bolt itself lets a request from the future pass, which could then be replayed for as long.
 */
export function isSignedNow(o: {
  readonly rawBody: Uint8Array;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly signingSecret: string;
  readonly now: Date;
  readonly toleranceS: number;
}): boolean {
  const { timestamp, signature } = o;
  if (timestamp === undefined || !SECONDS.test(timestamp)) return false;
  if (Math.abs(o.now.getTime() / 1000 - Number(timestamp)) > o.toleranceS) return false;
  if (signature === undefined || !SIGNATURE.test(signature)) return false;
  const ours = slackSignature(o.signingSecret, timestamp, o.rawBody);
  return timingSafeEqual(Buffer.from(ours), Buffer.from(signature));
}
