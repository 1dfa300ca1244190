import type { Logger } from 'pino';
import { faultOf } from './fault.ts';

/** Says something more to whoever sent a command or pressed a button, within 30 minutes and five times. */
export interface ResponseUrl {
  /** True when Slack took it. Never throws: what it tells is on record, or can be asked for again. */
  post(url: string, message: Readonly<Record<string, unknown>>): Promise<boolean>;
}

export function createResponseUrl(deps: {
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly log: Logger;
}): ResponseUrl {
  return {
    post: async (url, message) => {
      try {
        const response = await deps.fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify(message),
          redirect: 'error',
          signal: AbortSignal.timeout(deps.timeoutMs),
        });
        await response.arrayBuffer();
        if (!response.ok) deps.log.warn({ status: response.status }, 'an answer did not reach its operator');
        return response.ok;
      } catch (error) {
        deps.log.warn(faultOf(error), 'an answer did not reach its operator');
        return false;
      }
    },
  };
}
