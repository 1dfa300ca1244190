import { z } from 'zod';

/** Why Slack did not publish a view. */
export type Refusal =
  /** Too many of them in this workspace; `afterMs` as Slack says. */
  | { readonly type: 'limited'; readonly afterMs: number }
  /** Another view was published since ours was read. */
  | { readonly type: 'conflict' }
  /** It says no, and will next time (home tab not enabled, the app is gone, somebody has left). */
  | { readonly type: 'refused'; readonly code: string }
  /** It may have been published or not. */
  | { readonly type: 'unknown' };

const Limited = z.object({
  code: z.literal('slack_webapi_rate_limited_error'),
  retryAfter: z.number().nonnegative(),
});
const Said = z.object({
  code: z.literal('slack_webapi_platform_error'),
  data: z.object({ error: z.string().regex(/^[a-z_]{1,64}$/) }),
});
const UNNAMED_PAUSE_MS = 30_000;

/** Slack's error codes: nothing of what people typed is in them (P10). */
export function readRefusal(error: unknown): Refusal {
  const limited = Limited.safeParse(error).data;
  if (limited !== undefined) return { type: 'limited', afterMs: limited.retryAfter * 1000 };
  const code = Said.safeParse(error).data?.data.error;
  switch (code) {
    case undefined:
    case 'internal_error':
    case 'fatal_error':
    case 'service_unavailable':
    case 'request_timeout':
      return { type: 'unknown' };
    case 'ratelimited':
    case 'rate_limited':
      return { type: 'limited', afterMs: UNNAMED_PAUSE_MS };
    case 'hash_conflict':
      return { type: 'conflict' };
    default:
      return { type: 'refused', code };
  }
}
