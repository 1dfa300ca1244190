import { LogLevel, WebClient } from '@slack/web-api';
import { type Exchange, type HttpTimeouts, openHttpFarSide } from '../http/far-side.ts';

export const SLACK_API_URL = 'https://slack.com/api/';

/** One call of a Web API method: what Slack answered, or how the call failed. */
export type SlackCall =
  | { readonly type: 'ok'; readonly result: Readonly<Record<string, unknown>> }
  | {
      readonly type: 'failed';
      /** What `WebClient` threw. Its shapes overlap, so the exchange decides wherever it can. */
      readonly error: unknown;
      /** What happened on the wire; undefined when it came to no request at all. */
      readonly exchange: Exchange | undefined;
    };

export interface SlackClient {
  /** Calls a method such as `chat.postMessage`. Never rejects. */
  call(method: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<SlackCall>;
  /** The same connections with another workspace's token; closing it closes nothing. */
  as(botToken: string): SlackClient;
  close(): Promise<void>;
}

/**
 * Slack's own `WebClient`, made safe: no retries (its default repeats a post after resets and 5xx, which doubles
 * messages), no waiting inside for 429, no log (its debug and warning lines quote the request).
 *
 * It is made anew for every call, which costs 50 µs, because it can neither be aborted nor tell whether a failed
 * request had been written; handing it a `fetch` per call adds both. The connections behind that are shared.
 */
export function createSlackClient(o: {
  /** Undefined for the one method that needs none, `oauth.v2.access`. */
  readonly botToken: string | undefined;
  readonly apiUrl: string;
  readonly timeouts?: HttpTimeouts | undefined;
}): SlackClient {
  const farSide = openHttpFarSide(o.timeouts);
  const withToken = (botToken: string | undefined, close: () => Promise<void>): SlackClient => ({
    as: (other) => withToken(other, async () => {}),
    async call(method, args, signal) {
      let exchange: Exchange | undefined;
      const web = new WebClient(botToken, {
        slackApiUrl: o.apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
        logger: SILENT,
        fetch: async (url, init) => {
          exchange = await farSide.exchange(
            {
              method: 'POST',
              url: new URL(String(url)),
              headers: Object.fromEntries(new Headers(init?.headers)),
              body: String(init?.body ?? ''),
            },
            signal,
          );
          if (exchange.type === 'lost') throw new Error('no answer');
          return new Response(mayHaveBody(exchange.status) ? exchange.body : null, {
            status: exchange.status,
            headers: exchange.headers,
          });
        },
      });
      try {
        return { type: 'ok', result: { ...(await web.apiCall(method, { ...args })) } };
      } catch (error) {
        return { type: 'failed', error, exchange };
      }
    },
    close,
  });
  return withToken(o.botToken, () => farSide.close());
}

/** `Response` refuses a body for these. */
function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}

const nothing = (): void => {};
const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
};
