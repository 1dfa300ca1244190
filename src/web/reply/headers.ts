import { createHash } from 'node:crypto';
import { STATEMENT_STYLE } from './statement-style.ts';
import { STYLE } from './style.ts';

const styleHash = (style: string) => createHash('sha256').update(style).digest('base64');

/**
 * What every answer under `/r/` and every page for connecting a workspace carries. The address is a key: it is not
 * stored, not passed on as a referrer, not indexed, and the page loads nothing, runs nothing and stands in no frame.
 */
export function replyHeaders(
  styles: readonly string[] = [STYLE, STATEMENT_STYLE],
): Readonly<Record<string, string>> {
  return {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex, nofollow, noarchive',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src ${styles.map((style) => `'sha256-${styleHash(style)}'`).join(' ')}`,
      'img-src data:',
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}
