import type { App } from '@slack/bolt';
import type { Logger } from 'pino';
import { faultOf } from './fault.ts';
import type { SlackBody } from './slack-body.ts';

/** A request Bolt can work on; Slack's own checks are answered before. */
export type BoltBody = Exclude<SlackBody, { type: 'url_verification' | 'ssl_check' }>;

/** What is sent back with an acknowledgement: Slack takes a JSON object or nothing. */
export type AckPayload = Readonly<Record<string, unknown>> | undefined;

export type Dispatched =
  /** A listener acknowledged, or none was needed. */
  | { readonly type: 'acknowledged'; readonly payload: AckPayload }
  /** No such command, form or shortcut. */
  | { readonly type: 'unknown' }
  /** Bolt could not make sense of the body. */
  | { readonly type: 'unreadable' };

export type Dispatch = (body: BoltBody, retryNum?: number) => Promise<Dispatched>;

/**
 * Hands a request of known shape to Bolt and always has an answer within the deadline:
 *
 * - a listener acknowledged → its payload
 * - no listener took it → at once: what Slack needs for that kind of request
 * - a listener is late → `late(body)` at the deadline; the listener goes on, its later `ack` changes nothing
 */
export function createDispatch(deps: {
  readonly bolt: Pick<App, 'processEvent'>;
  readonly log: Logger;
  /** Milliseconds; Slack itself waits 3,000. */
  readonly deadlineMs: number;
  /** What the person is told at the deadline. */
  readonly late: (body: BoltBody) => AckPayload;
}): Dispatch {
  return (body, retryNum) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        deps.log.warn({ request: kindOf(body) }, 'a Slack request was answered at the deadline');
        resolve({ type: 'acknowledged', payload: deps.late(body) });
      }, deps.deadlineMs);
      const settle = (outcome: Dispatched): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const ack = async (response?: string | Readonly<Record<string, unknown>>): Promise<void> => {
        const payload = typeof response === 'string' ? { text: response } : response;
        settle({ type: 'acknowledged', payload });
      };
      deps.bolt.processEvent({ body, ack, ...(retryNum !== undefined && { retryNum }) }).then(
        () => settle(unanswered(body)),
        (error: unknown) => {
          // Listeners keep their own faults, so this body was one that Bolt itself could not read.
          deps.log.warn({ request: kindOf(body), ...faultOf(error) }, 'a Slack request could not be read');
          settle({ type: 'unreadable' });
        },
      );
    });
}

/** Slack shows an error for what is unknown, and wants a plain acknowledgement for what needs no answer. */
function unanswered(body: BoltBody): Dispatched {
  if (!('type' in body)) return { type: 'unknown' };
  switch (body.type) {
    case 'block_actions':
    case 'view_closed':
    case 'event_callback':
      return { type: 'acknowledged', payload: undefined };
    case 'block_suggestion':
      return { type: 'acknowledged', payload: { options: [] } };
    case 'view_submission':
    case 'shortcut':
    case 'message_action':
      return { type: 'unknown' };
    default:
      return body satisfies never;
  }
}

function kindOf(body: BoltBody): string {
  return 'type' in body ? body.type : 'command';
}
