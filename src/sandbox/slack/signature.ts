import { createHmac } from 'node:crypto';

/** Slack's request signature, version 0, over `v0:<unix seconds>:<raw body>`. */
export function signSlackRequest(secret: string, timestamp: string, rawBody: string | Uint8Array): string {
  const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody);
  return `v0=${hmac.digest('hex')}`;
}
