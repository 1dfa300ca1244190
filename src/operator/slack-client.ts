import { type Logger, webApi } from '@slack/bolt';

/**
 * How every call to Slack is made: once, with a time limit, never parked for a rate limit. The library's own
 * defaults retry for half an hour without a time limit and so send things twice.
 */
export function webClientOptions(o: {
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
}): webApi.WebClientOptions {
  return {
    slackApiUrl: o.apiUrl,
    timeout: o.timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: o.logger,
  };
}

/** A client of Slack's Web API for the app's own workspace. */
export function createWebClient(botToken: string, options: webApi.WebClientOptions): webApi.WebClient {
  return new webApi.WebClient(botToken, { ...options });
}
