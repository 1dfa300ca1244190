import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The token that opens one of this server's own doors, made of `LINK_SECRET`: nothing more to configure, the same
 * in every process, and a token for one purpose opens no other.
 *
 * @param purpose such as `metrics`
 */
export function bearerToken(linkSecret: string, purpose: string): string {
  return createHmac('sha256', linkSecret).update(purpose).digest('base64url');
}

/** Whether an `Authorization` header carries exactly this token; takes the same time for every wrong one. */
export function carriesBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +([\w-]{1,200})$/i.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
